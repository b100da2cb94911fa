#include "sync/options.h"

#include "base/files.h"
#include "gradient/spec/expansion.h"
#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/settings.h"
#include "json/yaml.h"

#include <catch2/catch.hpp>

#include <functional>

// What the operator writes into helper containers, read by the parser of gradient-sync itself.

using namespace content;
using Catch::Matchers::Contains;
using json::Json;
namespace fs = std::filesystem;

namespace {

Command parse(std::vector<std::string> words) {
  return parse_arguments(std::move(words), [] { return std::string("1.2.3"); });
}

/// What a container of gradient-sync has it do; fails the test when that is something else.
template <class Wanted>
Wanted parsed(const std::vector<std::string>& words) {
  auto command = parse(words);
  if (const auto* const none = std::get_if<NoCommand>(&command)) FAIL(none->errors);
  REQUIRE(std::holds_alternative<Wanted>(command));
  return std::get<Wanted>(std::move(command));
}

/// The words of a list, as Kubernetes expands them.
std::vector<std::string> expanded(const Json& words) {
  std::vector<std::string> result;
  for (const auto& word : words.as_array())
    result.push_back(gradient::unescape_dollars(word.as_string()));
  return result;
}

/// Calls `visit` with the arguments of each container and each probe in `value` that runs
/// gradient-sync.
void each_command_line(const Json& value,
                       const std::function<void(const std::vector<std::string>&)>& visit) {
  if (value.is_array()) {
    for (const auto& element : value.as_array())
      each_command_line(element, visit);
  }
  if (!value.is_object()) return;
  if (gradient::is_helper(value)) {
    auto words = expanded(value.at("command"));
    if (value.has_field("args")) {
      const auto more = expanded(value.at("args"));
      words.insert(words.end(), more.begin(), more.end());
    }
    visit({words.begin() + 1, words.end()});
  }
  for (const auto& [name, member] : value.as_object())
    each_command_line(member, visit);
}

}  // namespace

TEST_CASE("gradient-sync takes every command line that render writes") {
  std::map<std::string, int> seen;
  for (const auto& folder : fs::directory_iterator(SOURCE_DIR "/tests/golden")) {
    const auto file = folder.path() / "expected.yaml";
    if (!fs::exists(file)) continue;
    const auto read = json::parse_yaml(base::read_file(file));
    REQUIRE(read.problems.empty());
    for (const auto& document : read.documents) {
      each_command_line(document.value, [&](const std::vector<std::string>& words) {
        const auto command = parse(words);
        INFO(file.string() << ": " << json::text(json::strings(words)));
        if (const auto* const none = std::get_if<NoCommand>(&command)) FAIL_CHECK(none->errors);
        ++seen[words.front()];
      });
    }
  }
  for (const auto* subcommand : {"repository", "model", "ready"}) {
    INFO(subcommand);
    CHECK(seen[subcommand] > 3);
  }
}

// The structured bindings name every member: whoever adds one has to add it here.

