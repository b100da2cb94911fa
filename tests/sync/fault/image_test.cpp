#include "base/files.h"
#include "base/process.h"
#include "support/folder.h"
#include "support/skip.h"
#include "sync/program/environment.h"
#include "sync/support/helper_run.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <map>

// What the image of the helpers is made of (scripts/assemble.sh), as the root of its gradient-sync.

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

/// Encodings by the names that they have in .gitattributes, each with a text that it can write.
const std::map<std::string, std::string> texts{
    {"UTF-16LE-BOM", "grün"}, {"UTF-16", "grün"},    {"UTF-32BE", "grün"}, {"windows-1252", "grün"},
    {"KOI8-R", "мир"},        {"Shift_JIS", "日本"}, {"EUC-JP", "日本"},   {"ISO-2022-JP", "日本"},
    {"GB18030", "中文"},      {"BIG5", "中文"},      {"EUC-KR", "한국"},   {"IBM850", "grün"}};

/// The image's files as a root, in a name space of its own.
class Image {
 public:
  Image() {
    shell("bash -euo pipefail -c 'source " SOURCE_DIR "/scripts/assemble.sh; assemble_sync " +
          root() +
          " " GRADIENT_SYNC
          " \"$(type -P rclone)\" \"$(type -P git-lfs)\" \"$(type -P oci-pull)\" \"$(type -P "
          "gradient-unpack)\"'");
    for (const auto* folder : {"dev", "proc", "volume"})
      fs::create_directory(fs::path(root()) / folder);
  }
  std::string root() const { return (folder_ / "root").string(); }
  base::Finished run(const std::vector<std::string>& command) const {
    std::vector<std::string> arguments{
        "unshare",
        "-rm",
        "sh",
        "-c",
        "mount --rbind /dev \"$1/dev\" && mount --rbind /proc \"$1/proc\" && "
        "cd \"$1\" && shift && exec chroot . \"$@\"",
        "sh",
        root()};
    arguments.insert(arguments.end(), command.begin(), command.end());
    return base::run(
        {.arguments = std::move(arguments),
         .environment = {"HOME=/tmp", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}});
  }

 private:
  Folder folder_;
};

}  // namespace

TEST_CASE("the image checks out files of every encoding as a whole system does") {
  if (!may_mount()) {
    support::skip("this user may mount nothing");
    return;
  }
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  std::string attributes;
  for (const auto& [encoding, text] : texts) {
    repository.commit(encoding, text);
    attributes += encoding + " working-tree-encoding=" + encoding + "\\n";
  }
  repository.commit(".gitattributes", attributes);
  const Image image;
  const auto finished = image.run({"gradient-sync", "repository", "--volume", "/volume", "--key",
                                   "key", "--name", "app", "--url", repository.url()});
  INFO(finished.output);
  REQUIRE(finished.exit_code == 0);
  const Folder whole;
  shell("git clone --quiet " + repository.url() + " " + (whole / "clone").string());
  for (const auto& [encoding, text] : texts) {
    const auto file = image.root() + "/volume/.gradient/checkouts/key/tree/" + encoding;
    CHECK(base::read_file(file) == base::read_file(whole / ("clone/" + encoding)));
    CHECK(base::read_file(file) != text + "\n");
  }
}

TEST_CASE("the image names what it is made of") {
  const Image image;
  CHECK_THAT(base::read_file(fs::path(image.root()) / "usr/local/share/versions"),
             Contains("git 1:") && Contains("git-lfs/3.") && Contains("openssh-client ") &&
                 Contains("libc6 ") && Contains("libcurl3-gnutls ") &&
                 Contains("ca-certificates ") && Contains("rclone 1.") &&
                 Contains("oci-pull v2.") && Contains("gradient-unpack go1."));
}

TEST_CASE("scanners find the image's packages, and readers their licences") {
  const Image image;
  const auto root = fs::path(image.root());
  CHECK_THAT(base::read_file(root / "etc/os-release"), Contains("VERSION_CODENAME="));
  CHECK_THAT(base::read_file(root / "var/lib/dpkg/status.d/git"),
             Contains("\nVersion: 1:") && Contains("\nMaintainer: "));
  CHECK_THAT(base::read_file(root / "usr/share/doc/git/copyright"), Contains("GPL"));
}

TEST_CASE("the helper tells the versions of the image's programs") {
  if (!may_mount()) {
    support::skip("this user may mount nothing");
    return;
  }
  const Image image;
  CHECK_THAT(image.run({"gradient-sync", "--version"}).output,
             Contains("\ngit version ") && Contains("\ngit-lfs/") && Contains("\nOpenSSH_") &&
                 Contains("\nrclone v") && Contains("\noci-pull v") &&
                 Contains("\ngradient-unpack go1."));
}
