#include "sync/model/model.h"

#include "base/files.h"
#include "base/hash.h"
#include "sync/model/digest.h"
#include "sync/model/git_origin.h"
#include "sync/model/ready.h"
#include "sync/support/model_pod.h"
#include "sync/support/sidecar.h"
#include "sync/support/ssh_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// With real rclone, against a real web server.

using namespace content;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("a listed folder's files appear, and then the sidecar is ready") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "w");
  server.folder().write("files/llm/sub/config.json", "{}");
  const Folder pod;
  CHECK_FALSE(is_ready(pod / "model"));
  const Sidecar sidecar(server, "files/llm/", pod / "model");
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  CHECK(base::read_file(pod / "model/weights.bin") == "w");
  CHECK(base::read_file(pod / "model/sub/config.json") == "{}");
  const auto meta = json::parse(base::read_file(pod / "model/..data/..meta.json"));
  CHECK(json::string_at(meta, {"revision"}) ==
        "sha256:" + base::sha256_hex(base::sha256_hex("{}") + "  sub/config.json\n" +
                                     base::sha256_hex("w") + "  weights.bin\n"));
  CHECK(json::integer_at(meta, {"bytes"}) == 3);
  CHECK(json::integer_at(meta, {"files"}) == 2);
}

TEST_CASE("what was published has the digest of its revision, which a Model can demand") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "w");
  server.folder().write("files/llm/sub/config.json", "{}");
  const Folder pod;
  const Sidecar sidecar(server, "files/llm/", pod / "model");
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  const auto meta = json::parse(base::read_file(pod / "model/..data/..meta.json"));
  const auto revision = json::string_at(meta, {"revision"});
  CHECK(digest(pod / "model") == revision);
  CHECK(digest(pod / "model/..data") == revision);
  CHECK(digest(server.folder() / "files/llm") == revision);
}

TEST_CASE("a source can be one file") {
  const WebServer server;
  server.folder().write("files/my model.bin", "w");
  const Folder pod;
  const Sidecar sidecar(server, "files/my%20model.bin", pod / "model");
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  CHECK(base::read_file(pod / "model/my model.bin") == "w");
}

TEST_CASE("patterns choose files, and other patterns are another source") {
  const WebServer server;
  for (const auto* file : {"a.bin", "sub/b.bin", "sub/a.txt", "a.txt", "old/c.bin"})
    server.folder().write("files/llm/" + std::string(file), file);
  const Folder volume;
  const auto show = [&](const Source& source, const std::string& files) {
    const Sidecar sidecar(source, volume / "model");
    return becomes([&] {
      return !sidecar.has_ended() &&
             (fs::exists(volume / "model/..data") &&
              shell("cd " + (volume / "model/..data").string() +
                    "/ && find . -type f ! -name '..*' | sort | tr '\\n' ' '") == files);
    });
  };
  const auto url = server.url("files/llm/");
  CHECK(show({.url = url, .include = {"*.bin", "/a.txt"}, .exclude = {"old/"}},
             "./a.bin ./a.txt ./sub/b.bin "));
  CHECK(show({.url = url, .include = {"*.txt"}}, "./a.txt ./sub/a.txt "));
  CHECK(show({.url = url, .exclude = {"**.bin", "sub/**"}}, "./a.txt "));
}