TEST_CASE("every argument of a repository's helper reaches its own option") {
  const gradient::RepositoryArguments written{
      .volume = "/volume",
      .key = "uid-app-1",
      .name = "app",
      .url = "https://git.example/app.git?x=--key=y",
      .ref = "release/$1",
      .username = "jane",
      .password_file = "/credentials/password",
      .known_hosts_file = "/credentials/known_hosts",
      .known_hosts = "git.example ssh-ed25519 AAAA=\n",
      .revision = "7",
      .submodules = {"lib", "-a=b"},
      .lfs = {"*.bin", "--path"},
      .paths = {"/docs/", "!*.md"},
      .credentials = {{.url = "https://h/$x", .username = "a b=c", .file = "/host-credentials/0"},
                      {.url = "https://github.com",
                       .file = "/host-credentials/1",
                       .app_id = "1",
                       .installation_id = "2",
                       .api_url = "https://api"}},
      .full_history = true,
      .read_only = true,
      .allow_git_protocol = true,
      .allow_local_addresses = true,
      .max_files = 1,
      .max_bytes = 2,
      .max_depth = 3,
      .message_bytes = 3072};
  const auto& [volume, key, name, url, ref, username, password_file, known_hosts_file, known_hosts,
               revision, no_submodules, no_lfs, submodules, lfs, paths, credentials, full_history,
               read_only, allow_git_protocol, allow_local_addresses, max_files, max_bytes,
               max_depth, message_bytes] = written;
  const auto [termination, options] = parsed<RepositoryCommand>(words(written));
  CHECK(options.volume == volume);
  CHECK(options.key == key);
  CHECK(options.name == name);
  CHECK(options.remote.url == url);
  CHECK(options.ref == ref);
  CHECK(options.remote.username == username);
  CHECK(options.remote.password_file == password_file);
  CHECK(options.remote.known_hosts_file == known_hosts_file);
  CHECK(options.remote.known_hosts == known_hosts);
  CHECK(options.revision == revision);
  CHECK(options.parts.submodules.which == Selection::Which::Listed);
  CHECK(options.parts.submodules.listed == submodules);
  CHECK(options.parts.large_files.which == Selection::Which::Listed);
  CHECK(options.parts.large_files.listed == lfs);
  CHECK_FALSE(no_submodules);
  CHECK_FALSE(no_lfs);
  CHECK(options.parts.paths == paths);
  CHECK(options.full_history == full_history);
  CHECK(options.read_only == read_only);
  CHECK(options.remote.allow_git_protocol == allow_git_protocol);
  CHECK(options.remote.allow_local_addresses == allow_local_addresses);
  CHECK(options.limits.files == max_files);
  CHECK(options.limits.bytes == max_bytes);
  CHECK(options.limits.depth == max_depth);
  REQUIRE(options.remote.credentials.size() == credentials.size());
  for (std::size_t i = 0; i < credentials.size(); ++i) {
    const auto& [host_url, host_username, file, app_id, installation_id, api_url] = credentials[i];
    const auto& read = options.remote.credentials[i];
    CHECK(read.url == host_url);
    CHECK(read.username == host_username);
    CHECK(read.password_file == file);
    CHECK(read.app.has_value() == !app_id.empty());
    if (!read.app) continue;
    CHECK(read.app->id == app_id);
    CHECK(read.app->installation == installation_id);
    CHECK(read.app->api == api_url);
  }
  CHECK(std::int64_t(termination.bytes) == message_bytes);
  CHECK(options.program.empty());
}

TEST_CASE("every argument of a model's helper reaches its own option") {
  const gradient::ModelArguments written{.source = "s3://bucket/$llm",
                                         .endpoint = "https://s3.example.com",
                                         .region = "eu",
                                         .credentials = "/credentials",
                                         .digest = "sha256:00",
                                         .target = "/volume/.gradient/models/llm",
                                         .name = "llm",
                                         .account = "examplemodels",
                                         .fetch_request = "/request/sync",
                                         .path_style = true,
                                         .requester_pays = true,
                                         .workload_identity = true,
                                         .allow_local_addresses = true,
                                         .include = {"*.json", "-a=b", "--target"},
                                         .exclude = {"original/**", "-c"},
                                         .unpack = true,
                                         .refresh_seconds = 60,
                                         .grace_seconds = 90,
                                         .max_files = 1,
                                         .max_bytes = 2,
                                         .max_depth = 3,
                                         .message_bytes = 3072};
  const auto& [url, endpoint, region, credentials, digest, target, name, account, fetch_request,
               path_style, requester_pays, workload_identity, allow_local_addresses, include,
               exclude, unpack, refresh_seconds, grace_seconds, max_files, max_bytes, max_depth,
               message_bytes] = written;
  const auto [termination, model, options] = parsed<ModelCommand>(words(written));
  CHECK(options.source.url == url);
  CHECK(options.source.endpoint == endpoint);
  CHECK(options.source.region == region);
  CHECK(options.source.credentials == credentials);
  CHECK(options.digest == digest);
  CHECK(options.limits.files == max_files);
  CHECK(options.limits.bytes == max_bytes);
  CHECK(options.limits.depth == max_depth);
  CHECK(options.target == target);
  CHECK(model == name);
  CHECK(options.source.account == account);
  CHECK(options.fetch_request == fetch_request);
  CHECK(options.source.requester_pays == requester_pays);
  CHECK(options.source.path_style == path_style);
  CHECK(options.source.workload_identity == workload_identity);
  CHECK(options.source.unpack == unpack);
  CHECK(options.source.allow_local_addresses == allow_local_addresses);
  CHECK(options.source.include == include);
  CHECK(options.source.exclude == exclude);
  CHECK(options.refresh_interval.count() == refresh_seconds);
  CHECK(options.grace.count() == grace_seconds);
  CHECK(std::int64_t(termination.bytes) == message_bytes);
}

