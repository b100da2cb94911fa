#include "sync/collect.h"
#include "sync/credential.h"
#include "sync/failure.h"
#include "sync/model.h"
#include "sync/repository.h"
#include "sync/stop.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <sys/stat.h>

namespace {

using namespace content;

constexpr int stopped = 143;  ///< as after SIGTERM

/// What repository and model have in common.
struct Common {
  std::string termination_log = "/dev/termination-log";
  std::size_t message_bytes = 4096;
};

void add_common(CLI::App& command, Common& common) {
  command.add_option("--termination-log", common.termination_log, "where the result is written");
  command.add_option("--message-bytes", common.message_bytes, "bytes it may have");
}

/// Runs the work and turns how it ends into an exit code; every failure is told with its reason.
int guarded(Report& report, const std::function<void(const std::stop_token&)>& work) {
  const StopOnSignal signals;
  umask(0002);  // what is published is read by apps of any user
  try {
    try {
      work(signals.token());
      return 0;
    } catch (const std::filesystem::filesystem_error& error) {
      throw volume_failure(error.code().value(), error.path1().string());
    } catch (const std::exception& error) {
      if (dynamic_cast<const Failure*>(&error) != nullptr) throw;
      throw Failure("SyncFailed", error.what());
    }
  } catch (const Failure& failure) {
    report.failed(failure);
    return 1;
  } catch (const Stopped&) {
    return stopped;
  }
}

bool is_single_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
}

void check(const RepositoryOptions& options) {
  if (!is_fetchable(options.remote.url)) {
    throw Failure("SyncFailed",
                  "--url must begin with https:// or http:// and have no user in it, or be "
                  "ssh://[USER@]HOST[:PORT]/PATH or USER@HOST:PATH");
  }
  if (!is_single_name(options.name) || !is_single_name(options.key))
    throw Failure("SyncFailed", "--name and --key must be names of one folder");
}

/// An empty or a foreign name could mean more than it says.
void check(const CollectOptions& options) {
  const auto refuse_all = [](const auto& names, const std::string& option) {
    if (!std::all_of(names.begin(), names.end(), is_single_name))
      throw Failure("SyncFailed", option + " must be the name of one folder");
  };
  refuse_all(options.owners, "--owner");
  refuse_all(options.keep, "--keep");
  refuse_all(options.models, "--model");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Brings repositories and models onto volumes: whole, or not at all.");
  app.require_subcommand(1);
  Common common;

  RepositoryOptions repository;
  auto* const repository_command = app.add_subcommand("repository", "publish a checkout and end");
  repository_command->add_option("--volume", repository.volume)->required();
  repository_command->add_option("--key", repository.key)->required();
  repository_command->add_option("--name", repository.name)->required();
  repository_command->add_option("--url", repository.remote.url)->required();
  repository_command->add_option("--ref", repository.ref, "branch, tag or commit");
  repository_command->add_flag("--full-history", repository.full_history,
                               "all branches and tags, not the commit alone");
  repository_command->add_option("--username", repository.remote.username);
  repository_command->add_option("--password-file", repository.remote.password_file,
                                 "over ssh: of the private key");
  repository_command->add_option("--known-hosts-file", repository.remote.known_hosts_file,
                                 "host keys for ssh; need not exist");
  repository_command->add_option("--known-hosts", repository.remote.known_hosts,
                                 "host keys where there is no such file");
  repository_command->add_option("--revision", repository.revision);
  add_common(*repository_command, common);

  ModelOptions model{};
  std::string model_name;
  std::int64_t refresh_seconds = 0;
  auto* const model_command = app.add_subcommand("model", "keep a model's files in a folder");
  model_command->add_option("--source", model.source.url)->required();
  model_command->add_option("--endpoint", model.source.endpoint);
  model_command->add_option("--region", model.source.region);
  model_command->add_flag("--path-style", model.source.path_style);
  model_command->add_option("--include", model.source.include, "pattern; these files alone")
      ->allow_extra_args(false);
  model_command->add_option("--exclude", model.source.exclude, "pattern; not these files")
      ->allow_extra_args(false);
  model_command->add_option("--credentials-dir", model.source.credentials);
  model_command->add_option("--target", model.target)->required();
  model_command->add_option("--name", model_name)->required();
  model_command->add_option("--digest", model.digest, "sha256:... that the files must have");
  std::int64_t grace_seconds = model.grace.count();
  model_command->add_option("--grace", grace_seconds, "seconds that replaced files stay");
  model_command->add_option("--refresh-interval", refresh_seconds, "seconds; 0: never");
  add_common(*model_command, common);

  Path ready_target;
  auto* const ready_command = app.add_subcommand("ready", "whether a model is there");
  ready_command->add_option("--target", ready_target)->required();

  Path digest_folder;
  auto* const digest_command = app.add_subcommand("digest", "print the digest of a folder's files");
  digest_command->add_option("folder", digest_folder)->required();

  CollectOptions collection;
  std::int64_t collection_grace_seconds = collection.grace.count();
  auto* const collect_command =
      app.add_subcommand("collect", "remove checkouts and models that may go");
  collect_command->add_option("--volume", collection.volume)->required();
  collect_command->add_option("--owner", collection.owners,
                              "UID of a deployment whose checkouts may go");
  collect_command->add_option("--keep", collection.keep, "key of one that stays");
  collect_command->add_option("--model", collection.models, "name of a model that may go");
  collect_command->add_option("--grace", collection_grace_seconds,
                              "seconds; what is younger stays");
  add_common(*collect_command, common);

  CredentialOptions credential;
  std::string action;
  auto* const credential_command = app.add_subcommand("credential", "what git asks for a password");
  credential_command->add_option("--protocol", credential.protocol)->required();
  credential_command->add_option("--host", credential.host)->required();
  credential_command->add_option("--username", credential.username)->required();
  credential_command->add_option("--password-file", credential.password_file)->required();
  credential_command->add_option("action", action)->required();

  CLI11_PARSE(app, argc, argv);

  if (repository_command->parsed()) {
    Report report(common.termination_log, common.message_bytes,
                  json::object({{"repository", repository.name}}));
    return guarded(report, [&](const std::stop_token& stop) {
      check(repository);
      repository.program = std::filesystem::read_symlink("/proc/self/exe");
      sync_repository(repository, report, stop);
    });
  }
  if (model_command->parsed()) {
    model.program = std::filesystem::read_symlink("/proc/self/exe");
    model.refresh_interval = std::chrono::seconds(refresh_seconds);
    model.grace = std::chrono::seconds(grace_seconds);
    Report report(common.termination_log, common.message_bytes,
                  json::object({{"model", model_name}}));
    return guarded(report, [&](const std::stop_token& stop) { sync_model(model, report, stop); });
  }
  if (digest_command->parsed()) {
    try {
      std::cout << digest(digest_folder) << "\n";
      return 0;
    } catch (const std::exception& error) {
      std::cerr << error.what() << "\n";
      return 1;
    }
  }
  if (collect_command->parsed()) {
    collection.grace = std::chrono::seconds(collection_grace_seconds);
    Report report(common.termination_log, common.message_bytes, json::Json::object());
    return guarded(report, [&](const std::stop_token& stop) {
      check(collection);
      collect(collection, report, stop);
    });
  }
  if (credential_command->parsed()) {
    try {
      if (action == "get") answer_credential(credential, std::cin, std::cout);
      return 0;
    } catch (const Failure& failure) {
      std::cerr << failure.what() << "\n";
      return 1;
    }
  }
  return is_ready(ready_target) ? 0 : 1;
}
