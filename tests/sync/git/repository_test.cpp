#include "sync/git/repository.h"

#include "base/files.h"
#include "sync/git/refs.h"
#include "sync/report/failure.h"
#include "sync/support/lfs_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>

// With real git, against a real web server.

using namespace content;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

/// A dataset's volume, and what the helpers of its pods do there.
struct Volume {
  Folder folder;

  /// The commit, or "REASON: message" without the URL's beginning.
  std::string sync(const ServedRepository& repository, const std::string& ref = "",
                   const std::string& key = "key", const std::string& password = "") {
    RepositoryOptions options{.volume = folder / "",
                              .key = key,
                              .name = name,
                              .ref = ref,
                              .full_history = full_history,
                              .revision = "1",
                              .remote = {.url = repository.url(), .username = "jane"},
                              .program = GRADIENT_SYNC};
    if (!password.empty()) options.remote.password_file = secrets.write("password", password);
    Reporter report(secrets / "termination", 4096, json::object({{"repository", "app"}}));
    try {
      sync_repository(options, report, {});
    } catch (const Failure& failure) {
      std::string text = failure.what();
      if (text.starts_with(repository.url() + ": ")) text.erase(0, repository.url().size() + 2);
      return failure.reason + ": " + text;
    }
    told = json::parse(base::read_file(secrets / "termination"));
    return json::string_at(told, {"commit"});
  }
  std::string read(const std::string& file, const std::string& key = "key") const {
    return base::read_file(folder / (".gradient/checkouts/" + key + "/tree/" + file));
  }
  /// Names in .gradient/tmp: nothing may be left.
  bool is_tidy() const { return fs::is_empty(folder / ".gradient/tmp"); }

  Folder secrets;
  std::string name = "app";
  bool full_history = false;
  json::Json told;
};

std::string no_branch_has(const std::string& commit) {
  return "GitReferenceNotFound: no branch or tag of the repository has " + commit +
         "; name one that exists";
}

}  // namespace

TEST_CASE("a branch is checked out, with what was resolved beside it") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "old");
  const auto commit = repository.commit("file", "new");
  Volume volume;
  CHECK(volume.sync(repository, "main") == commit);
  CHECK(volume.read("file") == "new\n");
  CHECK(volume.told == json::object({{"repository", "app"},
                                     {"commit", commit},
                                     {"ref", "refs/heads/main"},
                                     {"url", repository.url()},
                                     {"revision", "1"}}));
  CHECK_FALSE(fs::exists(volume.folder / "app"));
  CHECK(volume.is_tidy());
}

TEST_CASE("a checkout is a repository of its own, with its origin and no path of ours") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  Volume volume;
  volume.sync(repository);
  const auto tree = (volume.folder / ".gradient/checkouts/key/tree").string();
  CHECK(shell("git -C " + tree + " status --porcelain").empty());
  CHECK(shell("git -C " + tree + " log --format=%H") == commit);
  CHECK(shell("git -C " + tree + " remote get-url origin") == repository.url());
  CHECK(shell("git -C " + tree + " fsck 2>&1").empty());
  CHECK(shell("grep -rF .gradient/git " + tree + " || echo none") == "none");
}

TEST_CASE("a ref is a branch, a tag of either kind, a whole commit, or the default branch") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto first = repository.commit("file", "first");
  repository.git("tag light");
  repository.git("tag -a -m note annotated");
  const auto second = repository.commit("file", "second");
  const auto other = repository.commit("file", "other", "feature/with/slashes");
  Volume volume;
  CHECK(volume.sync(repository, "light", "k1") == first);
  CHECK(volume.sync(repository, "annotated", "k2") == first);
  CHECK(volume.sync(repository, first, "k3") == first);
  CHECK(volume.sync(repository, "", "k4") == second);
  CHECK(volume.sync(repository, "feature/with/slashes", "k5") == other);
  std::string capitals = first;
  for (auto& c : capitals)
    c = static_cast<char>(std::toupper(c));
  CHECK(volume.sync(repository, capitals, "k6") == first);
  CHECK(volume.sync(repository, repository.git("rev-parse annotated"), "k7") == first);
  CHECK(volume.read("file", "k3") == "first\n");
}

TEST_CASE("of a branch and a tag of one name the branch is taken, and what was taken is told") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto first = repository.commit("file", "first");
  repository.git("tag both");
  const auto second = repository.commit("file", "second", "both");
  Volume volume;
  volume.full_history = GENERATE(false, true);
  CHECK(volume.sync(repository, "both", "k1") == second);
  CHECK(json::string_at(volume.told, {"ref"}) == "refs/heads/both");
  CHECK(volume.sync(repository, "refs/tags/both", "k2") == first);
  CHECK(json::string_at(volume.told, {"ref"}) == "refs/tags/both");
}