TEST_CASE("patterns that cannot be read, choose nothing or are for one file end with the reason") {
  const WebServer server;
  server.folder().write("files/llm/a.bin", "w");
  const auto end = [&](const std::string& path, const std::string& pattern) {
    const Folder pod;
    return Sidecar({.url = server.url(path), .include = {pattern}}, pod / "model").end();
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(end("files/llm/", "["), Contains("ModelSourceRefused") && Contains("not closed"));
  CHECK_THAT(end("files/llm/", "*.txt"), Contains("ModelEmpty") && Contains("let through"));
  CHECK_THAT(end("files/llm/a.bin", "*.bin"),
             Contains("ModelSourceRefused") && Contains("url names one file"));
}

TEST_CASE("a refresh brings what is new, and a failing one keeps what is there") {
  WebServer server;
  server.folder().write("files/llm/weights.bin", "first");
  const Folder volume;
  ModelPod pod({.source = server.url("files/llm/"),
                .target = volume / "model",
                .options = {"--refresh-interval", "1"}});
  REQUIRE(becomes([&] { return pod.is_ready() || pod.has_ended(); }));
  server.folder().write("files/llm/weights.bin", "second");
  REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", "second"); }));
  server.stop();
  REQUIRE(becomes([&] { return pod.tells("refresh-failed", "HostUnreachable"); }));
  CHECK(reads(volume / "model/weights.bin", "second"));
  CHECK(pod.is_ready());
  server.folder().write("files/llm/weights.bin", "the third");
  server.start();
  REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", "the third"); }));
  CHECK_FALSE(pod.has_ended());
}

TEST_CASE("what another pod's helper has published is told by each") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "first");
  const Folder volume;
  ModelPod::Settings settings{.source = server.url("files/llm/"),
                              .target = volume / "model",
                              .options = {"--refresh-interval", "1"}};
  ModelPod often(settings);
  settings.options = {"--refresh-interval", "3"};
  ModelPod seldom(settings);
  REQUIRE(becomes([&] { return often.is_ready() && seldom.is_ready(); }));
  for (const auto* text : {"second", "the third"}) {
    server.folder().write("files/llm/weights.bin", text);
    REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", text); }));
    const auto revision = content::digest(server.folder() / "files/llm");
    CHECK(becomes([&] { return often.tells("published", revision); }));
    CHECK(becomes([&] { return seldom.tells("published", revision); }));
  }
}

TEST_CASE("a request brings what is new at once, to pods that run and to those that come later") {
  WebServer server;
  server.folder().write("files/llm/weights.bin", "first");
  const Folder volume, request;
  const ModelPod::Settings settings{.source = server.url("files/llm/"),
                                    .target = volume / "model",
                                    .options = {"--fetch-request", (request / "sync").string()},
                                    .inside = {"/usr/bin/env", "GRADIENT_HEARTBEAT_MS=100"}};
  // As the kubelet does it: the file is a link, into a folder that is replaced at once.
  const auto ask = [&](const std::string& text) {
    request.write("..new/sync", text);
    fs::remove_all(request / "..data");
    fs::rename(request / "..new", request / "..data");
    if (!fs::is_symlink(request / "sync")) fs::create_symlink("..data/sync", request / "sync");
  };
  {
    const ModelPod one(settings), two(settings);
    REQUIRE(becomes([&] { return one.is_ready() && two.is_ready(); }));
    server.folder().write("files/llm/weights.bin", "second");
    ask("1");
    REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", "second"); }));
    const auto revision = content::digest(server.folder() / "files/llm");
    CHECK(becomes([&] { return one.tells("published", revision); }));
    CHECK(becomes([&] { return two.tells("published", revision); }));

    server.stop();
    ask("2");
    CHECK(becomes([&] { return one.tells("refresh-failed", "HostUnreachable"); }));
    CHECK(becomes([&] { return two.tells("refresh-failed", "HostUnreachable"); }));
    CHECK(reads(volume / "model/weights.bin", "second"));
    server.folder().write("files/llm/weights.bin", "the third");
    server.start();
    ask("3");
    REQUIRE(becomes([&] { return reads(volume / "model/weights.bin", "the third"); }));
  }
  const auto requests = server.log().size();
  {
    const ModelPod answered(settings);
    REQUIRE(becomes([&] { return answered.is_ready(); }));
    CHECK(server.log().size() == requests);
  }
  // What another program of the volume may put in its place.
  const auto outside = request.write("outside", "precious");
  fs::remove(volume / "model/..sync");
  if (GENERATE(true, false)) {
    fs::create_symlink(outside, volume / "model/..sync");
  } else {
    shell("mkfifo " + (volume / "model/..sync").string());
  }
  server.folder().write("files/llm/weights.bin", "the fourth one");
  ask("4");
  const ModelPod later(settings);
  CHECK(becomes([&] { return reads(volume / "model/weights.bin", "the fourth one"); }));
  const auto kept = volume / "model/..sync";
  CHECK(becomes([&] { return fs::symlink_status(kept).type() == fs::file_type::regular; }));
  CHECK(reads(kept, "4"));
  CHECK(reads(outside, "precious"));
}

TEST_CASE("a refresh brings back what somebody has removed") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "w");
  const Folder pod;
  const Sidecar sidecar(server, "files/llm/", pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  fs::remove(pod / "model/..data");
  CHECK(becomes([&] { return reads(pod / "model/weights.bin", "w"); }));
}

