#include "sync/git/git.h"

#include "base/ascii.h"
#include "base/files.h"
#include "sync/git/certificate.h"
#include "sync/git/configuration.h"
#include "sync/git/large_file_failure.h"
#include "sync/git/large_file_progress.h"
#include "sync/git/redirection.h"
#include "sync/git/submodule_url.h"
#include "sync/program/environment.h"
#include "sync/program/local_addresses.h"
#include "sync/program/memory_limit.h"
#include "sync/report/failure.h"
#include "sync/report/failure_rules.h"
#include "sync/report/retry_after.h"
#include "sync/volume/features.h"

#include <array>
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <map>
#include <set>
#include <sstream>
#include <unistd.h>

namespace content {
namespace {

/// A file that may come to be.
struct RemovedAtEnd {
  Path path;
  ~RemovedAtEnd() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

/// Whether a URL of the spec is one that git fetches from: as git writes it, http or https without
/// user information, ssh, or git:// where that is allowed.
bool may_fetch(const GitRemote& remote) {
  const auto url = read_remote_url(remote.url);
  if (!url || url->has_password) return false;
  const bool is_as_written = url->is_short || remote.url.starts_with(url->scheme + "://");
  return is_as_written && (url->scheme == "ssh" || url->user.empty()) &&
         (url->scheme != "git" || remote.allow_git_protocol);
}

/// The URLs of the spec: of others it is not known who wrote them.
std::vector<std::string> check_of(const GitRemote& remote) {
  LocalAddressCheck check{.named = {remote.url}, .allow_all = remote.allow_local_addresses};
  for (const auto& credential : remote.credentials)
    check.named.push_back(credential.url);
  return local_address_check(check);
}

}  // namespace

Git::Git(GitRemote remote, const Path& program, std::stop_token stop, OnProgress on_progress)
    : remote_(std::move(remote)),
      url_(remote_.url),
      origin_(remote_.url),
      stop_(std::move(stop)),
      on_progress_(std::move(on_progress)),
      home_(std::make_shared<TemporaryFolder>(temporary_folder(), "git-")) {
  if (!may_fetch(remote_)) {
    throw Failure("SyncFailed",
                  "the URL must begin with https:// or http:// and have no user in it, or be "
                  "ssh://[USER@]HOST[:PORT]/PATH or USER@HOST:PATH");
  }
  address_check_ = check_of(remote_);
  if (is_ssh(url_)) ssh_ = ssh_access(remote_, home_->path());
  const auto credentials = credentials_of(remote_);
  write_file(home_->path() / "config",
             git_configuration(remote_, credential_helper(credentials, program, credential_state()),
                               have_paths(credentials), ssh_.command));
}

Git::Git(const Path& repository, std::stop_token stop)
    : remote_{.url = repository.string()},
      url_(remote_.url),
      origin_(remote_.url),
      stop_(std::move(stop)),
      home_(std::make_shared<TemporaryFolder>(temporary_folder(), "git-")) {
  write_file(home_->path() / "config", git_configuration(remote_, "", false, ""));
}

std::string Git::operator()(std::vector<std::string> arguments) const {
  return run(std::move(arguments), {.on_error_line = [this](std::string_view line) {
               const auto bytes = received_bytes(line);
               if (bytes && on_progress_) on_progress_(json::object({{"bytes", *bytes}}));
             }});
}

void Git::each_line(std::vector<std::string> arguments, const OnLine& on_line) const {
  constexpr std::size_t longest = 64U << 10U;  // of a path Linux allows 4 KiB
  std::string pending;
  run(std::move(arguments), {.on_output = [&](std::string_view piece) {
        for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
          pending += piece.substr(0, end);
          on_line(pending);
          pending.clear();
          piece.remove_prefix(end + 1);
        }
        pending += piece;
        if (pending.size() > longest)
          throw Failure("SyncFailed", told_url() + ": " + std::string(message::long_name));
      }});
}

std::string Git::with_input(std::vector<std::string> arguments, const std::string& input) const {
  const auto path = home_->path() / "input";
  write_file(path, input);
  const OpenFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) volume_trouble(path);
  return run(std::move(arguments), {.input = file.fd()});
}

