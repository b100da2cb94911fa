#include "gradient/spec/documents.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;

namespace {

struct Case {
  std::string name, more;
  Lines problems;
};

/// A deployment with one repository of these fields.
std::string repository(const std::string& fields) {
  return "repositories: {dataset: code, repositories: [{" + fields + "}]}";
}

const std::string entry = "spec.repositories.repositories[0]";

const std::string url_remedy =
    ".url: must be an https, http or ssh URL of a git repository, such as "
    "https://github.com/example/app.git or git@github.com:example/app.git; other transports are "
    "not allowed";
const std::string ssh_remedy =
    ".url: must be USER@HOST:PATH or ssh://USER@HOST:PORT/PATH without blanks and special "
    "characters, such as git@github.com:example/app.git";
const std::string user_remedy =
    ".url: must not carry a user or password; write them as username and password (SECRET:...) "
    "next to the url";
const std::string name_remedy =
    ".name: must be one plain folder name of letters, digits, '_', '-' and '.' that does not begin "
    "with '-' or '..' (and not '.', .git or .gradient), such as app";
const std::string ref_remedy =
    ".ref: must be the name of a branch or tag, or a commit, such as main, v1.2 or its 40 digits";
const std::string password_remedy =
    ".password: must be a reference such as SECRET:GIT_TOKEN or SECRET:SECRET-NAME/KEY; put the "
    "value into that Secret and nowhere else";

}  // namespace

TEST_CASE("a git:// URL goes without user and password") {
  CHECK(documents::problems(documents::deployment(repository("url: 'git://h/r', name: r"))) ==
        Lines{});
  CHECK(documents::problems(documents::deployment(
            repository("url: 'git://h/r', name: r, username: u, password: 'SECRET:KEY'"))) ==
        Lines{"spec.repositories.repositories[0].username: does not go with a git:// url, which "
              "knows no users; write an https url, or remove it",
              "spec.repositories.repositories[0].password: does not go with a git:// url, which "
              "knows no users; write an https url, or remove it"});
}