TEST_CASE("a refresh does not take over what somebody has written to") {
  const WebServer server;
  server.folder().write("files/llm/kept.safetensors", "kept");
  server.folder().write("files/llm/changed.safetensors", "first");
  shell("touch -d 2020-01-01 " + (server.folder() / "files/llm/kept.safetensors").string());
  const Folder pod;
  const Sidecar sidecar(server, "files/llm/", pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  shell("printf lost >" + (pod / "model/kept.safetensors").string());
  server.folder().write("files/llm/changed.safetensors", "second");
  REQUIRE(becomes([&] { return reads(pod / "model/changed.safetensors", "second"); }));
  CHECK(reads(pod / "model/kept.safetensors", "kept"));
}

TEST_CASE("a refresh transfers only the files that changed") {
  const WebServer server;
  server.folder().write("files/llm/kept.bin", "kept");
  server.folder().write("files/llm/changed.bin", "first");
  const Folder pod;
  const Sidecar sidecar(server, "files/llm/", pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  const auto before = server.log().size();
  server.folder().write("files/llm/changed.bin", "second");
  REQUIRE(becomes([&] { return reads(pod / "model/changed.bin", "second"); }));
  const auto requests = server.log().substr(before);
  CHECK_THAT(requests, Catch::Matchers::Contains("GET /files/llm/changed.bin"));
  CHECK_THAT(requests, !Catch::Matchers::Contains("GET /files/llm/kept.bin"));
  CHECK(reads(pod / "model/kept.bin", "kept"));
}

TEST_CASE("files with another digest than the wanted one are never published, nor fetched twice") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "right");
  const auto right = digest(server.folder() / "files/llm");
  CHECK(right == "sha256:" + shell("cd " + (server.folder() / "files/llm").string() +
                                   " && sha256sum weights.bin | sha256sum | cut -d' ' -f1"));
  server.folder().write("files/llm/weights.bin", "the wrong ones");
  const auto wrong = digest(server.folder() / "files/llm");
  const Folder pod;
  const auto end = [&] { return Sidecar(server, "files/llm/", pod / "model", 0s, right).end(); };
  const auto told = "ModelDigestMismatch: " + server.url("files/llm/") +
                    ": the files have the digest " + wrong + " and not " + right +
                    ", which the Model demands; correct source.digest or the source";
  CHECK(end() == told);
  CHECK_FALSE(fs::exists(pod / "model/weights.bin"));
  const auto before = server.log().size();
  CHECK(end() == told);
  CHECK_THAT(server.log().substr(before), !Catch::Matchers::Contains("GET /files/llm/weights.bin"));

  server.folder().write("files/llm/weights.bin", "right");
  const Sidecar sidecar(server, "files/llm/", pod / "model", 0s, right);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  CHECK(reads(pod / "model/weights.bin", "right"));
}

TEST_CASE("on a shared folder the second pod takes what the first one brought, without network") {
  const WebServer server;
  server.folder().write("files/llm/weights.bin", "w");
  const Folder volume;
  const ModelPod::Settings settings{.source = server.url("files/llm/"), .target = volume / "model"};
  ModelPod first(settings);
  REQUIRE(becomes([&] { return first.is_ready() || first.has_ended(); }));
  const auto requests = server.log();
  ModelPod second(settings);
  REQUIRE(becomes([&] { return second.is_ready() || second.has_ended(); }));
  CHECK(server.log() == requests);
  CHECK_FALSE(second.has_ended());
}

TEST_CASE("a source that is not there, is empty, or refuses, ends with its reason") {
  const WebServer server;
  fs::create_directory(server.folder() / "files/empty");
  server.folder().write("files/private/weights.bin", "w");
  const auto end = [&](const std::string& path) {
    const Folder pod;
    auto text = Sidecar(server, path, pod / "model").end();
    const auto url = server.url(path) + ": ";
    const auto at = text.find(url);
    return at == std::string::npos ? text : text.erase(at, url.size());
  };
  CHECK(end("files/missing/") ==
        "ModelSourceMissing: there is nothing at this address; check source.url");
  CHECK(end("files/missing.bin") ==
        "ModelSourceMissing: there is nothing at this address; check source.url");
  CHECK(end("files/empty/") ==
        "ModelEmpty: there is no file in the folder, or a page is in its place");
  CHECK(
      end("files/private/") ==
      "ModelAuthenticationFailed: the server asks for credentials, and the Model has none; name a "
      "Secret in source.secretName");
}

