#include "gradient/spec/mounts.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/named_paths.h"
#include "gradient/spec/read_deployment.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;

namespace {

/// A deployment with a checkout at /opt/repos/app and these fields of `repositories`.
std::string repositories(const std::string& fields) {
  return "repositories: {dataset: d, repositories: [{url: 'https://h/r', name: app}]" +
         (fields.empty() ? "" : ", " + fields) + "}\n";
}

Lines problems(const std::string& fields, const std::string& more = "") {
  return documents::problems(documents::deployment(repositories(fields) + more));
}

Lines warnings(const std::string& fields, const std::string& more) {
  const auto spec = std::get<gradient::DeploymentSpec>(
      gradient::read_deployment(documents::deployment(repositories(fields) + more)));
  Lines lines;
  for (const auto& warning : gradient::paths_of_nothing(spec))
    lines.push_back(json::text(warning));
  return lines;
}

std::string nothing_at(const std::string& field, const std::string& path) {
  return field + ": names " + path +
         ", where nothing is when the app starts: below repositories.mountPath are the checkouts, "
         "such as /opt/repos/app, and what the app itself writes, which goes with its pod; for "
         "files of the dataset set repositories.datasetPath, such as /opt/data, and write their "
         "path below that";
}

}  // namespace

TEST_CASE("the dataset's files may be anywhere but where a mount would lie on its folders") {
  const auto good =
      GENERATE(as<std::string>(), "/data", "/opt/repos/data", "/opt/repos/application",
               "/opt/repos2", "/opt/repos/.app", "/opt/repos/a/b", "/opt/models");
  CHECK(problems("datasetPath: " + good) == Lines{});
  CHECK(problems("datasetReadOnly: true, datasetPath: " + good) == Lines{});
}

TEST_CASE("a datasetPath that the checkouts would be below is refused") {
  const auto path = GENERATE(as<std::string>(), "/opt/repos", "/opt//repos/", "/opt");
  CHECK(problems("datasetPath: " + path) ==
        Lines{"spec.repositories.datasetPath: is at or above mountPath, where the checkouts would "
              "be mounted on folders of the dataset, which other pods can remove; choose a path of "
              "its own, such as /opt/data"});
}

TEST_CASE("a datasetPath that would hide a checkout is refused") {
  const auto path = GENERATE(as<std::string>(), "/opt/repos/app", "/opt/repos/app/data/");
  CHECK(problems("datasetPath: " + path) ==
        Lines{"spec.repositories.datasetPath: is at or below the checkout of repositories[0], "
              "where it would hide that repository's files; choose a path outside of it, such as "
              "/opt/data"});
}

TEST_CASE("a model is neither below datasetPath nor above it") {
  const auto refused = Lines{
      "spec.models[0].path: is at or below repositories.datasetPath, where it would be mounted on "
      "a folder of the dataset, which other pods can remove; choose a path outside of it"};
  CHECK(problems("datasetPath: /data", "models: [{id: m, path: /data/m}]") == refused);
  CHECK(problems("datasetPath: /data/", "models: [{id: m, path: /data}]") == refused);
  CHECK(problems("datasetPath: /data/m", "models: [{id: m, path: /data}]") ==
        Lines{"spec.repositories.datasetPath: is below the path of models[0], where it would hide "
              "that model's files; choose a path outside of it"});
  CHECK(problems("datasetPath: /data", "models: [{id: m, path: /data-m}]") == Lines{});
}

TEST_CASE("datasetReadOnly goes with a datasetPath, which is an absolute path") {
  CHECK(problems("datasetReadOnly: true") ==
        Lines{"spec.repositories.datasetReadOnly: needs datasetPath, where the dataset's files are "
              "to be; write it too, such as /opt/data, or remove datasetReadOnly"});
  CHECK(problems("datasetReadOnly: false, datasetPath: null") == Lines{});
  CHECK(problems("datasetReadOnly: true, datasetPath: data").size() == 1);
  CHECK(problems("datasetPath: /proc/data").size() == 1);
}