TEST_CASE("a git URL is https or http without credentials") {
  for (const char* good : {"https://github.com/o/r", "https://github.com/o/r.git",
                           "http://10.0.0.1:8080/r", "https://host/~user/r?x=1"}) {
    INFO(good);
    CHECK(documents::problems(documents::deployment(
              repository("url: '" + std::string(good) + "', name: r"))) == Lines{});
  }
  for (const char* bad :
       {"-uhttps://h/r", "--upload-pack=x", "ext::sh -c x", "file:///etc", "https://",
        "https://host", "https://host/", "https:///r", "https://host:0/r", "https://host:99999/r",
        "https://h ost/r", "https://h/a b", "HTTPS://h/r", "/opt/r", "..", "git://h",
        "git+ssh://h/r", "https://h?/r"}) {
    INFO(bad);
    CHECK(documents::problems(documents::deployment(repository(
              "url: '" + std::string(bad) + "', name: r"))) == Lines{entry + url_remedy});
  }
  for (const char* leaking : {"https://user:canary@h/r", "https://canary@h/r"}) {
    INFO(leaking);
    CHECK(documents::problems(documents::deployment(repository(
              "url: '" + std::string(leaking) + "', name: r"))) == Lines{entry + user_remedy});
  }
  CHECK(documents::problems(documents::deployment(
            repository(R"(url: "https://h/r\next", name: r)"))) == Lines{entry + url_remedy});
  for (const char* leaking : {"https://h/r?token=canary", "https://h/r?a=b&Private_Token=canary"}) {
    INFO(leaking);
    CHECK(documents::problems(
              documents::deployment(repository("url: '" + std::string(leaking) + "', name: r"))) ==
          Lines{entry +
                ".url: must not carry a token or signature; write it as password (SECRET:...) next "
                "to the url"});
  }
}

TEST_CASE("a URL of ssh has a user or git's, and nothing that ssh could take for an option") {
  const auto problems = [](const std::string& url) {
    return documents::problems(
        documents::deployment(repository("url: \"" + url + "\", name: r, password: 'SECRET:KEY'")));
  };
  for (const char* good :
       {"git@github.com:o/r.git", "ssh://h/r", "ssh://git@h:2222/~jane/r", "jane@10.0.0.1:/srv/r",
        "org-1@h:r", "git@ssh.dev.azure.com:v3/org/a%20b/r", "ssh://h//r", "a+b.c@h:~/r@2"}) {
    INFO(good);
    CHECK(problems(good) == Lines{});
  }
  for (const char* bad : {"ssh://-oProxyCommand=x/r",
                          "ssh://-x@h/r",
                          "-x@h:r",
                          "u@-h:r",
                          "u@h:-r",
                          "ssh://h",
                          "ssh://h/",
                          "ssh://h//",
                          "u@h:",
                          "u@h:/",
                          "@h:r",
                          "ssh://@h/r",
                          "ssh://h:0/r",
                          "ssh://h:/r",
                          "ssh://h:x/r",
                          "ssh://h:65536/r",
                          "u@h:r;id",
                          "u@h:$(id)",
                          "u@h:r r",
                          "u@h:r\\nx",
                          "u@h_:r",
                          "u@h..:r",
                          "ssh://[::1]/r",
                          "ssh://u@v@h/r",
                          "ssh://h/r?token=canary"}) {
    INFO(bad);
    CHECK(problems(bad) == Lines{entry + ssh_remedy});
  }
  for (const char* leaking : {"ssh://u:canary@h/r", "ssh://:canary@h/r"}) {
    INFO(leaking);
    CHECK(problems(leaking) ==
          Lines{entry +
                ".url: must not carry a password; put a private key into a Secret and write it as "
                "password (SECRET:...) next to the url"});
  }
}

TEST_CASE("over ssh there is a private key, and the user is in the URL") {
  const auto problems = [](const std::string& fields) {
    return documents::problems(documents::deployment(repository(fields + ", name: r")));
  };
  const auto url = GENERATE(as<std::string>(), "url: 'git@h:r'", "url: 'ssh://h/r'");
  CHECK(problems(url + ", password: 'SECRET:KEY'") == Lines{});
  CHECK(problems(url + ", password: 'SECRET:KEY', username: null") == Lines{});
  CHECK(problems(url) ==
        Lines{entry + ".password: is required with a url of ssh; put a private key into "
                      "a Secret and write SECRET:NAME"});
  CHECK(problems(url + ", username: git, password: 'SECRET:KEY'") ==
        Lines{entry +
              ".username: does not go with a url of ssh; write the user into the url, such as "
              "git@github.com:example/app.git, and remove username"});
}

TEST_CASE("a repository's name is one plain folder that is nobody else's") {
  for (const char* good :
       {"r", "My.Repo_2", ".github", ".config", ".gitignore", "a..b", "git", "_", "0"}) {
    INFO(good);
    CHECK(documents::problems(documents::deployment(
              repository("url: 'https://h/r', name: '" + std::string(good) + "'"))) == Lines{});
  }
  for (const char* bad : {".", "..", "..x", "...", ".git", ".GIT", ".Git", ".gradient", ".Gradient",
                          "a/b", "../a", "-a", "a b", "ä", "a:b"}) {
    INFO(bad);
    CHECK(documents::problems(documents::deployment(
              repository("url: 'https://h/r', name: '" + std::string(bad) + "'"))) ==
          Lines{entry + name_remedy});
  }
  CHECK(documents::problems(documents::deployment(
            "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: a}, {url: "
            "'https://h/s', name: a}]}")) ==
        Lines{"spec.repositories.repositories[1].name: is the name of an earlier entry too; give "
              "each repository a folder of its own"});
}

TEST_CASE("a ref is what git calls one and no option") {
  for (const char* good : {"main", "release/1.x", "v1.2",
                           "0123456789012345678901234567890123456789", "feature/a-b_c"}) {
    INFO(good);
    CHECK(documents::problems(documents::deployment(repository(
              "url: 'https://h/r', name: r, ref: '" + std::string(good) + "'"))) == Lines{});
  }
  for (const char* bad : {"-b", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a",
                          "a/", "a//b", "a.", "a@{1}", "a.lock"}) {
    INFO(bad);
    CHECK(documents::problems(documents::deployment(
              repository("url: 'https://h/r', name: r, ref: '" + std::string(bad) + "'"))) ==
          Lines{entry + ref_remedy});
  }
}

TEST_CASE("a password is a reference and a value in its place is not repeated") {
  for (const char* good : {"SECRET:a", "secret:paperspace-github-token", "SeCrEt:MY_TOKEN",
                           "SECRET:my.secret/key.txt"}) {
    INFO(good);
    CHECK(documents::problems(documents::deployment(repository(
              "url: 'https://h/r', name: r, password: '" + std::string(good) + "'"))) == Lines{});
  }
  for (const char* bad : {"canary", "SECRET:", "SECRET: canary", "SECRET:a/b/c", "SECRET:/a",
                          "SECRET:A/b", "x SECRET:a", "SECRET:..", "SECRET:a/"}) {
    INFO(bad);
    CHECK(documents::problems(documents::deployment(
              repository("url: 'https://h/r', name: r, password: '" + std::string(bad) + "'"))) ==
          Lines{entry + password_remedy});
  }
  CHECK(documents::problems(
            documents::deployment(repository("url: 'https://h/r', name: r, password: 12"))) ==
        Lines{entry + ".password: must be a string, not a number; put it in quotes"});
  CHECK(documents::problems(documents::deployment(
            repository("url: 'https://h/r', name: r, password: {SECRET: canary}"))) ==
        Lines{entry +
              ".password: is a mapping, as YAML makes one of a blank behind \"SECRET:\"; write "
              "SECRET:NAME without the blank"});
}

TEST_CASE("problems of models and repositories are reported") {
  const auto test = GENERATE(values<Case>({
      {"versions of names",
       "models: [{id: 'm:latest'}]\nrepositories: {dataset: 'd:v2', repositories: [{url: "
       "'https://h/r', name: r}]}",
       {"spec.models[0].id: must not carry a version; name the Model object alone and choose the "
        "version by that object's source.url",
        "spec.repositories.dataset: must not carry a version; name the Dataset object alone"}},
      {"names that no object can have",
       "models: [{id: My_Model}]\nrepositories: {dataset: -d, repositories: [{url: 'https://h/r', "
       "name: r}]}",
       {"spec.models[0].id: must be the name of a Model object (lower-case letters, digits, '-' "
        "and '.'), such as sentiment",
        "spec.repositories.dataset: must be the name of a Dataset object (lower-case letters, "
        "digits, '-' and '.'), such as code"}},
      {"nothing to clone",
       "repositories: {}",
       {"spec.repositories.dataset: is required; write it, such as code",
        "spec.repositories.repositories: is required; write it, such as - {url: "
        "https://github.com/example/app.git, name: app}"}},
      {"fields of an empty entry",
       "repositories: {dataset: d, repositories: [{}]}",
       {"spec.repositories.repositories[0].url: is required; write it, such as "
        "https://github.com/example/app.git",
        "spec.repositories.repositories[0].name: is required; write it, such as app"}},
      {"a history that is neither word",
       "repositories: {dataset: d, history: deep, repositories: [{url: 'https://h/r', name: r}]}",
       {"spec.repositories.history: must be one of shallow, full"}},
      {"parts that are neither a word nor a list",
       "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r, submodules: lib, "
       "lfs: false}]}",
       {"spec.repositories.repositories[0].submodules: must be all, none or a list, such as "
        "[vendor/lib]",
        "spec.repositories.repositories[0].lfs: must be all, none or a list, such as "
        "['*.safetensors']"}},
      {"parts of which there are none",
       "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r, submodules: [], "
       "lfs: [], paths: []}]}",
       {"spec.repositories.repositories[0].submodules: must not be empty; add an entry, or remove "
        "the field",
        "spec.repositories.repositories[0].lfs: must not be empty; add an entry, or remove the "
        "field",
        "spec.repositories.repositories[0].paths: must not be empty; add an entry, or remove the "
        "field"}},
      {"paths of submodules that lead elsewhere",
       "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r, submodules: "
       "[/lib, lib/, a//b, ../lib, ./lib]}]}",
       {"spec.repositories.repositories[0].submodules[0]: must be the path of a submodule from the "
        "top of the repository, "
        "without '/' at its ends, such as vendor/lib",
        "spec.repositories.repositories[0].submodules[1]: must be the path of a submodule from the "
        "top of the repository, "
        "without '/' at its ends, such as vendor/lib",
        "spec.repositories.repositories[0].submodules[2]: must be the path of a submodule from the "
        "top of the repository, "
        "without '/' at its ends, such as vendor/lib",
        "spec.repositories.repositories[0].submodules[3]: must be the path of a submodule from the "
        "top of the repository, "
        "without '/' at its ends, such as vendor/lib",
        "spec.repositories.repositories[0].submodules[4]: must be the path of a submodule from the "
        "top of the repository, "
        "without '/' at its ends, such as vendor/lib"}},
      {"patterns that take files away, comments and blanks",
       "repositories: {dataset: d, history: full, repositories: [{url: 'https://h/r', name: r, "
       "lfs: ['!a'], paths: ['!a', '#b', 'c ']}]}",
       {"spec.repositories.repositories[0].lfs[0]: must not begin with '!'; list the patterns of "
        "all large files that are wanted, or write \\! for a name that begins so",
        "spec.repositories.repositories[0].paths[1]: must be one line, without '#' at its "
        "beginning (write \\#) and blanks at its end, such as '*.safetensors' or /docs/",
        "spec.repositories.repositories[0].paths[2]: must be one line, without '#' at its "
        "beginning (write \\#) and blanks at its end, such as '*.safetensors' or /docs/",
        "spec.repositories.repositories[0].paths: must not begin with a pattern that takes files "
        "away; write one before it that chooses files, such as '/*'",
        "spec.repositories.repositories[0].paths: does not go with history: full, which is of all "
        "files; remove one of them"}},
      {"resources of helpers that the API server refuses",
       "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r}], resources: "
       "{requests: {cpu: 2}, limits: {cpu: 1, nvidia.com/gpu: 1, memory: lots}}}",
       {"spec.repositories.resources.limits.memory: must be a resource and its quantity, such as "
        "cpu: 500m",
        "spec.repositories.resources.limits[\"nvidia.com/gpu\"]: unknown field; remove it (known "
        "here: cpu, ephemeral-storage, memory)",
        "spec.repositories.resources.requests: cpu is more than the limit; lower it or raise "
        "limits.cpu"}},
      {"half a processor as a number, which the API server refuses",
       "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r}], resources: "
       "{limits: {cpu: 0.5}}}",
       {"spec.repositories.resources.limits.cpu: is a number with a fraction; put it in quotes"}},
      {"a list without entries",
       "repositories: {dataset: d, repositories: []}",
       {"spec.repositories.repositories: must not be empty; add an entry, or remove the field"}},
      {"a line break in a user",
       R"(repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r, username: "a\nb"}]})",
       {"spec.repositories.repositories[0].username: must not contain ':' or control characters; "
        "write the user's name alone"}},
      {"a password in a user",
       "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: r, username: "
       "'bot:canary'}]}",
       {"spec.repositories.repositories[0].username: must not contain ':' or control characters; "
        "write the user's name alone"}},
      {"relative paths",
       "models: [{id: m, path: models}, {id: k, path: /}]",
       {"spec.models[0].path: must be an absolute path below the root folder, such as "
        "/opt/models",
        "spec.models[1].path: must be an absolute path below the root folder, such as "
        "/opt/models"}},
      {"parts that lead elsewhere",
       "models: [{id: m, path: /opt/../etc}, {id: k, path: '/a:b'}, {id: o, path: /a/./b}]",
       {"spec.models[0].path: must not contain '.' or '..' as a part, ':' or control characters; "
        "write it out, such as /opt/models",
        "spec.models[1].path: must not contain '.' or '..' as a part, ':' or control characters; "
        "write it out, such as /opt/models",
        "spec.models[2].path: must not contain '.' or '..' as a part, ':' or control characters; "
        "write it out, such as /opt/models"}},
      {"places of the system",
       "models: [{id: m, path: /dev/shm}, {id: k, path: /proc}]",
       {"spec.models[0].path: must not be in /dev, /proc or /sys, which belong to the system; "
        "choose a path such as /opt/models",
        "spec.models[1].path: must not be in /dev, /proc or /sys, which belong to the system; "
        "choose a path such as /opt/models"}},
      {"two models at one place",
       "models: [{id: m}, {id: k, path: /opt//models/}]",
       {"spec.models[1].path: is the path of models[0] too (the default is /opt/models); give "
        "each "
        "model a path of its own"}},
      {"a model inside of another, whichever comes first",
       "models: [{id: m}, {id: k, path: /opt//models/k}, {id: o, path: /a/b/c}, {id: p, path: "
       "/a}, {id: q, path: /a-b}]",
       {"spec.models[1].path: is below the path of models[0], where it would hide that model's "
        "files; choose a path outside of it",
        "spec.models[2].path: is below the path of models[3], where it would hide that model's "
        "files; choose a path outside of it"}},
      {"the repositories inside of a model",
       "models: [{id: k, path: /a}, {id: m}]\nrepositories: {dataset: d, mountPath: "
       "/opt/models/code, repositories: [{url: 'https://h/r', name: r}]}",
       {"spec.repositories.mountPath: is below the path of models[1], where it would hide that "
        "model's files; choose a path outside of it"}},
      {"files that Kubernetes puts into every container",
       "models: [{id: m, path: /etc}, {id: k, path: /etc/hosts}, {id: o, path: "
       "/etc/app}]\nrepositories: {dataset: d, mountPath: /etc/resolv.conf/x, repositories: "
       "[{url: 'https://h/r', name: r}]}",
       {"spec.models[0].path: must not be /etc, nor a file that Kubernetes puts there; choose a "
        "path such as /opt/models",
        "spec.models[1].path: must not be /etc, nor a file that Kubernetes puts there; choose a "
        "path such as /opt/models",
        "spec.repositories.mountPath: must not be /etc, nor a file that Kubernetes puts there; "
        "choose a path such as /opt/models"}},
      {"places that hide the token of the service account, or are hidden by it",
       "models: [{id: m, path: /var/run/}, {id: k, path: "
       "/var/run/secrets/kubernetes.io/serviceaccount/x}, {id: o, path: /var/lib/m}, {id: p, path: "
       "/run/secrets/kubernetes.io/serviceaccount}, {id: q, path: /run/secrets/models}]\n"
       "repositories: {dataset: d, mountPath: /var//run/secrets/kubernetes.io, repositories: "
       "[{url: 'https://h/r', name: r}]}",
       {"spec.models[0].path: must not hide /var/run/secrets/kubernetes.io/serviceaccount, where "
        "Kubernetes mounts tokens, nor be below it; choose a path such as /opt/models",
        "spec.models[1].path: must not hide /var/run/secrets/kubernetes.io/serviceaccount, where "
        "Kubernetes mounts tokens, nor be below it; choose a path such as /opt/models",
        "spec.repositories.mountPath: must not hide "
        "/var/run/secrets/kubernetes.io/serviceaccount, where Kubernetes mounts tokens, nor be "
        "below it; choose a path such as /opt/models"}},
      {"a model inside of the repositories",
       "models: [{id: m, path: /opt/repos/m}, {id: k, path: /opt/repos/}, {id: o, path: "
       "/opt/repos-2}]\nrepositories: {dataset: d, repositories: [{url: 'https://h/r', name: r}]}",
       {"spec.models[0].path: is below the path of models[1], where it would hide that model's "
        "files; choose a path outside of it",
        "spec.models[0].path: is at or below repositories.mountPath, the folder of the "
        "checkouts; choose a path outside of it",
        "spec.models[1].path: is at or below repositories.mountPath, the folder of the "
        "checkouts; choose a path outside of it"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(documents::deployment(test.more)) == test.problems);
  }
}

TEST_CASE("problems of health checks are reported") {
  const auto test = GENERATE(values<Case>({
      {"neither form",
       "healthChecks: {liveness: {}}",
       {"spec.healthChecks.liveness: needs either path (an HTTP request) or exec (a command); "
        "write exactly one of them"}},
      {"both forms",
       "healthChecks: {startup: {path: /, exec: {command: [a]}}}",
       {"spec.healthChecks.startup: needs either path (an HTTP request) or exec (a command); write "
        "exactly one of them"}},
      {"an HTTP field beside a command",
       "healthChecks: {startup: {port: 80, exec: {command: [a]}}}",
       {"spec.healthChecks.startup.port: belongs to a check with path; remove it next to exec"}},
      {"an empty command",
       "healthChecks: {liveness: {exec: {command: []}}, readiness: {exec: {}}}",
       {"spec.healthChecks.liveness.exec.command: must not be empty; add an entry, or remove the "
        "field",
        "spec.healthChecks.readiness.exec.command: is required; write it, such as [cat, "
        "/tmp/ready]"}},
      {"an unknown kind of check",
       "healthChecks: {livenes: {path: /}}",
       {"spec.healthChecks.livenes: unknown field; did you mean liveness?"}},
      {"values",
       R"(healthChecks: {readiness: {path: ready, host: 'a b', port: 0, headers: [{name: 'a b', value: "x\ny"}, {name: A}],
          periodSeconds: 0, timeoutSeconds: 0, failureThreshold: 0, initialDelaySeconds: -1}})",
       {"spec.healthChecks.readiness.path: must begin with '/' and have no blanks, such as "
        "/healthz",
        "spec.healthChecks.readiness.port: must be a whole number from 1 to 65535",
        "spec.healthChecks.readiness.host: must be a host name or an address, such as 127.0.0.1; "
        "the port goes into port",
        "spec.healthChecks.readiness.headers[0].name: must consist of letters, digits and '-', "
        "such as X-Probe",
        "spec.healthChecks.readiness.headers[0].value: must not contain line breaks or control "
        "characters; write it on one line",
        "spec.healthChecks.readiness.headers[1].value: is required; write it, such as kubelet",
        "spec.healthChecks.readiness.initialDelaySeconds: must be a whole number from 0 to 86400",
        "spec.healthChecks.readiness.periodSeconds: must be a whole number from 1 to 86400",
        "spec.healthChecks.readiness.timeoutSeconds: must be a whole number from 1 to 86400",
        "spec.healthChecks.readiness.failureThreshold: must be a whole number from 1 to 10000"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(documents::deployment(test.more)) == test.problems);
  }
}