TEST_CASE("a Secret lets the sidecar in, and is nowhere in what it leaves") {
  const WebServer server;
  server.folder().write("files/private/weights.bin", "w");
  const Folder pod;
  pod.write("secret/username", "jane");
  pod.write("secret/password", canary);
  Reporter report(pod / "termination", 4096, json::object({{"model", "llm"}}));
  std::stop_source stop;
  const ModelOptions options{
      .source = {.url = server.url("files/private/"), .credentials = pod / "secret"},
      .target = pod / "model",
      .refresh_interval = 0s};
  auto work = std::async(std::launch::async, [&] {
    CHECK_THROWS_AS(sync_model(options, report, stop.get_token()), Stopped);
  });
  REQUIRE(becomes([&] { return is_ready(pod / "model"); }));
  stop.request_stop();
  work.get();
  CHECK(base::read_file(pod / "model/weights.bin") == "w");
  CHECK(shell("grep -rF " + std::string(canary) + " " + (pod / "model").string() +
              " || echo none") == "none");
}

TEST_CASE("files come over sftp with a private key, also after a change") {
  const SshServer server;
  server.folder().write("llm/weights.bin", "first");
  server.folder().write("llm/sub/config.json", "{}");
  const Folder pod;
  pod.write("secret/knownHosts", server.known_hosts());
  pod.write("secret/privateKey", server.key());
  auto url = server.url("llm");
  url.replace(0, 3, "sftp");
  const Sidecar sidecar({.url = url, .credentials = pod / "secret"}, pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  CHECK(reads(pod / "model/weights.bin", "first"));
  CHECK(reads(pod / "model/sub/config.json", "{}"));
  server.folder().write("llm/weights.bin", "the second");
  CHECK(becomes([&] { return reads(pod / "model/weights.bin", "the second"); }));
}

TEST_CASE("what is wrong about sftp has its reason") {
  const SshServer server;
  server.folder().write("llm/weights.bin", "w");
  const Folder pod;
  const auto secret = [&](const char* key, const std::string& text) {
    pod.write(std::string("secret/") + key, text);
  };
  secret("knownHosts", server.known_hosts());
  secret("privateKey", server.key());
  const auto end = [&](const std::string& path) {
    auto url = server.url(path);
    url.replace(0, 3, "sftp");
    return Sidecar({.url = url, .credentials = pod / "secret"}, pod / "model").end();
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(end("missing"), Contains("ModelSourceMissing: ") && Contains("nothing at this"));
  secret("privateKey", "canary-4711");
  CHECK_THAT(end("llm"), Contains("ModelSourceRefused: ") && Contains("is no private key") &&
                             !Contains("canary"));
  secret("privateKey", make_key(pod / "locked", "-t ed25519 -N secret"));
  CHECK_THAT(end("llm"), Contains("ModelSourceRefused: ") && Contains("passphrase"));
  secret("privateKey", make_key(pod / "another"));
  CHECK_THAT(end("llm"), Contains("ModelAuthenticationFailed: ") && Contains("refuses the user"));
  secret("knownHosts", "# none\n");
  CHECK_THAT(end("llm"), Contains("HostKeyUnknown: ") && Contains("ssh-keyscan"));
  secret("knownHosts", "nonsense");
  CHECK_THAT(end("llm"), Contains("HostKeyUnknown: ") && Contains("is not what ssh-keyscan"));
  const SshServer other;
  secret("knownHosts", "[127.0.0.1]:" + std::to_string(server.port()) + " " +
                           other.known_hosts().substr(other.known_hosts().find(' ') + 1));
  CHECK_THAT(end("llm"), Contains("HostKeyChanged: "));
}

TEST_CASE("files come over sftp with a password, which is nowhere in what is left") {
  constexpr const char* variable = "GRADIENT_SFTP_SERVER";  // ./dev test builds it
  if (is_server_missing(variable, "SFTP")) return;
  const Folder served;
  served.write("llm/weights.bin", "w");
  make_key(served / "host");
  const auto port = free_port();
  const auto address = "127.0.0.1:" + std::to_string(port);
  ServerProcess server;
  server.start({server_program(variable), "serve", "sftp", (served / "llm").string(), "--addr",
                address, "--user", "jane", "--pass", canary, "--key", (served / "host").string()},
               port);
  const Folder pod;
  pod.write("secret/knownHosts",
            "[127.0.0.1]:" + std::to_string(port) + " " + base::read_file(served / "host.pub"));
  pod.write("secret/username", "jane");
  pod.write("secret/password", canary);
  const Source source{.url = "sftp://" + address + "/", .credentials = pod / "secret"};
  {
    const Sidecar sidecar(source, pod / "model");
    REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
    CHECK(reads(pod / "model/weights.bin", "w"));
  }
  CHECK(shell("grep -rF " + std::string(canary) + " " + (pod / "model").string() +
              " || echo none") == "none");
  pod.write("secret/password", "wrong");
  CHECK(Sidecar(source, pod / "another").end() ==
        "ModelAuthenticationFailed: " + source.url +
            ": the server refuses the user, the password or the private key; check the user in the "
            "URL and the Secret's keys");
}

TEST_CASE("files come out of a repository: those of a ref, without history, also after a change") {
  const WebServer server;
  const ServedRepository repository(server, "llm");
  repository.commit("config.json", "first");
  repository.commit("config.json", "of the branch", "v2");
  const ServedRepository lib(server, "lib");
  repository.add_submodule("lib", lib.url(), lib.commit("words.txt", "w"));
  const Folder pod;
  const Sidecar branch({.url = "git+" + repository.url() + "?ref=v2"}, pod / "branch");
  const Sidecar sidecar({.url = "git+" + repository.url()}, pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "branch") || branch.has_ended(); }));
  CHECK(reads(pod / "branch/config.json", "of the branch\n"));
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  CHECK(reads(pod / "model/config.json", "first\n"));
  CHECK(reads(pod / "model/lib/words.txt", "w\n"));
  CHECK(shell("find " + (pod / "").string() + " -name .git -o -name 'git-*'").empty());
  repository.commit("config.json", "second");
  CHECK(becomes([&] { return reads(pod / "model/config.json", "second\n"); }));
}