TEST_CASE("a commit that no branch reaches any more comes while the server has it") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "first");
  const auto lost = repository.commit("file", "lost", "side");
  repository.git("update-ref -d refs/heads/side");
  Volume volume;
  volume.full_history = GENERATE(false, true);
  CHECK(volume.sync(repository, lost, "k1") == lost);
  CHECK(volume.read("file", "k1") == "lost\n");
  repository.git("prune --expire=now");
  Volume other;
  other.full_history = volume.full_history;
  CHECK(other.sync(repository, lost) == no_branch_has(lost));
}

TEST_CASE("a repository may name its objects by SHA-256") {
  const WebServer server;
  shell("git init --quiet --bare --object-format=sha256 " + (server.folder() / "git/app").string());
  const ServedRepository repository(server, "app");
  const auto commit = repository.commit("file", "text");
  REQUIRE(commit.size() == 64);
  Volume volume;
  volume.full_history = GENERATE(false, true);
  CHECK(volume.sync(repository, "main") == commit);
  CHECK(volume.read("file") == "text\n");
}

TEST_CASE("the whole history is what the server has of it") {
  const WebServer server;
  const ServedRepository whole(server, "whole");
  whole.commit("file", "first");
  const auto commit = whole.commit("file", "second");
  const auto shallow = (server.folder() / "git/shallow").string();
  shell("git clone --quiet --bare --depth 1 file://" + (server.folder() / "git/whole").string() +
        " " + shallow);
  Volume volume;
  volume.full_history = true;
  CHECK(volume.sync(ServedRepository(server, "shallow"), "main") == commit);
  CHECK(shell("git -C " + (volume.folder / ".gradient/checkouts/key/tree").string() +
              " log --format=%H") == commit);
}

TEST_CASE("what is no commit is told") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text");
  const auto tree = repository.git("rev-parse main^{tree}");
  repository.git("tag key main:file");
  repository.git("tag -a -m note folder " + tree);
  const auto leads_to = [](const std::string& name, const std::string& kind) {
    return "GitReferenceNotFound: " + name + " leads to a " + kind +
           ", and not to a commit; name a branch, tag or commit";
  };
  Volume volume;
  volume.full_history = GENERATE(false, true);
  CHECK(volume.sync(repository, tree) == leads_to(tree, "tree"));
  CHECK(volume.sync(repository, "key") == leads_to("refs/tags/key", "file"));
  CHECK(volume.sync(repository, "folder") == leads_to("refs/tags/folder", "tree"));
}

TEST_CASE("a checkout that is there is taken without any network, however the branch moved on") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto first = repository.commit("file", "first");
  Volume volume;
  volume.sync(repository, "main");
  const auto second = repository.commit("file", "second");
  const auto requests = server.log();
  CHECK(volume.sync(repository, "main") == first);
  CHECK(server.log() == requests);
  CHECK(volume.sync(repository, "main", "key-of-a-later-revision") == second);
  CHECK(volume.read("file") == "first\n");
}

TEST_CASE("a checkout that a pod begins to use is young again, so that no collection takes it") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text");
  Volume volume;
  volume.sync(repository);
  const auto checkout = volume.folder / ".gradient/checkouts/key";
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(48);
  fs::last_write_time(checkout, old);
  volume.sync(repository);
  CHECK(fs::last_write_time(checkout) > old + std::chrono::hours(47));
}

TEST_CASE("with its history a checkout has what a clone has, in a mirror of single commits too") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto first = repository.commit("file", "first");
  repository.git("tag v1");
  const auto second = repository.commit("file", "second");
  const auto other = repository.commit("file", "other", "feature/x");
  Volume volume;
  volume.sync(repository, "main", "shallow");
  const auto git = [&](const std::string& key, const std::string& command) {
    return shell("git -C " + (volume.folder / (".gradient/checkouts/" + key + "/tree")).string() +
                 " " + command);
  };
  CHECK(git("shallow", "rev-list --all --count HEAD") == "1");
  volume.full_history = true;
  CHECK(volume.sync(repository, "main", "full") == second);
  CHECK(git("full", "log --format=%H") == second + "\n" + first);
  CHECK(git("full", "for-each-ref --format='%(refname) %(objectname)'") ==
        "refs/remotes/origin/feature/x " + other + "\nrefs/remotes/origin/main " + second +
            "\nrefs/tags/v1 " + first);
  CHECK(git("full", "rev-parse --is-shallow-repository") == "false");
  CHECK(git("full", "status --porcelain").empty());

  CHECK(volume.sync(repository, "v1", "tag") == first);
  volume.full_history = false;
  CHECK(volume.sync(repository, "main", "shallow-again") == second);
  CHECK(git("shallow-again", "rev-list --all --count HEAD") == "1");
}

