#include "sync/volume/claim.h"

#include "base/files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace content {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_owner = 16U << 10U;
constexpr const char* next_owner_file = "owner.new";
constexpr const char* work_folder_prefix = "work-";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets one
  return value == nullptr ? "" : value;
}

std::string host_name() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return host.data();
}

Owner make_this_process() {
  Owner owner;
  owner.process = unique_name("");
  owner.pod = variable("POD_NAME");
  if (owner.pod.empty()) owner.pod = host_name();
  owner.uid = variable("POD_UID");
  owner.container = variable("CONTAINER_NAME");
  owner.node = variable("NODE_NAME");
  auto boot = base::read_if_there("/proc/sys/kernel/random/boot_id", 128);
  boot.erase(boot.find_last_not_of('\n') + 1);
  owner.boot = boot;
  const auto renewal = std::atoi(variable("GRADIENT_HEARTBEAT_MS").c_str());
  if (renewal > 0) owner.renewal = std::chrono::milliseconds(renewal);
  return owner;
}

/// False, with errno, when not all of it could be written.
bool write_at(int folder, const char* name, int flags, const std::string& text) {
  const OpenFile file(openat(folder, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0666));
  return file.fd() >= 0 &&
         pwrite(file.fd(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

/// A new file, for which an NFS client of another host asks its server; where the volume is full,
/// in place.
bool write_owner(int folder, const Owner& owner) {
  const auto text = text_of(owner);
  if (write_at(folder, next_owner_file, O_CREAT | O_TRUNC, text) &&
      renameat(folder, next_owner_file, folder, owner_file) == 0) {
    return true;
  }
  const int error = errno;
  const bool is_written = write_at(folder, owner_file, 0, text);
  errno = error;
  return is_written;
}

Path make_unique(const Path& parent, const std::string& prefix) {
  const auto path = parent / unique_name(prefix);
  if (mkdir(path.c_str(), 0777) != 0) volume_trouble(parent);
  return path;
}

/// The name of a folder that has been moved away before must not grow: it may be one that cannot be
/// removed.
std::string without_unique_end(const Path& folder) {
  static const auto end = unique_name("-");
  auto name = folder.filename().string();
  const auto is_digit = [](unsigned char c) { return std::isxdigit(c) != 0; };
  const auto begin = name.size() - std::min(name.size(), end.size());
  const bool has_end =
      begin > 0 && name[begin] == '-' &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(begin) + 1, name.end(), is_digit);
  if (has_end) name.resize(begin);
  return name;
}

bool is_gone(const Path& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) != 0 && errno == ENOENT;
}

}  // namespace

const Owner& this_process() {
  static const auto owner = make_this_process();
  return owner;
}

std::optional<Owner> owner_of(const Path& folder) {
  return read_owner(read_regular_file(folder / owner_file, longest_owner));
}

std::chrono::milliseconds look_interval() {
  return std::min<std::chrono::milliseconds>(this_process().renewal / 2, 5s);
}

