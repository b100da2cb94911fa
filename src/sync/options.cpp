#include "sync/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>

namespace content {
namespace {

void add_termination(CLI::App& parser, TerminationMessage& termination) {
  parser.add_option("--termination-log", termination.file, "where the result is written");
  parser.add_option("--message-bytes", termination.bytes, "bytes it may have");
}

void add_seconds(CLI::App& parser, const char* name, std::chrono::seconds& value,
                 const char* description) {
  parser.add_option_function<std::int64_t>(
      name, [&value](std::int64_t count) { value = std::chrono::seconds(count); }, description);
}

/// `--NAME=ENTRY` as often as there are entries, or `--no-...`.
void add_selection(CLI::App& parser, const char* name, const char* none, Selection& selection,
                   const char* description) {
  parser.add_option(name, selection.listed, description)
      ->allow_extra_args(false)
      ->each([&](const std::string&) { selection.which = Selection::Which::Listed; });
  parser.add_flag_callback(none, [&] { selection.which = Selection::Which::None; });
}

void add_limits(CLI::App& parser, Limits& limits) {
  parser.add_option("--max-files", limits.files, "files and folders that there may be");
  parser.add_option("--max-bytes", limits.bytes, "of their content");
  parser.add_option("--max-depth", limits.depth, "parts of a path");
}

/// In one word each, as a container's arguments have them.
void add_credentials(CLI::App& parser, std::vector<GitCredential>& credentials) {
  parser
      .add_option_function<std::vector<std::string>>(
          "--credential",
          [&credentials](const std::vector<std::string>& texts) {
            try {
              for (const auto& text : texts)
                credentials.push_back(read_git_credential(text));
            } catch (const std::invalid_argument& error) {
              throw CLI::ValidationError("--credential", error.what());
            }
          },
          "for URLs that begin so; JSON")
      ->allow_extra_args(false);
}

void add_local_addresses(CLI::App& parser, bool& allow) {
  parser.add_flag("--allow-local-addresses", allow,
                  "a source may lead to addresses of the pod and the node");
}

CLI::App* add_repository(CLI::App& app, RepositoryCommand& command) {
  auto& options = command.options;
  auto& remote = options.remote;
  auto* const parser = app.add_subcommand("repository", "publish a checkout and end");
  parser->add_option("--volume", options.volume)->required();
  parser->add_option("--key", options.key)->required();
  parser->add_option("--name", options.name)->required();
  parser->add_option("--url", remote.url)->required();
  parser->add_option("--ref", options.ref, "branch, tag or commit");
  parser->add_flag("--full-history", options.full_history,
                   "all branches and tags, not the commit alone");
  parser->add_flag("--read-only", options.read_only, "no app writes to the checkout");
  add_selection(*parser, "--submodule", "--no-submodules", options.parts.submodules,
                "path; these submodules alone");
  add_selection(*parser, "--lfs", "--no-lfs", options.parts.large_files,
                "pattern; the content of these large files alone");
  parser->add_option("--path", options.parts.paths, "pattern; these files alone")
      ->allow_extra_args(false);
  parser->add_option("--username", remote.username);
  parser->add_option("--password-file", remote.password_file, "over ssh: of the private key");
  parser->add_option("--known-hosts-file", remote.known_hosts_file,
                     "host keys for ssh; need not exist");
  parser->add_option("--known-hosts", remote.known_hosts, "host keys where there is no such file");
  add_credentials(*parser, remote.credentials);
  parser->add_flag("--allow-git-protocol", remote.allow_git_protocol, "git:// may be used");
  add_local_addresses(*parser, remote.allow_local_addresses);
  parser->add_option("--revision", options.revision);
  add_limits(*parser, options.limits);
  add_termination(*parser, command.termination);
  return parser;
}

CLI::App* add_model(CLI::App& app, ModelCommand& command) {
  auto& options = command.options;
  auto& source = options.source;
  auto* const parser = app.add_subcommand("model", "keep a model's files in a folder");
  parser->add_option("--source", source.url)->required();
  parser->add_option("--endpoint", source.endpoint);
  parser->add_option("--region", source.region);
  parser->add_flag("--path-style", source.path_style);
  parser->add_flag("--requester-pays", source.requester_pays, "of S3: who reads pays");
  parser->add_option("--include", source.include, "pattern; these files alone")
      ->allow_extra_args(false);
  parser->add_option("--exclude", source.exclude, "pattern; not these files")
      ->allow_extra_args(false);
  parser->add_flag("--unpack", source.unpack, "what is in archives comes in their place");
  parser->add_option("--credentials-dir", source.credentials);
  parser->add_option("--account", source.account);
  parser->add_flag("--workload-identity", source.workload_identity,
                   "credentials are those that the cloud gives the pod");
  add_local_addresses(*parser, source.allow_local_addresses);
  parser->add_option("--target", options.target)->required();
  parser->add_option("--name", command.name)->required();
  parser->add_option("--digest", options.digest, "sha256:... that the files must have");
  add_limits(*parser, options.limits);
  add_seconds(*parser, "--grace", options.grace, "seconds that replaced files stay");
  add_seconds(*parser, "--refresh-interval", options.refresh_interval, "seconds; 0: never");
  parser->add_option("--fetch-request", options.fetch_request, "file; another text: fetch now");
  add_termination(*parser, command.termination);
  return parser;
}

CLI::App* add_collect(CLI::App& app, CollectCommand& command) {
  auto& options = command.options;
  auto* const parser = app.add_subcommand("collect", "remove checkouts and models that may go");
  parser->add_option("--volume", options.volume)->required();
  parser->add_option("--owner", options.owners, "UID of a deployment whose checkouts may go");
  parser->add_option("--keep", options.keep, "key of one that stays");
  parser->add_option("--model", options.models, "name of a model that may go");
  add_seconds(*parser, "--grace", options.grace, "seconds; what is younger stays");
  parser->add_option_function<std::int64_t>(
      "--listed-at",
      [&options](std::int64_t time) {
        options.listed_at = std::chrono::sys_seconds(std::chrono::seconds(time));
      },
      "Unix time at which these were listed; what was used since stays");
  add_termination(*parser, command.termination);
  return parser;
}

CLI::App* add_ready(CLI::App& app, ReadyCommand& command) {
  auto* const parser = app.add_subcommand("ready", "whether a model is there");
  parser->add_option("--target", command.target)->required();
  return parser;
}

CLI::App* add_digest(CLI::App& app, DigestCommand& command) {
  auto* const parser = app.add_subcommand("digest", "print the digest of a folder's files");
  parser->add_option("folder", command.folder)->required();
  return parser;
}

CLI::App* add_credential(CLI::App& app, CredentialCommand& command) {
  auto& options = command.options;
  auto* const parser = app.add_subcommand("credential", "what git asks for a password");
  add_credentials(*parser, options.credentials);
  parser->add_option("--state", options.state)->required();
  parser->add_option("action", command.action)->required();
  return parser;
}

}  // namespace

Command parse_arguments(std::vector<std::string> arguments,
                        const std::function<std::string()>& version) {
  CLI::App app("Brings repositories and models onto volumes: whole, or not at all.",
               "gradient-sync");
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  RepositoryCommand repository;
  ModelCommand model;
  CollectCommand collection;
  ReadyCommand ready;
  DigestCommand digest;
  CredentialCommand credential;
  const auto* const of_repository = add_repository(app, repository);
  const auto* const of_model = add_model(app, model);
  const auto* const of_collect = add_collect(app, collection);
  const auto* const of_ready = add_ready(app, ready);
  const auto* const of_digest = add_digest(app, digest);
  add_credential(app, credential);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    std::ostringstream output;
    std::ostringstream errors;
    const int exit_code = app.exit(error, output, errors);
    return NoCommand{exit_code, output.str(), errors.str()};
  }
  if (of_repository->parsed()) return repository;
  if (of_model->parsed()) return model;
  if (of_collect->parsed()) return collection;
  if (of_ready->parsed()) return ready;
  if (of_digest->parsed()) return digest;
  return credential;
}

}  // namespace content