TEST_CASE("a full history writes no file for each of its branches and tags") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto add_branches = [&](const std::string& name) {
    const auto commit = repository.commit("file", name);
    shell("for i in $(seq 1000); do echo create refs/heads/" + name + "/$i " + commit +
          "; echo create refs/tags/" + name + "-$i " + commit + "; done | git -C " +
          (server.folder() / "git/app.git").string() + " update-ref --stdin");
    return commit;
  };
  const auto count = [](const std::string& what) { return std::stoi(shell(what + " | wc -l")); };
  Volume volume;
  volume.full_history = true;
  const auto sync_with = [&](const std::string& name, int refs) {
    const auto commit = add_branches(name);
    REQUIRE(volume.sync(repository, "main", name) == commit);
    const auto tree = (volume.folder / (".gradient/checkouts/" + name + "/tree")).string();
    CHECK(count("git -C " + tree + " for-each-ref") == refs);
    CHECK(shell("git -C " + tree + " fsck 2>&1").empty());
    CHECK(count("find " + tree + "/.git -path '*/refs/*' -type f") == 0);
    CHECK(count("find " + (volume.folder / ".gradient/git").string() +
                " -path '*/refs/*' -type f") == 0);
  };
  sync_with("first", 2001);
  sync_with("second", 4001);
}

TEST_CASE("a full history leaves out the branches that the repository has no more") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  repository.commit("file", "other", "gone");
  Volume volume;
  volume.full_history = true;
  volume.sync(repository, "main", "one");
  repository.git("branch -D gone");
  CHECK(volume.sync(repository, "main", "two") == commit);
  const auto tree = (volume.folder / ".gradient/checkouts/two/tree").string();
  CHECK(shell("git -C " + tree + " for-each-ref --format='%(refname)'") ==
        "refs/remotes/origin/main");
}

TEST_CASE("submodules come along, all the way down, and belong to one repository") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "lib.git");
  const ServedRepository deep(server, "deep.git");
  const auto deep_commit = deep.commit("file", "deep");
  lib.commit("file", "lib");
  const auto lib_commit = lib.add_submodule("third party/deep", deep.url(), deep_commit);
  lib.commit("file", "newer, which nobody asked for");
  app.commit("file", "app");
  const auto commit = app.add_submodule("vendor/lib", "../lib.git", lib_commit);
  Volume volume;
  CHECK(volume.sync(app) == commit);
  CHECK(volume.read("file") == "app\n");
  CHECK(volume.read("vendor/lib/file") == "lib\n");
  CHECK(volume.read("vendor/lib/third party/deep/file") == "deep\n");
  const auto tree = (volume.folder / ".gradient/checkouts/key/tree").string();
  CHECK(shell("git -C " + tree + " status --porcelain").empty());
  CHECK(shell("git -C " + tree + " submodule status --recursive | cut -d' ' -f2") ==
        lib_commit + "\n" + deep_commit);
  CHECK(shell("git -C " + tree + "/vendor/lib rev-list --all --count HEAD") == "1");
  CHECK(shell("git -C " + tree + "/vendor/lib remote get-url origin") == lib.url());
  CHECK(shell("find " + tree + " -name .git -type d | wc -l") == "1");
  CHECK(shell("grep -rF " + (volume.folder / "").string() + " " + tree + " || echo none") ==
        "none");
  CHECK_FALSE(volume.told.has_field("submodules"));
  const auto meta =
      json::parse(base::read_file(volume.folder / ".gradient/checkouts/key/meta.json"));
  CHECK(json::text(json::at(meta, {"submodules"})) ==
        json::text(json::array(
            {json::object({{"path", "vendor/lib"}, {"url", lib.url()}, {"commit", lib_commit}}),
             json::object({{"path", "vendor/lib/third party/deep"},
                           {"url", deep.url()},
                           {"commit", deep_commit}})})));
}

