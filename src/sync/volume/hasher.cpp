#include "sync/volume/hasher.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace content {
namespace {

/// A share of the node that others would notice.
constexpr unsigned int most_threads = 4;
/// After so many bytes another file has its turn.
constexpr std::int64_t bytes_of_turn = 32 << 20;
/// What is not whole is read in whole pieces: of a part of a block, a hash would make a copy, and
/// one again of each that follows.
constexpr std::int64_t bytes_of_piece = 64 << 10;

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

Hasher::Files::iterator Hasher::begin(const std::string& path, bool with_md5) {
  const auto found = files_.find(path);
  if (found != files_.end() && !with_md5) found->second.with_md5 = false;
  if (found != files_.end() || !results_.try_emplace(path).second) return found;
  const auto file = files_.try_emplace(path).first;
  file->second.with_md5 = with_md5;
  return file;
}

void Hasher::wake(Files::iterator file) {
  if (file->second.is_waiting) return;
  file->second.is_waiting = true;
  waiting_.push(file);
  changed_.notify_all();
}

void Hasher::add(const std::string& path, bool with_md5) {
  const std::lock_guard lock(mutex_);
  const auto file = begin(path, with_md5);
  if (file == files_.end()) return;
  file->second.at = folder_ / path;
  file->second.is_whole = true;
  wake(file);
}

void Hasher::follow(const std::string& path, const Path& at, std::int64_t bytes, bool with_md5) {
  const std::lock_guard lock(mutex_);
  bytes -= bytes % bytes_of_piece;
  const auto file = begin(path, with_md5);
  if (file == files_.end() || bytes <= file->second.bytes) return;
  file->second.at = at;
  file->second.bytes = bytes;
  wake(file);
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
    const auto next = waiting_.front();
    waiting_.pop();
    auto& [path, file] = *next;
    const auto at = file.at;
    const auto bytes = file.bytes;
    const bool is_whole = file.is_whole;
    const bool with_md5 = file.with_md5;
    lock.unlock();
    const bool has_ended = hash_on(file, at, bytes, is_whole, with_md5);
    lock.lock();
    if (has_ended) {
      results_[path] = {.sha256 = file.sha256 ? file.sha256->hex() : "",
                        .md5 = file.md5 ? file.md5->hex() : ""};
      files_.erase(next);
    } else if (file.is_whole || file.done < file.bytes) {
      waiting_.push(next);
    } else {
      file.is_waiting = false;
    }
  }
}

bool Hasher::hash_on(File& file, const Path& at, std::int64_t bytes, bool is_whole, bool with_md5) {
  if (!file.file) {
    file.file = std::make_unique<OpenFile>(open(at.c_str(), O_RDONLY | O_CLOEXEC));
    file.sha256.emplace(base::Hash::Kind::Sha256);
    if (with_md5) file.md5.emplace(base::Hash::Kind::Md5);
  }
  if (!with_md5) file.md5.reset();
  std::array<char, bytes_of_piece> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): large
  const auto end = file.done + bytes_of_turn;
  while (file.done < end) {
    auto wanted = static_cast<std::int64_t>(buffer.size());
    if (!is_whole) wanted = std::min(wanted, bytes - file.done);
    if (wanted <= 0) break;
    const auto got =
        pread(file.file->fd(), buffer.data(), static_cast<std::size_t>(wanted), file.done);
    if (got < 0) {
      // Without hashes: who needs them opens the file and learns why.
      file.sha256.reset();
      file.md5.reset();
      return true;
    }
    if (got == 0) return is_whole;
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    if (file.md5) {
      base::Hash::add_to_both(*file.md5, *file.sha256, piece);
    } else {
      file.sha256->add(piece);
    }
    file.done += got;
  }
  return false;
}

}  // namespace content