void Git::init(const Path& path, const std::string& commit, bool is_bare) const {
  constexpr std::size_t digits_of_sha256 = 64;
  require_permissions(path.parent_path(), told_url() + ": git changes permissions of its files");
  std::vector<std::string> command{"init", "--quiet", "--template="};
  if (is_bare) command.emplace_back("--bare");
  if (commit.size() == digits_of_sha256) command.emplace_back("--object-format=sha256");
  command.insert(command.end(), {"--", path.string()});
  (*this)(std::move(command));
}

void Git::transfer_large_files(std::vector<std::string> arguments,
                               const std::vector<LargeFile>& files) const {
  const auto total = total_bytes(files);
  // Longer than a silent connection lasts: between files git-lfs asks the server for the next ones.
  const auto longest_wait = 4 * remote_.silence;
  LargeFileProgress progress;
  std::int64_t bytes = 0;
  auto last_came = std::chrono::steady_clock::now();
  const auto look = [&] {
    const auto now = std::chrono::steady_clock::now();
    if (const auto there = progress.bytes(); there != bytes) {
      bytes = there;
      last_came = now;
    }
    if (now - last_came > longest_wait) {
      throw Failure("ServerBusy", told_url() +
                                      ": the server of its large files (LFS) gave nothing "
                                      "of them for " +
                                      std::to_string(longest_wait.count()) +
                                      " s; it may be busy, or limit requests");
    }
    if (on_progress_) on_progress_(json::object({{"bytes", bytes}, {"total", total}}));
  };
  run(std::move(arguments),
      {.environment = {"GIT_LFS_PROGRESS=" + progress.file()}, .on_second = look},
      [&](std::string_view output, const std::string& url) {
        return large_file_failure(output, url, files);
      });
}

/// git forgets a redirection that comes after a login (http_request_reauth() in its http.c), and
/// then follows none any more: so it is sent to where that leads.
std::string Git::run(std::vector<std::string> arguments, base::Program program,
                     const Explain& explain) const {
  const auto known = moved_->size();
  try {
    return run_once(arguments, program, explain);
  } catch (const Failure& failure) {
    if (moved_->size() == known) return run_with_each_key(arguments, program, explain, failure);
  }
  if (program.input >= 0) lseek(program.input, 0, SEEK_SET);
  return run_once(std::move(arguments), std::move(program), explain);
}

/// A server takes the first key that it knows. That may be another repository's (a deploy key), and
/// then there is no such repository for it.
std::string Git::run_with_each_key(const std::vector<std::string>& arguments,
                                   const base::Program& program, const Explain& explain,
                                   const Failure& refused) const {
  const bool are_tried = is_ssh(url_) && refused.reason == "GitRepositoryNotFound";
  if (!are_tried || ssh_.keys.size() < 2) throw Failure(refused);
  for (const auto& key : ssh_.keys) {
    auto with_key = program;
    with_key.environment.push_back("GIT_SSH_COMMAND=" + ssh_command({key}));
    try {
      return run_once(arguments, std::move(with_key), explain);
    } catch (const Failure& failure) {
      if (failure.reason != refused.reason && failure.reason != "GitAuthenticationFailed") throw;
    }
  }
  throw Failure(refused);
}