TEST_CASE("a submodule that the dataset has already is not fetched again") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "lib.git");
  const auto lib_commit = lib.commit("file", "lib");
  app.add_submodule("lib", lib.url(), lib_commit);
  Volume volume;
  volume.sync(app, "main", "uid-1-app-one");
  const auto commit = app.commit("file", "app");
  const auto before = server.log();
  CHECK(volume.sync(app, "main", "uid-1-app-two") == commit);
  CHECK(server.log().substr(before.size()).find("lib.git") == std::string::npos);
  CHECK(volume.read("lib/file", "uid-1-app-two") == "lib\n");
}

TEST_CASE("of two sections for one submodule the one counts that git takes") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "lib.git");
  app.git("config -f test-modules submodule.old.path lib");
  app.git("config -f test-modules submodule.old.url " + lib.url());
  app.add_submodule("lib", lib.url(), lib.commit("file", "lib"));
  Volume volume;
  volume.sync(app);
  CHECK(volume.read("lib/file") == "lib\n");
}

TEST_CASE("a repository may be a submodule of itself") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto first = app.commit("file", "first");
  app.add_submodule("before", "./", first);
  const auto second = app.commit("file", "second");
  Volume volume;
  CHECK(volume.sync(app) == second);
  CHECK(volume.read("before/file") == "first\n");
}

TEST_CASE("the password of a repository is for submodules on its host and for no other") {
  const WebServer server;
  const WebServer other;
  const ServedRepository app(server, "private.git");
  const ServedRepository near(server, "private-lib.git");
  const ServedRepository far(other, "private-far.git");
  const auto near_commit = near.commit("file", "near");
  const auto far_commit = far.commit("file", "far");
  const auto commit = app.add_submodule("near", near.url(), near_commit);
  Volume volume;
  CHECK(volume.sync(app, "", "key", canary) == commit);
  CHECK(volume.read("near/file") == "near\n");
  app.add_submodule("far", far.url(), far_commit);
  CHECK(volume.sync(app, "", "another", canary) ==
        "GitAuthenticationFailed: submodule far: " + far.url() +
            ": the server asks for credentials, and there are none for it: those of the "
            "repository are sent to its own host alone; a GradientDeployment can give others in "
            "repositories.credentials");
  CHECK_THAT(other.log(), Contains("HTTP/1.1 401") && !Contains("HTTP/1.1 200"));
}

TEST_CASE("a submodule that cannot be fetched is refused, with the line to change") {
  const auto [url, problem] = GENERATE(table<std::string, std::string>({
      {"git@git.example.com:lib.git", "is over ssh on git.example.com, "},
      {"https://jane:word@git.example.com/lib.git", "has a password in it; "},
      {"file:///etc", "is no URL of a server; "},
      {"/etc", "is no URL of a server; "},
      {"ext::sh -c id", "is no URL of a server; "},
  }));
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto commit = app.commit("file", "app");
  app.add_submodule("lib", url, commit);
  Volume volume;
  CHECK_THAT(volume.sync(app),
             StartsWith("GitSubmoduleRefused: submodule lib: submodule.lib.url in .gitmodules " +
                        problem));
  CHECK_FALSE(fs::exists(volume.folder / ".gradient/checkouts/key"));
  CHECK(volume.is_tidy());
}

TEST_CASE("a submodule leads nowhere out of the checkout") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  const auto commit = app.commit("file", "app");
  app.add_submodule("lib", app.url(), commit);
  app.git("config -f test-modules --rename-section submodule.lib submodule.../../escaped");
  app.add_submodule("other", app.url(), commit);
  Volume volume;
  CHECK(volume.sync(app) ==
        "GitSubmoduleRefused: its .gitmodules has no valid name and URL for a submodule; mend it");
  CHECK_FALSE(fs::exists(volume.folder / ".gradient/checkouts/key"));
}

