#include "sync/hasher.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <limits>
#include <unistd.h>

namespace content {
namespace {

/// A share of the node that others would notice.
constexpr unsigned int most_threads = 4;
/// After so many bytes another file has its turn.
constexpr std::int64_t bytes_of_turn = 32 << 20;

enum class Step { Ended, Failed, Waits };

/// Hashes from `done` on, for a turn; `until`: the file's bytes, as far as they are there.
Step hash_on(int fd, base::Hash& hash, std::int64_t& done, std::int64_t until, bool is_whole) {
  std::array<char, 256U << 10U> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): large
  const auto end = done + bytes_of_turn;
  while (done < end) {
    const auto wanted = std::min<std::int64_t>(
        buffer.size(), is_whole ? std::numeric_limits<std::int64_t>::max() : until - done);
    if (wanted <= 0) break;
    const auto got = pread(fd, buffer.data(), static_cast<std::size_t>(wanted), done);
    if (got < 0) return Step::Failed;
    if (got == 0) return is_whole ? Step::Ended : Step::Waits;
    hash.add({buffer.data(), static_cast<std::size_t>(got)});
    done += got;
  }
  return Step::Waits;
}

}  // namespace

Hasher::Hasher(Path folder) : folder_(std::move(folder)) {
  const auto count = std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
  for (unsigned int i = 0; i < count; ++i)
    threads_.emplace_back([this] { run(); });
}

Hasher::~Hasher() {
  const std::lock_guard lock(mutex_);
  is_given_up_ = true;
  changed_.notify_all();
}

Hasher::File* Hasher::begin(const std::string& path, bool with_md5) {
  if (!results_.try_emplace(path).second) return nullptr;
  auto& file = files_[path];
  if (with_md5) file.tasks.push_back({path, &Hashes::md5});  // first, as it takes longer
  file.tasks.push_back({path, &Hashes::sha256});
  return &file;
}

void Hasher::wake(File& file) {
  for (auto& task : file.tasks) {
    if (task.is_waiting) continue;
    task.is_waiting = true;
    waiting_.push(&task);
  }
  changed_.notify_all();
}

void Hasher::add(const std::string& path, bool with_md5) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  auto* const file = found == files_.end() ? begin(path, with_md5) : &found->second;
  if (file == nullptr || file->is_whole) return;
  file->at = folder_ / path;
  file->is_whole = true;
  wake(*file);
}

void Hasher::follow(const std::string& path, const Path& at, std::int64_t bytes, bool with_md5) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  auto* const file = found == files_.end() ? begin(path, with_md5) : &found->second;
  if (file == nullptr || file->is_whole || bytes <= file->bytes) return;
  file->at = at;
  file->bytes = bytes;
  wake(*file);
}

Hasher::Results Hasher::finish() {
  {
    const std::lock_guard lock(mutex_);
    has_all_ = true;
    changed_.notify_all();
  }
  threads_.clear();
  return std::move(results_);
}

void Hasher::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !waiting_.empty() || has_all_ || is_given_up_; });
    if (is_given_up_ || waiting_.empty()) return;
    auto& task = *waiting_.front();
    waiting_.pop();
    auto& file = files_.at(task.path);
    const auto at = file.at;
    const auto until = file.bytes;
    const bool is_whole = file.is_whole;
    lock.unlock();
    if (!task.file) {
      task.file = std::make_unique<OpenFile>(open(at.c_str(), O_RDONLY | O_CLOEXEC));
      task.hash.emplace(task.result == &Hashes::md5 ? base::Hash::Kind::Md5
                                                    : base::Hash::Kind::Sha256);
    }
    const auto step = hash_on(task.file->fd(), *task.hash, task.done, until, is_whole);
    lock.lock();
    if (step != Step::Waits) {
      // Whoever needs a hash that is not there finds out why.
      end(task, step == Step::Ended ? task.hash->hex() : "");
    } else if (file.is_whole || task.done < file.bytes) {
      waiting_.push(&task);
    } else {
      task.is_waiting = false;
    }
  }
}

void Hasher::end(Task& task, std::string hash) {
  results_[task.path].*task.result = std::move(hash);
  auto& file = files_.at(task.path);
  if (file.tasks.size() > 1) {
    file.tasks.remove_if([&](const Task& other) { return &other == &task; });
  } else {
    files_.erase(files_.find(task.path));
  }
}

}  // namespace content
