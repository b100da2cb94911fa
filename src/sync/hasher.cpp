#include "sync/hasher.h"

#include "base/hash.h"

#include <algorithm>

namespace content {
namespace {

/// A share of the node that others would notice.
constexpr unsigned int most_threads = 4;

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

void Hasher::add(const std::string& path, bool with_md5) {
  const std::lock_guard lock(mutex_);
  if (!results_.try_emplace(path).second) return;
  if (with_md5) waiting_.push({path, &Hashes::md5});  // first, as it takes longer
  waiting_.push({path, &Hashes::sha256});
  changed_.notify_all();
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
    const auto task = std::move(waiting_.front());
    waiting_.pop();
    lock.unlock();
    std::string hash;
    try {
      const auto of_file = task.result == &Hashes::md5 ? base::md5_of_file : base::sha256_of_file;
      hash = of_file(folder_ / task.path);
    } catch (const std::exception&) {  // whoever needs it finds out why
    }
    lock.lock();
    results_[task.path].*task.result = std::move(hash);
  }
}

}  // namespace content