TEST_CASE(
    "large files come with their content, once for a dataset, and git sees them as they are") {
  if (LfsServer::is_missing()) return;
  LfsServer large;
  const WebServer server(large.port());
  const auto* const name = GENERATE("app", "private");
  const std::string password = name == std::string("app") ? "" : canary;
  const ServedRepository app(server, std::string(name) + ".git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  const auto commit = app.commit("weights.bin", large.put(name, "large content"));
  Volume volume;
  CHECK(volume.sync(app, "main", "one", password) == commit);
  CHECK(volume.read("weights.bin", "one") == "large content");
  const auto tree = (volume.folder / ".gradient/checkouts/one/tree").string();
  CHECK(shell("GIT_CONFIG_NOSYSTEM=1 git -C " + tree + " status --porcelain").empty());
  CHECK(shell("grep -rlF 'large content' " + tree) == tree + "/weights.bin");
  CHECK(shell("grep -rF -e " + std::string(canary) + " -e " + (volume.folder / "").string() + " " +
              tree + " || echo none") == "none");

  large.stop();
  CHECK(volume.sync(app, commit, "two", password) == commit);
  CHECK(volume.read("weights.bin", "two") == "large content");
}

TEST_CASE("large files that are not to be had are told") {
  if (LfsServer::is_missing()) return;
  LfsServer large;
  const WebServer server(large.port());
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  app.commit("weights.bin", large.put("another", "large content"));
  Volume volume;
  CHECK(volume.sync(app) ==
        "GitLfsFailed: the server lacks its large files (LFS), such as weights.bin, and says "
        "\"404 Not Found: Cannot find any of the requested objects\"; push them again");
  CHECK_FALSE(fs::exists(volume.folder / ".gradient/checkouts/key"));
}

TEST_CASE(
    "large files are those of the attributes alone, and pointers of others stay as they are") {
  if (LfsServer::is_missing()) return;
  LfsServer large;
  const WebServer server(large.port());
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  app.commit("plain.bin", "not a pointer");
  app.commit("weights one.bin", large.put("app", "large content"));
  const auto pointer = large.put("another", "elsewhere");
  const auto commit = app.commit("pointer.txt", pointer);
  Volume volume;
  CHECK(volume.sync(app) == commit);
  CHECK(volume.read("plain.bin") == "not a pointer\n");
  CHECK(volume.read("weights one.bin") == "large content");
  CHECK(volume.read("pointer.txt").starts_with("version https://git-lfs.github.com/spec/v1\n"));
  SECTION("and content that was damaged on the dataset is fetched again") {
    const auto mirror = (volume.folder / ".gradient/git").string();
    shell("for f in $(find " + mirror + " -path '*/lfs/objects/*' -type f); do printf " +
          "'wrong content' > $f; done");
    CHECK(volume.sync(app, commit, "two") == commit);
    CHECK(volume.read("weights one.bin", "two") == "large content");
  }
}

TEST_CASE("a checkout whose large files cannot fit is refused with both numbers") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text");
  app.commit("a.bin", "version https://git-lfs.github.com/spec/v1\\noid sha256:" +
                          std::string(64, 'a') + "\\nsize 4398046511104");
  Volume volume;
  CHECK_THAT(volume.sync(app),
             StartsWith("VolumeFull: the content of its large files (LFS) needs "
                        "8.0 TiB, and the volume has ") &&
                 Catch::Matchers::EndsWith(" left; make it larger or remove files from it"));
  CHECK(server.log().find("/info/lfs/") == std::string::npos);
  CHECK(volume.is_tidy());
}

TEST_CASE("files come in the encoding that the repository demands, or not at all") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit("hi.txt", "gr\\303\\274n \\360\\237\\214\\262");
  app.commit(".gitattributes", "hi.txt working-tree-encoding=UTF-16LE-BOM");
  const auto right = app.git("rev-parse main");
  Volume volume;
  CHECK(volume.sync(app, right, "uid-app-right") == right);
  CHECK(volume.read("hi.txt", "uid-app-right") ==
        std::string("\xff\xfeg\0r\0\xfc\0n\0 \0\x3c\xd8\x32\xdf\n\0", 18));
  const auto encoding = GENERATE(as<std::string>(), "ISO-8859-1", "x-nobodys");
  app.commit(".gitattributes", "*.txt working-tree-encoding=" + encoding, "wrong");
  CHECK(volume.sync(app, "wrong", "uid-app-wrong") ==
        "SyncFailed: hi.txt cannot be written in the encoding " + encoding +
            ", which working-tree-encoding in .gitattributes demands: it has characters that the "
            "encoding lacks, or nobody knows an encoding of that name; correct one of them in the "
            "repository");
  CHECK_FALSE(fs::exists(volume.folder / ".gradient/checkouts/uid-app-wrong"));
  CHECK(volume.is_tidy());
  SECTION("and what others of the dataset have is left to them") {
    const auto before = server.log();
    CHECK(volume.sync(app, right, "uid-app-another") == right);
    CHECK(server.log() == before);
  }
}

TEST_CASE("an encoding that .gitattributes does not name is refused at once") {
  const WebServer server;
  const ServedRepository app(server, "app.git");
  app.commit("hi.txt", "text");
  app.commit(".gitattributes", "*.txt working-tree-encoding");
  Volume volume;
  CHECK(volume.sync(app) ==
        "SyncFailed: working-tree-encoding in .gitattributes has no value; write one, such as "
        "working-tree-encoding=UTF-16LE, or remove it");
  CHECK(volume.is_tidy());
}

