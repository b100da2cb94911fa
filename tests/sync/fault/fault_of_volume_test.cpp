#include "support/skip.h"
#include "sync/support/helper_run.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// What goes wrong with the volume: real file systems that are small or read-only, in a namespace
// of their own.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// How repository and model end on a volume, and that neither is tried again.
struct Ends {
  Ends(const WebServer& server, const std::string& options) {
    HelperRun helper;
    HelperRun sidecar;
    helper.mount = sidecar.mount = "mount -t tmpfs -o " + options + " tmpfs \"$1\"";
    repository = helper.repository(server.url("git/app.git"));
    model = sidecar.model(server.url("cgi/llm/"));
    retries = helper.retries() + sidecar.retries();
  }
  std::string repository, model;
  int retries;
};

}  // namespace

TEST_CASE("a volume that is full, has no room for files or cannot be written is told as such") {
  if (!may_mount()) {
    support::skip("nothing can be mounted here, not even in a namespace");
    return;
  }
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto git = (server.folder() / "git/app.git").string();
  const auto commit = [&](const std::string& files) {
    shell("cd " + git + " && export GIT_INDEX_FILE=$PWD/test-index && " + files +
          " && git update-ref refs/heads/main $(git -c user.name=t -c user.email=t@t "
          "commit-tree -m Files $(git write-tree))");
  };
  const std::string page = "printf 'Content-Type: text/html\\r\\n\\r\\n'\n";
  const auto serve = [&](const std::string& list, const std::string& file) {
    server.folder().write_script("cgi/llm", "case $REQUEST_METHOD$PATH_INFO in\nGET/) " + page +
                                                list +
                                                " ;;\n*) printf 'Content-Type: "
                                                "application/octet-stream\\r\\n\\r\\n'\n" +
                                                file + " ;;\nesac\n");
  };
  SECTION("full, of which a server that does not tell sizes gives no warning") {
    commit(
        "git update-index --add --cacheinfo 100644,$(head -c 3000000 /dev/urandom | "
        "git hash-object -w --stdin),large");
    serve("printf '<a href=\"large\">large</a>'",
          "[ $REQUEST_METHOD = HEAD ] || head -c 3000000 /dev/urandom");
    const Ends ends(server, "size=1m");
    CHECK_THAT(ends.repository, StartsWith("VolumeFull: ") && Contains("make it larger"));
    CHECK_THAT(ends.model, StartsWith("VolumeFull: ") && Contains("make it larger"));
    CHECK(ends.retries == 0);
  }
  SECTION("without inodes") {
    commit(
        "blob=$(echo | git hash-object -w --stdin) && for i in $(seq 400); do "
        "printf '100644 %s\\tfile%s\\n' $blob $i; done | git update-index --add --index-info");
    serve("for i in $(seq 400); do printf '<a href=\"%s.bin\">f</a>' $i; done", "");
    const Ends ends(server, "size=64m,nr_inodes=200");
    CHECK_THAT(ends.repository, StartsWith("VolumeOutOfInodes: ") && Contains("inodes"));
    CHECK_THAT(ends.model, StartsWith("VolumeOutOfInodes: ") && Contains("needs 400 files"));
    CHECK(ends.retries == 0);
  }
  SECTION("read-only") {
    commit("git update-index --add --cacheinfo 100644,$(echo | git hash-object -w --stdin),file");
    serve("printf '<a href=\"small\">small</a>'", "");
    const Ends ends(server, "ro");
    CHECK_THAT(ends.repository, StartsWith("VolumeReadOnly: "));
    CHECK_THAT(ends.model, StartsWith("VolumeReadOnly: "));
    CHECK(ends.retries == 0);
  }
}

TEST_CASE("a volume whose quota is used up is told as such") {
  if (!may_mount_with_quota()) {
    support::skip("there is no root here, or no btrfs");
    return;
  }
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  server.folder().write("files/llm/large", shell("head -c 12000000 /dev/urandom | base64 -w0"));
  repository.add_file("large", (server.folder() / "files/llm/large").string());

  HelperRun helper;
  helper.mounts_as_root = true;
  helper.mount = mount_with_quota((helper.folder() / "image").string(), "8M");
  CHECK_THAT(helper.repository(repository.url()),
             StartsWith("VolumeQuotaExceeded: ") && Contains("quota of the volume is used up"));
  CHECK(helper.retries() == 0);

  HelperRun sidecar;
  sidecar.mounts_as_root = true;
  sidecar.mount = mount_with_quota((sidecar.folder() / "image").string(), "8M");
  CHECK_THAT(sidecar.model(server.url("files/llm/")),
             StartsWith("VolumeQuotaExceeded: ") && Contains("quota of the volume is used up"));
  CHECK(sidecar.retries() == 0);
}
