#include "base/stop_on_signal.h"
#include "sync/model/digest.h"
#include "sync/model/ready.h"
#include "sync/options.h"
#include "sync/program/trust.h"
#include "sync/program/versions.h"
#include "sync/report/failure.h"
#include "sync/stop.h"
#include "version.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <sys/stat.h>

namespace content {
namespace {

constexpr int stopped = 143;  ///< as after SIGTERM

/// Does the work of a helper container and gives its exit code. A failure goes to the operator,
/// with its reason, by the termination message.
int run_reported(const TerminationMessage& termination, const json::Json& subject,
                 const std::function<void(Reporter&, const std::stop_token&)>& work) {
  Reporter report(termination.file, termination.bytes, subject);
  umask(0002);  // what is published is read by apps of any user
  try {
    const TrustedAuthorities trusted;
    const base::StopOnSignal signals;
    work(report, signals.token());
    return 0;
  } catch (const std::exception& error) {
    report.failed(as_failure(error));
    return 1;
  } catch (const Stopped&) {
    return stopped;
  }
}

/// The same for what a person, a probe or git calls: a failure goes to standard error.
int run_plainly(const std::function<int()>& work) {
  try {
    return work();
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

int run(const NoCommand& nothing) {
  std::cout << nothing.output;
  std::cerr << nothing.errors;
  return nothing.exit_code;
}

int run(RepositoryCommand& command) {
  auto& options = command.options;
  const auto subject = json::object({{"repository", options.name}});
  return run_reported(command.termination, subject, [&](Reporter& report, const auto& stop) {
    check_names({options.key}, "--key");
    options.volume = std::filesystem::absolute(options.volume);
    options.program = this_program();
    sync_repository(options, report, stop);
  });
}

int run(ModelCommand& command) {
  const auto subject = json::object({{"model", command.name}});
  return run_reported(command.termination, subject, [&](Reporter& report, const auto& stop) {
    command.options.program = this_program();
    sync_model(command.options, report, stop);
  });
}

int run(const CollectCommand& command) {
  const auto& options = command.options;
  return run_reported(command.termination, json::Json::object(),
                      [&](Reporter& report, const auto& stop) {
                        check_names(options.owners, "--owner");
                        check_names({options.keep.begin(), options.keep.end()}, "--keep");
                        check_names({options.models.begin(), options.models.end()}, "--model");
                        collect(options, report, stop);
                      });
}

int run(const ReadyCommand& command) {
  return run_plainly([&] { return is_ready(command.target) ? 0 : 1; });
}

int run(const DigestCommand& command) {
  return run_plainly([&] {
    std::cout << digest(command.folder) << "\n";
    return 0;
  });
}

int run(const CredentialCommand& command) {
  return run_plainly([&] {
    try {
      if (command.action == "get") answer_credential(command.options, std::cin, std::cout);
      if (command.action == "erase") remember_refusal(command.options, std::cin);
      return 0;
    } catch (const std::exception& error) {
      remember_problem(command.options, as_failure(error));
      throw;
    }
  });
}

}  // namespace
}  // namespace content

int main(int argc, char** argv) {
  auto command = content::parse_arguments({argv + std::min(argc, 1), argv + argc}, [] {
    return std::string(full_version) + "\n" + content::program_versions();
  });
  return std::visit([](auto& given) { return content::run(given); }, command);
}