TEST_CASE("a commit that the dataset has already is not fetched again") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  Volume volume;
  volume.sync(repository, "main", "uid-app-one");
  const auto requests = server.log();
  CHECK(volume.sync(repository, commit, "uid-app-two") == commit);
  CHECK(server.log() == requests);
  CHECK(volume.read("file", "uid-app-two") == "text\n");
}

TEST_CASE("a commit that another deployment has fetched is given to those who may read it") {
  WebServer server;
  const ServedRepository app(server, "app.git");
  const ServedRepository lib(server, "private.git");
  const auto commit = lib.commit("file", "text");
  Volume volume;
  REQUIRE(volume.sync(lib, "main", "uid-a-1", canary) == commit);
  const auto asks = "GitAuthenticationFailed: the server asks for credentials";
  CHECK_THAT(volume.sync(lib, commit, "uid2-b-1"), StartsWith(asks));
  app.add_submodule("lib", lib.url(), commit);
  CHECK_THAT(volume.sync(app, "main", "uid2-b-2"),
             StartsWith("GitAuthenticationFailed: submodule lib: "));
  const auto before = server.log();
  CHECK(volume.sync(lib, commit, "uid2-b-3", canary) == commit);
  CHECK_THAT(server.log().substr(before.size()), Contains("GET /git/private.git/info/refs"));
  server.stop();
  CHECK(volume.sync(lib, commit, "uid2-b-4") == commit);
  CHECK(volume.sync(lib, commit, "uid-a-1") == commit);
}

TEST_CASE("a ref that is not there is told, with the remedy for an abbreviated commit") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  Volume volume;
  CHECK(volume.sync(repository, "relaese") ==
        "GitReferenceNotFound: there is no branch or tag \"relaese\"");
  CHECK(volume.sync(repository, commit.substr(0, 8)) ==
        "GitReferenceNotFound: there is no branch or tag \"" + commit.substr(0, 8) +
            "\"; a commit must be written with all its digits");
  const std::string nowhere(40, '1');
  CHECK(volume.sync(repository, nowhere) ==
        "GitReferenceNotFound: no branch or tag of the "
        "repository has " +
            nowhere + "; name one that exists");
  for (const std::string before : {"heads/", "origin/", "refs/remotes/origin/"})
    CHECK(volume.sync(repository, before + "main") ==
          "GitReferenceNotFound: there is no branch or tag \"" + before +
              "main\"; name a branch or tag alone: \"main\"");
  CHECK(volume.is_tidy());
}

TEST_CASE("an empty repository is told") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  Volume volume;
  CHECK(volume.sync(repository) == "GitReferenceNotFound: the repository is empty; push a commit");
}

TEST_CASE("a repository whose default branch is gone tells which others it has") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text", "dev");
  repository.commit("file", "text", "stable");
  Volume volume;
  CHECK(volume.sync(repository) ==
        "GitReferenceNotFound: the repository has no default branch (its HEAD names none that "
        "exists); set ref to one of its branches, such as dev, stable");
}

TEST_CASE("a repository that is not there is told") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  fs::remove_all(server.folder() / "git/app.git");
  Volume volume;
  CHECK(volume.sync(repository) ==
        "GitRepositoryNotFound: there is no such repository, or the credentials may not see it");
}

TEST_CASE(
    "a private repository is fetched with its password, and refused without or with another") {
  const WebServer server;
  const ServedRepository repository(server, "private.git");
  const auto commit = repository.commit("file", "text");
  Volume volume;
  CHECK(volume.sync(repository) ==
        "GitAuthenticationFailed: the server asks for credentials; give username and password");
  CHECK(volume.sync(repository, "", "key", "wrong") ==
        "GitAuthenticationFailed: the server refuses the credentials; check username and password");
  CHECK(volume.sync(repository, "", "key", canary) == commit);
}

TEST_CASE("a password is nowhere on the volume and in nothing that is told") {
  const WebServer server;
  const ServedRepository repository(server, "private.git");
  repository.commit("file", "text");
  Volume volume;
  REQUIRE(volume.sync(repository, "", "key", canary) == repository.git("rev-parse main"));
  CHECK(json::text(volume.told).find(canary) == std::string::npos);
  CHECK(shell("grep -rF " + std::string(canary) + " " + (volume.folder / "").string() +
              " || echo none") == "none");
}

