#include "gradient/spec/helper_arguments.h"

#include <catch2/catch.hpp>

using namespace gradient;
using json::Json;

namespace {

/// As it is in a pod's spec.
template <class Arguments>
Json container(const Arguments& arguments) {
  return json::object({{"command", json::strings({helper_program})},
                       {"args", container_arguments(words(arguments))}});
}

const RepositoryArguments repository{
    .volume = "/volume",
    .key = "uid-app-1",
    .name = "app",
    .url = "https://git.example.com/$(TEAM)/app.git?x=--key=y",
    .ref = "release/$$1",
    .username = "--allow-git-protocol",
    .password_file = "/credentials/password",
    .known_hosts_file = "/credentials/known_hosts",
    .known_hosts = "git.example.com ssh-ed25519 AAAA=\n",
    .revision = "1",
    .no_submodules = true,
    .no_lfs = true,
    .submodules = {"-a=b", "--no-lfs"},
    .lfs = {"*.bin"},
    .paths = {"/docs/", "!*.md"},
    .credentials = {{.url = "https://h/$x", .username = "a \"b\"=c", .file = "/host-credentials/0"},
                    {.url = "https://github.com",
                     .file = "/host-credentials/1",
                     .app_id = "1",
                     .installation_id = "2",
                     .api_url = "https://api"}},
    .full_history = true,
    .allow_git_protocol = true,
    .allow_local_addresses = true,
    .max_files = 1,
    .max_bytes = 2,
    .max_depth = 3,
    .message_bytes = 4096};

const ModelArguments model{.source = "s3://bucket/$llm",
                           .endpoint = "https://s3.example.com",
                           .region = "eu",
                           .credentials = "/credentials",
                           .digest = "sha256:00",
                           .target = "/volume/.gradient/models/llm",
                           .name = "llm",
                           .fetch_request = "/request/sync",
                           .path_style = true,
                           .requester_pays = true,
                           .allow_local_addresses = true,
                           .include = {"*.json", "-a=b", "--target"},
                           .exclude = {"original/**"},
                           .unpack = true,
                           .refresh_seconds = 60,
                           .grace_seconds = 0,
                           .max_files = 1,
                           .max_bytes = 2,
                           .max_depth = 3,
                           .message_bytes = 3072};

const CollectArguments collect{.volume = "/volume",
                               .grace_seconds = 3600,
                               .listed_at = 1769860800,
                               .owners = {"u1", "u2"},
                               .keep = {"u1-app-1"},
                               .models = {"llm", "other"}};

}  // namespace

TEST_CASE("what a helper is told can be read back from its container") {
  CHECK(repository_arguments(container(repository)) == repository);
  CHECK(model_arguments(container(model)) == model);
  CHECK(collect_arguments(container(collect)) == collect);
}

TEST_CASE("what is left out is read as such") {
  CHECK(repository_arguments(container(RepositoryArguments{})) == RepositoryArguments{});
  CHECK(model_arguments(container(ModelArguments{})) == ModelArguments{});
  CHECK(collect_arguments(container(CollectArguments{})) == CollectArguments{});
}

TEST_CASE("each reads what is its own, whatever program the container runs") {
  auto copy = container(repository);
  copy["command"] = json::strings({"sh", "-c", "sleep 1d"});
  CHECK(repository_arguments(copy) == repository);
  CHECK_FALSE(model_arguments(copy));
  CHECK_FALSE(collect_arguments(copy));
  CHECK_FALSE(is_helper(copy));
  CHECK(is_helper(container(model)));
}

TEST_CASE("an app's container is none of ours") {
  const auto app = json::parse(R"({"command":["serve"],"args":["--key","x","repository"]})");
  CHECK_FALSE(repository_arguments(app));
  CHECK_FALSE(is_helper(app));
  CHECK_FALSE(repository_arguments(json::parse("{}")));
  CHECK_FALSE(is_helper(json::parse("{}")));
}

TEST_CASE("arguments that are cut off or no numbers are left out") {
  const auto cut = json::parse(R"({"args":["model","--grace","soon","--name","llm","--source"]})");
  CHECK(model_arguments(cut) == ModelArguments{.name = "llm"});
}

TEST_CASE("a dollar of an argument is one for the program, and is never expanded") {
  const auto arguments = container(RepositoryArguments{.url = "$(HOME)$$x"}).at("args");
  CHECK(json::text(arguments) == R"(["repository","--url","$$(HOME)$$$$x"])");
}