std::string Git::run_once(std::vector<std::string> arguments, base::Program program,
                          const Explain& explain) const {
  arguments.insert(arguments.begin(), "git");
  auto& environment = program.environment;
  for (auto& variable : environment_for_programs())
    environment.push_back(std::move(variable));
  environment.insert(
      environment.end(),
      {"HOME=" + home_->path().string(), "LC_ALL=C", "GIT_TERMINAL_PROMPT=0",
       "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + (home_->path() / "config").string(),
       // git tells a status and none of the other headers. It leaves credentials out of these.
       "GIT_TRACE_CURL=" + headers_file().string(), "GIT_TRACE_CURL_NO_DATA=1"});
  for (const auto& more : {ssh_.environment, address_check_, aliases()})
    set_variables(environment, more);
  if (!address_check_.empty()) preload_local_address_check(environment);
  program.arguments = std::move(arguments);
  // Each command sends the credential anew: the Secret's file may hold another by now.
  std::filesystem::remove_all(credential_state());
  const RemovedAtEnd headers{headers_file()};
  std::optional<Failure> wrong;
  const auto on_error_line = std::move(program.on_error_line);
  program.on_error_line = [&](std::string_view line) {
    if (!wrong) wrong = encoding_failure(line, told_url());
    if (on_error_line) on_error_line(line);
  };
  const auto kills_before = memory_kills();
  auto finished = base::run(program, stop_);
  if (finished.exit_code == 0 && wrong) throw Failure(*wrong);
  // The kernel kills what has more memory than the container may. It may choose a child of git's,
  // such as index-pack, which git tells as a wrong answer. A stop is a SIGTERM.
  if (finished.signal == SIGKILL || (finished.exit_code != 0 && memory_kills() > kills_before))
    throw git_failure("git died of signal 9", told_url());
  if (finished.exit_code != 0) {
    if (const auto problem = credential_problem(credential_state()))
      throw Failure(problem->reason, told_url() + ": " + problem->what(), problem->kind);
    const auto failure =
        explain(without_credentials(std::move(finished.errors), remote_), told_url());
    if (failure.reason == "GitRedirected") note_redirection();
    throw with_certificate_problem(with_retry_after(failure, requests()), url_, address_check_,
                                   stop_);
  }
  return std::move(finished.output);
}

/// git and git-lfs ask the server of the origin, which the repository may spell in another way.
std::vector<std::string> Git::aliases() const {
  const auto moved = moved_->find(url_);
  const auto& place = moved == moved_->end() ? url_ : moved->second;
  std::vector<std::string> result;
  for (const auto& name : std::set<std::string>{url_, origin_}) {
    if (name == place) continue;
    const auto index = std::to_string(result.size() / 2);
    result.push_back("GIT_CONFIG_KEY_" + index + "=url." + place + ".insteadOf");
    result.push_back("GIT_CONFIG_VALUE_" + index + "=" + name);
  }
  if (!result.empty()) result.push_back("GIT_CONFIG_COUNT=" + std::to_string(result.size() / 2));
  return result;
}

/// The requests and headers that the command logged that ran last.
std::string Git::requests() const {
  return base::read_if_there(headers_file(), 1U << 20U);
}

void Git::note_redirection() const {
  const auto place = redirection_within_server(requests(), url_);
  if (!place.empty() && has_credential()) moved_->emplace(url_, place);
}

std::vector<Git> Git::for_submodule(const std::string& name, const std::string& url) const {
  KnownRemotes known;
  const auto add = [&](const std::string& text) {
    if (auto remote = read_remote_url(text)) known.push_back(*std::move(remote));
  };
  add(url_);
  add(remote_.url);
  for (const auto& credential : remote_.credentials)
    add(credential.url);
  std::vector<Git> result;
  for (auto& place : submodule_urls(known, name, url, remote_.allow_git_protocol)) {
    result.push_back(*this);
    result.back().url_ = std::move(place);
    result.back().origin_ = url;
  }
  return result;
}

bool Git::has_credential() const {
  return is_ssh(url_) || content::has_credential(remote_, url_);
}

bool Git::is_on_our_ssh_server(const std::string& url) const {
  const auto ours = read_remote_url(remote_.url);
  const auto other = read_remote_url(url);
  return ours && other && ours->scheme == "ssh" && is_same_server(*ours, *other) &&
         !other->has_password;
}

std::vector<std::string> lines_of(const std::string& output, char end) {
  std::vector<std::string> result;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line, end);)
    result.push_back(std::move(line));
  return result;
}

std::string without_newline(std::string output) {
  if (output.ends_with('\n')) output.pop_back();
  return output;
}

std::optional<std::int64_t> received_bytes(std::string_view line) {
  if (!line.starts_with("Receiving objects:")) return {};
  const auto comma = line.find("), ");
  if (comma == std::string_view::npos) return {};
  std::istringstream rest{std::string(line.substr(comma + 3))};
  double amount = 0;
  std::string unit;
  if (!(rest >> amount >> unit) || amount < 0) return {};
  constexpr std::array<std::string_view, 4> units{"bytes", "KiB", "MiB", "GiB"};
  for (std::size_t power = 0; power < units.size(); ++power) {
    if (unit == units.at(power))
      return std::llround(std::ldexp(amount, static_cast<int>(10 * power)));
  }
  return {};
}

}  // namespace content