Claim::Claim(const Path& parent, const std::string& prefix, std::chrono::milliseconds renewal)
    : path_(make_unique(parent, prefix)), owner_(this_process()) {
  owner_.renewal = renewal;
  owner_.id = unique_name("");
  folder_ = std::make_unique<OpenFile>(open_folder(path_));
  if (folder_->fd() < 0 || !write_owner(folder_->fd(), owner_)) {
    const int error = errno;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    errno = error;
    volume_trouble(path_);
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Claim::~Claim() {
  thread_ = {};
  if (keeps_) {
    renew(true);
    return;
  }
  if (!is_ours()) return;
  const auto moved = move_away(path_, owner_);
  std::error_code ignored;  // what is left has no living owner
  if (moved) fs::remove_all(*moved, ignored);
}

bool Claim::rename_to(const Path& name) {
  const std::lock_guard lock(mutex_);
  folder_.reset();  // SMB renames no folder that is open
  const bool has_name = rename(path_.c_str(), name.c_str()) == 0;
  const int error = errno;
  if (has_name) path_ = name;
  folder_ = std::make_unique<OpenFile>(open_folder(path_));
  const bool is_taken = error == EEXIST || error == ENOTEMPTY || error == ENOTDIR;
  if (has_name || is_taken) return has_name;
  errno = error;
  volume_trouble(name);
}

Path Claim::work() {
  const std::lock_guard lock(mutex_);
  const auto name = work_folder_prefix + owner_.id;
  if (mkdirat(folder_->fd(), name.c_str(), 0777) != 0 && errno != EEXIST) volume_trouble(path_);
  return path_ / name;
}

void Claim::write(const std::string& name, const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (!write_at(folder_->fd(), name.c_str(), O_CREAT | O_TRUNC, text)) volume_trouble(path_ / name);
}

void Claim::tell_progress(const json::Json& fields) {
  const std::lock_guard lock(mutex_);
  owner_.bytes = json::integer_at(fields, {"bytes"});
  owner_.total = fields.has_field("total") ? json::integer_at(fields, {"total"}) : -1;
}

bool Claim::is_ours() const {
  const auto found = owner_of(path_);
  return found && found->id == owner_.id;
}

void Claim::require_ours() const {
  if (is_ours()) return;
  throw Failure("SyncFailed",
                "this helper did not show that it lives for " +
                    std::to_string(renewals_when_dead * owner_.renewal / 1s) +
                    " s, and another one has taken over its work",
                Failure::Kind::Transient);
}

/// One that fails is made up for by the next.
void Claim::renew(bool ends) {
  const std::lock_guard lock(mutex_);
  ++owner_.counter;
  owner_.has_ended = ends;
  if (folder_->fd() >= 0) write_owner(folder_->fd(), owner_);
}

void Claim::run(const std::stop_token& stop) {
  try {
    for (;; renew(false))
      wait(owner_.renewal, stop);
  } catch (const Stopped&) {  // as it should end
  }
}

Life ClaimWatch::look() {
  const auto begun = Clock::now();
  owner_ = owner_of(folder_);
  const bool takes_writes = touch(folder_.parent_path());
  return observation_.look(owner_, begun,
                           takes_writes ? std::optional(Clock::now()) : std::nullopt);
}

std::optional<Path> move_away(const Path& folder, const std::optional<Owner>& owner) {
  const auto to = folder.parent_path() / unique_name(without_unique_end(folder) + "-");
  if (rename(folder.c_str(), to.c_str()) != 0) return {};
  const auto found = owner_of(to);
  const bool is_same = found.has_value() == owner.has_value() && (!found || found->id == owner->id);
  if (is_same) return to;
  // A live one's, who got the name just now. Where somebody else has it already, its owner learns
  // that the folder is not its own any more.
  [[maybe_unused]] const int ignored = rename(to.c_str(), folder.c_str());
  return {};
}

bool take_over(const Path& folder, const std::optional<Owner>& owner, const Claim& into) {
  const auto moved = move_away(folder, owner);
  if (!moved) return false;
  std::error_code error;
  fs::rename(*moved, into.path() / unique_name(left_prefix), error);
  return !error;
}

std::set<Path> works_in(const Path& folder) {
  std::error_code gone;
  auto works = true_folders_in(folder, gone);
  std::erase_if(works, [](const Path& work) {
    return !work.filename().string().starts_with(work_folder_prefix);
  });
  return works;
}

void remove_left(const Claim& claim, const std::stop_token& stop) {
  Removal ignored;
  for (const auto& entry : fs::directory_iterator(claim.path())) {
    if (entry.path().filename().string().starts_with(left_prefix))
      remove_tree(entry.path(), ignored, stop);
  }
}

bool has_left(const Claim& claim) {
  const auto is_left = [](const fs::directory_entry& entry) {
    return entry.path().filename().string().starts_with(left_prefix);
  };
  return std::any_of(fs::directory_iterator(claim.path()), fs::directory_iterator(), is_left);
}

std::unique_ptr<Claim> claim(const Path& name, const Waiting& waiting) {
  const auto prefix = name.filename().string() + "-";
  std::unique_ptr<Claim> ours;
  ClaimWatch watch(name);
  auto next_look = Clock::now();
  while (!waiting.is_done()) {
    if (is_gone(name)) {
      if (!ours) ours = std::make_unique<Claim>(name.parent_path(), prefix);
      if (ours->rename_to(name)) return ours;
    }
    if (Clock::now() >= next_look) {
      next_look = Clock::now() + look_interval();
      if (watch.look() == Life::Dead) {
        if (!ours) ours = std::make_unique<Claim>(name.parent_path(), prefix);
        take_over(name, watch.owner(), *ours);
        continue;
      }
      if (watch.owner()) waiting.on_wait(*watch.owner());
    }
    wait(std::min<std::chrono::milliseconds>(look_interval(), 500ms), waiting.stop);
  }
  return nullptr;
}

bool Sweeper::is_one(const Path& folder) const {
  const auto name = folder.filename().string();
  const auto begins = [&](const auto& prefix) { return name.starts_with(prefix); };
  return name != spared_ && std::any_of(prefixes_.begin(), prefixes_.end(), begins) &&
         is_true_folder(folder);
}

Sweeper::Left Sweeper::look(Removal& removal, const std::stop_token& stop) {
  std::set<Path> there;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent_, error))
    if (is_one(entry.path())) there.insert(entry.path());
  std::erase_if(watches_, [&](const auto& watch) { return !there.contains(watch.first); });
  Left left;
  for (const auto& folder : there) {
    auto& watch = watches_.try_emplace(folder, folder).first->second;
    const auto life = watch.look();
    if (life == Life::Alive) ++left.alive;
    if (life == Life::Unknown) ++left.unknown;
    if (life != Life::Dead) continue;
    // Whoever removes it has a name for it that nobody else has.
    if (const auto moved = move_away(folder, watch.owner())) remove_tree(*moved, removal, stop);
  }
  return left;
}

BackgroundSweeper::BackgroundSweeper(const Path& parent, const std::vector<std::string>& prefixes,
                                     const std::string& spared)
    : thread_([sweeper = Sweeper(parent, prefixes, spared)](const std::stop_token& stop) mutable {
        try {
          for (Removal ignored;; wait(look_interval(), stop))
            sweeper.look(ignored, stop);
        } catch (const Stopped&) {         // as it should end
        } catch (const std::exception&) {  // what is left is for others
        }
      }) {}

}  // namespace content