TEST_CASE("of a repository's next commit only files come that have changed") {
  const WebServer server;
  const ServedRepository lib(server, "lib");
  lib.commit("kept.txt", "a");
  const auto first = lib.commit("words.txt", "w");
  const ServedRepository repository(server, "llm");
  repository.commit("weights.bin", "unchanged");
  repository.commit("folder/same.txt", "unchanged as well");
  repository.commit("config.json", "first");
  repository.add_submodule("lib", lib.url(), first);
  repository.git("branch served main");
  const Folder pod;
  const Sidecar sidecar({.url = "git+" + repository.url() + "?ref=served"}, pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  repository.add_submodule("lib", lib.url(), lib.commit("words.txt", "v"));
  repository.commit("folder/new.txt", "new");
  repository.commit("config.json", "second");
  const auto forget = [](const ServedRepository& of, const std::string& file) {
    const auto id = of.git("rev-parse main:" + file);
    const auto folder = of.git("rev-parse --absolute-git-dir");
    fs::remove(Path(folder) / "objects" / id.substr(0, 2) / id.substr(2));
  };
  forget(repository, "weights.bin");
  forget(repository, "folder/same.txt");
  forget(lib, "kept.txt");
  repository.git("branch --force served main");
  CHECK(becomes([&] { return reads(pod / "model/config.json", "second\n"); }));
  CHECK(reads(pod / "model/weights.bin", "unchanged\n"));
  CHECK(reads(pod / "model/folder/same.txt", "unchanged as well\n"));
  CHECK(reads(pod / "model/folder/new.txt", "new\n"));
  CHECK(reads(pod / "model/lib/kept.txt", "a\n"));
  CHECK(reads(pod / "model/lib/words.txt", "v\n"));
}

TEST_CASE("all files of the next commit come where a server leaves out none") {
  const WebServer server;
  const ServedRepository repository(server, "llm");
  repository.git("config uploadpack.allowFilter false");
  repository.commit("weights.bin", "unchanged");
  repository.commit("config.json", "first");
  const Folder pod;
  const Sidecar sidecar({.url = "git+" + repository.url()}, pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  repository.commit("config.json", "second");
  CHECK(becomes([&] { return reads(pod / "model/config.json", "second\n"); }));
  CHECK(reads(pod / "model/weights.bin", "unchanged\n"));
}

TEST_CASE("attributes of many folders take no request each") {
  const WebServer server;
  const ServedRepository repository(server, "llm");
  for (int i = 0; i < 20; ++i)
    repository.commit("folder" + std::to_string(i) + "/.gitattributes", "*.md text");
  repository.git("branch served main");
  const Folder pod;
  const Sidecar sidecar({.url = "git+" + repository.url() + "?ref=served"}, pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  for (int i = 0; i < 20; ++i)
    repository.commit("folder" + std::to_string(i) + "/.gitattributes", "*.txt text");
  const auto before = server.log().size();
  repository.git("branch --force served main");
  REQUIRE(becomes([&] { return reads(pod / "model/folder19/.gitattributes", "*.txt text\n"); }));
  const auto log = server.log().substr(before);
  int packs = 0;
  for (auto at = log.find("POST "); at != std::string::npos; at = log.find("POST ", at + 1))
    ++packs;
  CHECK(packs < 20);
}

TEST_CASE("a commit may change what can be run, and nothing else") {
  const WebServer server;
  const ServedRepository repository(server, "llm");
  repository.commit("run.sh", "true");
  const Folder pod;
  const Sidecar sidecar({.url = "git+" + repository.url()}, pod / "model", 1s);
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  const auto may_run = [&] { return access((pod / "model/run.sh").c_str(), X_OK) == 0; };
  CHECK_FALSE(may_run());
  repository.make_executable("run.sh");
  CHECK(becomes(may_run));
}

TEST_CASE("a model of Hugging Face is a repository of its server, or of the endpoint") {
  const auto address = git_address({.url = "hf://org/llm@v1.0"});
  CHECK(address.remote.url == "https://huggingface.co/org/llm");
  CHECK(address.ref == "v1.0");
  CHECK(git_address({.url = "hf://org/llm"}).ref.empty());
  const WebServer server;
  const ServedRepository repository(server, "private-llm");
  repository.commit("config.json", "{}");
  const Folder pod;
  pod.write("secret/username", "jane");
  pod.write("secret/password", canary);
  const Source source{
      .url = "hf://git/private-llm", .endpoint = server.url(""), .credentials = pod / "secret"};
  const Sidecar sidecar(source, pod / "model");
  REQUIRE(becomes([&] { return is_ready(pod / "model") || sidecar.has_ended(); }));
  CHECK(reads(pod / "model/config.json", "{}\n"));
  CHECK(shell("grep -rF " + std::string(canary) + " " + (pod / "model").string() +
              " || echo none") == "none");
  pod.write("secret/token", "wrong");
  CHECK(Sidecar(source, pod / "another").end() ==
        "GitAuthenticationFailed: " + server.url("git/private-llm") +
            ": the server refuses the credentials; check username and password");
}

TEST_CASE("what a repository must not bring has its reason") {
  const WebServer server;
  const auto end = [&](const ServedRepository& repository) {
    const Folder pod;
    return Sidecar({.url = "git+" + repository.url()}, pod / "model").end();
  };
  using Catch::Matchers::Contains;
  const ServedRepository pointer(server, "pointer");
  pointer.commit("weights.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:" +
                                    std::string(64, 'a') + "\nsize 7");
  CHECK_THAT(end(pointer), Contains("GitLfsFailed: ") && Contains("weights.bin is the pointer"));
  const ServedRepository ours(server, "ours");
  ours.commit("..data", "x");
  CHECK_THAT(end(ours), Contains("ModelSourceRefused: ") && Contains("..data"));
  const ServedRepository link(server, "link");
  link.commit("passwd", "/etc/passwd");
  shell("cd " + (server.folder() / "git/link").string() +
        " && blob=$(printf /etc/passwd | git hash-object -w --stdin)"
        " && tree=$(printf '120000 blob %s\\tpasswd\\n' $blob | git mktree)"
        " && git update-ref refs/heads/main"
        " $(git -c user.name=t -c user.email=t@t commit-tree -m Link $tree)");
  CHECK_THAT(end(link), Contains("ModelSourceRefused: ") && Contains("symbolic link"));
}