TEST_CASE("the dataset's own files are never hidden or touched") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text");
  Volume volume;
  const auto file = volume.folder.write("app/precious", "the team's");
  CHECK(volume.sync(repository) == repository.git("rev-parse main"));
  CHECK(base::read_file(file) == "the team's");
  CHECK(shell("ls -A " + (volume.folder / "").string() + " " + (volume.folder / "app").string() +
              " | grep -cv :") == "4");  // .gradient, app, a blank line, precious
}

TEST_CASE("a name may begin with a dot") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  Volume volume;
  for (const auto* name : {".github", ".config", ".gitx", "a..b", "app."}) {
    volume.name = name;
    CHECK(volume.sync(repository, "", std::string("key-") + name) == commit);
  }
}

TEST_CASE("a name that is none of one folder, or is git's or ours, is refused") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  Volume volume;
  for (const auto& name : {"", ".", "..", "..app", ".git", ".GIT", ".Git", ".gradient", ".Gradient",
                           "a/b", "/app", "../app", "a\nb", "a\tb", "a\x7f"}) {
    volume.name = name;
    CHECK(volume.sync(repository) ==
          "SyncFailed: --name must be the name of one folder, such as app or .github: without '/' "
          "and control characters, not begun with '..', and not '.', .git or .gradient");
  }
  CHECK(fs::is_empty(volume.folder / ""));
}

TEST_CASE("a damaged mirror is replaced, and whoever comes next uses the new one") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  auto commit = repository.commit("file", "text");
  Volume volume;
  volume.sync(repository, "main", "uid-app-one");
  const auto objects = (volume.folder / ".gradient/git").string() + "/*/objects";
  const auto packs = "chmod u+w " + objects + "/pack/*; for f in " + objects + "/pack/*.pack; do ";
  SECTION("without its objects") {
    shell("rm -r " + objects);
  }
  SECTION("cut off") {
    shell(packs + "truncate -s 40 $f; done");
  }
  SECTION("with other bytes in it") {
    shell(packs + "dd if=/dev/zero of=$f seek=12 bs=1 count=100 conv=notrunc status=none; done");
  }
  SECTION("without its packs") {
    shell("rm " + objects + "/pack/*.pack");
  }
  SECTION("without its indices") {
    shell("rm " + objects + "/pack/*.idx");
  }
  SECTION("with a ref to what is not there") {
    const auto ref = std::string(40, '1');
    shell("echo " + ref + " >$(echo " + objects + "/../refs/gradient)/" + ref);
    commit = repository.commit("file", "text");
  }
  SECTION("and the repository has moved on") {
    shell("rm -r " + objects);
    commit = repository.commit("file", "text");
  }
  CHECK(volume.sync(repository, "main", "uid-app-two") == commit);
  CHECK(volume.read("file", "uid-app-two") == "text\n");
  CHECK(volume.is_tidy());
  const auto requests = server.log();
  CHECK(volume.sync(repository, commit, "uid-app-three") == commit);
  CHECK(server.log() == requests);
}

TEST_CASE("a mirror that is not damaged stays, whatever fails") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  Volume volume;
  volume.sync(repository, "main", "uid-app-one");
  const std::string path = std::getenv("PATH");
  std::string told;
  SECTION("a file's name is too long") {
    repository.commit("file", "other", "bad");
    const auto git = "git -C " + (server.folder() / "git/app.git").string() + " ";
    shell(git + "ls-tree bad | sed 's/file$/" + std::string(256, 'x') + "/' | " + git + "mktree >" +
          (volume.secrets / "tree").string());
    repository.git("update-ref refs/heads/bad $(" + git +
                   "-c user.name=t -c user.email=t@t commit-tree -m long $(cat " +
                   (volume.secrets / "tree").string() + "))");
    told =
        "SyncFailed: a file's name is longer than the volume takes; make it shorter in the source";
  }
  SECTION("git is killed") {
    repository.commit("file", "other", "bad");
    const auto git = volume.secrets.write_script(
        "bin/git",
        "case \"$*\" in *fetch*) kill -9 $$;; esac\nPATH=" + path + " exec git \"$@\"\n");
    setenv("PATH", (git.parent_path().string() + ":" + path).c_str(), 1);
    told =
        "OutOfMemory: the helper cannot have more memory; raise sync.resources.limits.memory of "
        "the operator's configuration";
  }
  CHECK(volume.sync(repository, "bad", "uid-app-two") == told);
  setenv("PATH", path.c_str(), 1);
  const auto requests = server.log();
  CHECK(volume.sync(repository, commit, "uid-app-three") == commit);
  CHECK(server.log() == requests);
}