TEST_CASE("a path below mountPath at which there is nothing is warned of") {
  CHECK(warnings("", "command: [cat, /opt/repos/words.txt]") ==
        Lines{nothing_at("spec.command[1]", "/opt/repos/words.txt")});
  CHECK(warnings("", "env: [{name: DATA, value: /opt/repos/data/train/}]") ==
        Lines{nothing_at("spec.env[0].value", "/opt/repos/data/train")});
  CHECK(warnings("", "healthChecks: {startup: {exec: {command: [test, -e, /opt/repos/ok]}}}") ==
        Lines{nothing_at("spec.healthChecks.startup.exec.command[2]", "/opt/repos/ok")});
  CHECK(warnings("datasetPath: /opt/repos/data", "command: [cat, /opt/repos/date]") ==
        Lines{nothing_at("spec.command[1]", "/opt/repos/date")});
  CHECK(warnings("", "command: [sh, -c, 'cat /opt/repos/app/x /opt/repos/application']") ==
        Lines{nothing_at("spec.command[2]", "/opt/repos/application")});
}

TEST_CASE("a path of a checkout or of the dataset, and mountPath itself, are nothing to warn of") {
  const auto text = GENERATE(as<std::string>(), "/opt/repos", "/opt/repos/", "/opt/repos/app",
                             "/opt/repos/app/x", "cd /opt/repos/app && ls", "Reads /opt/repos/app.",
                             "/opt/repos2/x", "/opt/repos/data", "/opt/repos/data/files/x",
                             "/opt/repos/app:/opt/repos/data/files");
  CHECK(warnings("datasetPath: /opt/repos/data/files", "command: ['" + text + "']") == Lines{});
  CHECK(documents::problems(documents::deployment("command: [cat, /opt/repos/x]")) == Lines{});
}

TEST_CASE("the paths that a text names end where a shell or a list ends them") {
  const auto named = [](const std::string& text) {
    return gradient::named_paths(text, "/opt/repos");
  };
  for (const char* text :
       {"/opt/repos/a/b", "/opt//repos/a/b/", "--in=/opt/repos/a/b", "x;/opt/repos/a/b|y",
        "'/opt/repos/a/b'", R"(["-i", "/opt/repos/a/b"])", R"({"in":"/opt/repos/a/b"})",
        "/usr/bin:/opt/repos/a/b:/bin", "</opt/repos/a/b", "/opt/repos/a/b/*.csv",
        "/opt/repos/a/b/${X}/c", "/opt/repos/a/b/{c,d}", "/opt/repos/a/b/c\"$X\""}) {
    INFO(text);
    CHECK(named(text) == Lines{"/opt/repos/a/b"});
  }
  CHECK(named("cp /opt/repos/a /opt/repos/b") == Lines{"/opt/repos/a", "/opt/repos/b"});
}

TEST_CASE("what may be another path is none of a text's") {
  const auto text =
      GENERATE(as<std::string>(), "", "/", "/opt/repos", "/opt/repos-2/a", "/data/opt/repos/a",
               "$ROOT/opt/repos/a", "${ROOT}/opt/repos/a", "$(pwd)/opt/repos/a",
               "\"$ROOT\"/opt/repos/a", "~/opt/repos/a", "-I/opt/repos/a", "host:/opt/repos/a",
               "https://host/opt/repos/a", "/opt/repos/../a", "/opt/repos/./a", "/opt/repos/$X/a",
               "/opt/repos/*", "/opt/repos/a*", "/opt/repos/{a,b}", "/opt/repos/a{b,c}",
               "/opt/repos/my\\ folder", "/opt/repos/%s", "/a:$X", "/a:b{c,d}", ".*");
  CHECK(gradient::named_paths(text, "/opt/repos") == Lines{});
}
