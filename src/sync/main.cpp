#include "sync/git/credential.h"
#include "sync/git/repository.h"
#include "sync/model/model.h"
#include "sync/program/trust.h"
#include "sync/report/failure.h"
#include "sync/stop.h"
#include "sync/volume/collect.h"
#include "version.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <sys/stat.h>

namespace content {
namespace {

constexpr int stopped = 143;  ///< as after SIGTERM

/// A subcommand, and what it does once its options are read; that gives the exit code.
struct Command {
  CLI::App* parser;
  std::function<int()> run;
};

/// What those that report to the operator have in common.
struct Common {
  std::string termination_log = "/dev/termination-log";
  std::size_t message_bytes = 4096;
};

void add_common(CLI::App& command, Common& common) {
  command.add_option("--termination-log", common.termination_log, "where the result is written");
  command.add_option("--message-bytes", common.message_bytes, "bytes it may have");
}

/// Runs the work and turns how it ends into an exit code; every failure is told with its reason.
int reported(const Common& common, const json::Json& subject,
             const std::function<void(Report&, const std::stop_token&)>& work) {
  Report report(common.termination_log, common.message_bytes, subject);
  umask(0002);  // what is published is read by apps of any user
  try {
    const TrustedAuthorities trusted;
    const StopOnSignal signals;
    work(report, signals.token());
    return 0;
  } catch (const std::exception& error) {
    report.failed(as_failure(error));
    return 1;
  } catch (const Stopped&) {
    return stopped;
  }
}

/// For those that a person or another program calls.
int told(const std::function<void()>& work) {
  try {
    work();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}

/// An empty or a foreign name could mean more than it says.
void check_names(const std::vector<std::string>& names, const std::string& option) {
  const auto is_single_name = [](const std::string& name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
  };
  if (!std::all_of(names.begin(), names.end(), is_single_name))
    throw Failure("SyncFailed",
                  option + " must be the name of one folder, without '/' and no '.' before it");
}

Path this_program() {
  return std::filesystem::read_symlink("/proc/self/exe");
}

Command add_repository(CLI::App& app) {
  struct Options : Common, RepositoryOptions {};
  const auto options = std::make_shared<Options>();
  auto& remote = options->remote;
  auto* const command = app.add_subcommand("repository", "publish a checkout and end");
  command->add_option("--volume", options->volume)->required();
  command->add_option("--key", options->key)->required();
  command->add_option("--name", options->name)->required();
  command->add_option("--url", remote.url)->required();
  command->add_option("--ref", options->ref, "branch, tag or commit");
  command->add_flag("--full-history", options->full_history,
                    "all branches and tags, not the commit alone");
  command->add_option("--username", remote.username);
  command->add_option("--password-file", remote.password_file, "over ssh: of the private key");
  command->add_option("--known-hosts-file", remote.known_hosts_file,
                      "host keys for ssh; need not exist");
  command->add_option("--known-hosts", remote.known_hosts, "host keys where there is no such file");
  command->add_flag("--allow-git-protocol", remote.allow_git_protocol, "git:// may be used");
  command->add_option("--revision", options->revision);
  add_common(*command, *options);
  return {command, [options] {
            const auto subject = json::object({{"repository", options->name}});
            return reported(*options, subject, [&](Report& report, const std::stop_token& stop) {
              check_names({options->key}, "--key");
              options->volume = std::filesystem::absolute(options->volume);
              options->program = this_program();
              sync_repository(*options, report, stop);
            });
          }};
}

Command add_model(CLI::App& app) {
  struct Options : Common, ModelOptions {
    std::string name;
    std::int64_t refresh_seconds = 0;
    std::int64_t grace_seconds = ModelOptions().grace.count();
  };
  const auto options = std::make_shared<Options>();
  auto& source = options->source;
  auto* const command = app.add_subcommand("model", "keep a model's files in a folder");
  command->add_option("--source", source.url)->required();
  command->add_option("--endpoint", source.endpoint);
  command->add_option("--region", source.region);
  command->add_flag("--path-style", source.path_style);
  command->add_option("--include", source.include, "pattern; these files alone")
      ->allow_extra_args(false);
  command->add_option("--exclude", source.exclude, "pattern; not these files")
      ->allow_extra_args(false);
  command->add_option("--credentials-dir", source.credentials);
  command->add_option("--target", options->target)->required();
  command->add_option("--name", options->name)->required();
  command->add_option("--digest", options->digest, "sha256:... that the files must have");
  command->add_option("--grace", options->grace_seconds, "seconds that replaced files stay");
  command->add_option("--refresh-interval", options->refresh_seconds, "seconds; 0: never");
  add_common(*command, *options);
  return {command, [options] {
            const auto subject = json::object({{"model", options->name}});
            return reported(*options, subject, [&](Report& report, const std::stop_token& stop) {
              options->program = this_program();
              options->refresh_interval = std::chrono::seconds(options->refresh_seconds);
              options->grace = std::chrono::seconds(options->grace_seconds);
              sync_model(*options, report, stop);
            });
          }};
}

Command add_collect(CLI::App& app) {
  struct Options : Common, CollectOptions {
    std::int64_t grace_seconds = CollectOptions().grace.count();
  };
  const auto options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("collect", "remove checkouts and models that may go");
  command->add_option("--volume", options->volume)->required();
  command->add_option("--owner", options->owners, "UID of a deployment whose checkouts may go");
  command->add_option("--keep", options->keep, "key of one that stays");
  command->add_option("--model", options->models, "name of a model that may go");
  command->add_option("--grace", options->grace_seconds, "seconds; what is younger stays");
  add_common(*command, *options);
  return {command, [options] {
            const auto subject = json::Json::object();
            return reported(*options, subject, [&](Report& report, const std::stop_token& stop) {
              check_names({options->owners.begin(), options->owners.end()}, "--owner");
              check_names({options->keep.begin(), options->keep.end()}, "--keep");
              check_names({options->models.begin(), options->models.end()}, "--model");
              options->grace = std::chrono::seconds(options->grace_seconds);
              collect(*options, report, stop);
            });
          }};
}

Command add_ready(CLI::App& app) {
  const auto target = std::make_shared<Path>();
  auto* const command = app.add_subcommand("ready", "whether a model is there");
  command->add_option("--target", *target)->required();
  return {command, [target] {
            bool is_there = false;
            const int code = told([&] { is_there = is_ready(*target); });
            return is_there ? code : 1;
          }};
}

Command add_digest(CLI::App& app) {
  const auto folder = std::make_shared<Path>();
  auto* const command = app.add_subcommand("digest", "print the digest of a folder's files");
  command->add_option("folder", *folder)->required();
  return {command, [folder] { return told([&] { std::cout << digest(*folder) << "\n"; }); }};
}

Command add_credential(CLI::App& app) {
  struct Options : CredentialOptions {
    std::string action;
  };
  const auto options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("credential", "what git asks for a password");
  command->add_option("--protocol", options->protocol)->required();
  command->add_option("--host", options->host)->required();
  command->add_option("--username", options->username)->required();
  command->add_option("--password-file", options->password_file)->required();
  command->add_option("action", options->action)->required();
  return {command, [options] {
            return told([&] {
              if (options->action == "get") answer_credential(*options, std::cin, std::cout);
            });
          }};
}

}  // namespace
}  // namespace content

int main(int argc, char** argv) {
  CLI::App app("Brings repositories and models onto volumes: whole, or not at all.");
  app.set_version_flag("--version", full_version);
  app.require_subcommand(1);
  const std::array commands{content::add_repository(app), content::add_model(app),
                            content::add_collect(app),    content::add_ready(app),
                            content::add_digest(app),     content::add_credential(app)};
  CLI11_PARSE(app, argc, argv);
  const auto* chosen = std::find_if(commands.begin(), commands.end(),
                                    [](const auto& command) { return command.parser->parsed(); });
  return chosen->run();
}