TEST_CASE("what lies at a checkout's place and is not whole is made anew") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  repository.commit("file", "text");
  Volume volume;
  volume.sync(repository);
  const auto checkout = volume.folder / ".gradient/checkouts/key";
  const Folder elsewhere;
  elsewhere.write("precious", "text");
  SECTION("without meta.json") {
    fs::remove(checkout / "meta.json");
  }
  SECTION("without its tree") {
    fs::remove_all(checkout / "tree");
  }
  SECTION("with a meta.json that is cut off") {
    content::write_file(checkout / "meta.json", "{");
  }
  SECTION("with a FIFO for meta.json") {
    fs::remove(checkout / "meta.json");
    REQUIRE(mkfifo((checkout / "meta.json").c_str(), 0600) == 0);
  }
  SECTION("an empty folder") {
    fs::remove_all(checkout);
    fs::create_directory(checkout);
  }
  SECTION("a file") {
    fs::remove_all(checkout);
    content::write_file(checkout, "");
  }
  SECTION("a link to what looks like one") {
    fs::rename(checkout / "meta.json", elsewhere / "meta.json");
    fs::rename(checkout / "tree", elsewhere / "tree");
    fs::remove_all(checkout);
    fs::create_directory_symlink(elsewhere / "", checkout);
  }
  const auto result = volume.sync(repository);
  INFO(result);
  CHECK(content::is_commit(result));
  CHECK(volume.read("file") == "text\n");
  CHECK(fs::is_directory(fs::symlink_status(checkout)));
  CHECK(fs::exists(elsewhere / "precious"));
  CHECK(volume.is_tidy());
}

TEST_CASE("what a killed git has left in a mirror is in nobody's way") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto first = repository.commit("file", "text");
  Volume volume;
  volume.sync(repository);
  const auto git = volume.folder / ".gradient/git";
  const auto mirror = fs::directory_iterator(git)->path();
  const std::vector<std::string> all_left = {
      "shallow.lock",          "packed-refs.lock",
      "packed-refs.new",       "refs/gradient/x.lock",
      "objects/pack/1.keep",   "objects/pack/tmp_pack_AbCdEf",
      "objects/ab/tmp_obj_Ab", "objects/pack/.tmp-7-pack-1.pack"};
  for (const auto& left : all_left) {
    fs::create_directories((mirror / left).parent_path());
    content::write_file(mirror / left, "");
  }
  const auto* const branch = "refs/gradient/of/refs/heads/tmp_work.keep";
  shell("git -C " + mirror.string() + " update-ref " + branch + " refs/gradient/" + first);
  const auto second = repository.commit("file", "second");
  CHECK(volume.sync(repository, "", "two") == second);
  for (const auto& left : all_left)
    CHECK_FALSE(fs::exists(mirror / left));
  CHECK(fs::exists(mirror / branch));
  CHECK(fs::directory_iterator(git)->path() == mirror);
}

TEST_CASE("a commit of which a killed clean-up has left a part is fetched again") {
  const WebServer server;
  const ServedRepository repository(server, "app.git");
  const auto first = repository.commit("file", "first");
  Volume volume;
  volume.sync(repository, first, "one");
  repository.commit("new", "second");
  const auto second = repository.git("rev-parse main");
  volume.sync(repository, second, "two");
  // The second commit's pack has not the first one's file. As `git repack -d` removes packs.
  const auto mirror = fs::directory_iterator(volume.folder / ".gradient/git")->path();
  content::write_file(mirror / "same", "");
  const auto git = "git -C " + mirror.string() + " ";
  shell("for ref in $(" + git + "for-each-ref --format='%(refname)'); do " + git +
        "update-ref -d $ref; done; cd " + mirror.string() +
        "/objects/pack && for idx in *.idx; do git show-index <$idx | grep -q " + first +
        " && rm -f ${idx%.idx}.* || true; done");
  CHECK(volume.sync(repository, second, "three") == second);
  CHECK(volume.read("file", "three") == "first\n");
  shell(git + "fsck --connectivity-only 2>&1");  // which fails where something is missing
  CHECK(fs::exists(mirror / "same"));
}

TEST_CASE("a server that is away is told after some tries, and nothing is left behind") {
  WebServer server;
  const ServedRepository repository(server, "app.git");
  server.stop();
  Volume volume;
  CHECK(volume.sync(repository) ==
        "HostUnreachable: the host refuses the connection or does not answer; check host, port and "
        "server; tried 4 times");
  CHECK(volume.is_tidy());
}