TEST_CASE("every argument of a clean-up reaches its own option") {
  const gradient::CollectArguments written{.volume = "/volume",
                                           .grace_seconds = 7200,
                                           .listed_at = 1769860800,
                                           .owners = {"u1", "u2"},
                                           .keep = {"u1-app-1", "u2-app-1"},
                                           .models = {"llm", "other"}};
  const auto& [volume, grace_seconds, listed_at, owners, keep, models] = written;
  const auto options = parsed<CollectCommand>(words(written)).options;
  CHECK(options.volume == volume);
  CHECK(options.grace.count() == grace_seconds);
  CHECK(options.listed_at->time_since_epoch().count() == listed_at);
  CHECK(std::set<std::string>(options.owners.begin(), options.owners.end()) == owners);
  CHECK(options.keep == keep);
  CHECK(options.models == models);
}

TEST_CASE("what is left out has the defaults of the library") {
  const auto repository = parsed<RepositoryCommand>(
      words(gradient::RepositoryArguments{.volume = "/v", .key = "k", .name = "n", .url = "u"}));
  CHECK(repository.termination.bytes == 4096);
  CHECK(repository.options.ref.empty());
  CHECK_FALSE(repository.options.full_history);
  CHECK(repository.options.parts.submodules.which == Selection::Which::All);
  CHECK(repository.options.parts.large_files.which == Selection::Which::All);
  const auto model = parsed<ModelCommand>(
      words(gradient::ModelArguments{.source = "s3://b", .target = "/t", .name = "n"}));
  CHECK(model.options.refresh_interval.count() == 0);
  CHECK(model.options.grace == ModelOptions().grace);
  const auto collection = parsed<CollectCommand>(words(gradient::CollectArguments{.volume = "/v"}));
  CHECK(collection.options.grace == CollectOptions().grace);
  CHECK_FALSE(collection.options.listed_at);
}

TEST_CASE("a repository may come without submodules and without large files") {
  const auto parts =
      parsed<RepositoryCommand>(words(gradient::RepositoryArguments{.volume = "/v",
                                                                    .key = "k",
                                                                    .name = "n",
                                                                    .url = "u",
                                                                    .no_submodules = true,
                                                                    .no_lfs = true}))
          .options.parts;
  CHECK(parts.submodules.which == Selection::Which::None);
  CHECK(parts.large_files.which == Selection::Which::None);
}

TEST_CASE("limits that the operator does not write are those that it was shipped with") {
  const gradient::ContentLimits shipped;
  const Limits own;
  CHECK(own.files == shipped.files);
  CHECK(own.bytes == shipped.bytes);
  CHECK(own.depth == shipped.depth);
}

TEST_CASE("what gradient-sync does not know is refused with its name") {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"ready", "--target", "/t", "--colour", "red"}, {"paint", "--colour"}, {"ready"}, {}}) {
    const auto command = parse(words);
    INFO(json::text(json::strings(words)));
    REQUIRE(std::holds_alternative<NoCommand>(command));
    const auto& none = std::get<NoCommand>(command);
    CHECK(none.exit_code != 0);
    CHECK_FALSE(none.errors.empty());
  }
  CHECK_THAT(std::get<NoCommand>(parse({"ready", "--target", "/t", "--colour"})).errors,
             Contains("--colour"));
}

TEST_CASE("an option that a command cannot do without is asked for by its name") {
  const std::vector<std::vector<std::string>> commands{
      {"repository", "--volume=/v", "--key=k", "--name=n", "--url=u"},
      {"model", "--source=s3://b", "--target=/t", "--name=n"},
      {"collect", "--volume=/v"},
      {"credential", "get", "--state=/s"},
      {"ready", "--target=/t"}};
  for (const auto& whole : commands) {
    INFO(json::text(json::strings(whole)));
    CHECK_FALSE(std::holds_alternative<NoCommand>(parse(whole)));
    for (std::size_t i = 1; i < whole.size(); ++i) {
      if (!whole[i].starts_with("--")) continue;
      auto words = whole;
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
      const auto command = parse(words);
      REQUIRE(std::holds_alternative<NoCommand>(command));
      CHECK(std::get<NoCommand>(command).exit_code != 0);
      CHECK_THAT(std::get<NoCommand>(command).errors,
                 Contains(whole[i].substr(0, whole[i].find('='))));
    }
  }
}

TEST_CASE("the version and the help are no failure") {
  const auto version = std::get<NoCommand>(parse({"--version"}));
  CHECK(version.exit_code == 0);
  CHECK(version.output == "1.2.3\n");
  const auto help = std::get<NoCommand>(parse({"model", "--help"}));
  CHECK(help.exit_code == 0);
  CHECK_THAT(help.output, Contains("gradient-sync model") && Contains("--refresh-interval"));
}
