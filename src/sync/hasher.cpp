#include "sync/hasher.h"

#include "base/hash.h"

namespace content {

Hasher::Hasher(Path folder) : folder_(std::move(folder)), thread_([this] { run(); }) {}

Hasher::~Hasher() {
  const std::lock_guard lock(mutex_);
  is_given_up_ = true;
  changed_.notify_all();
}

void Hasher::add(std::string path) {
  const std::lock_guard lock(mutex_);
  waiting_.push(std::move(path));
  changed_.notify_all();
}

Hasher::Hashes Hasher::finish() {
  {
    const std::lock_guard lock(mutex_);
    has_all_ = true;
    changed_.notify_all();
  }
  thread_.join();
  return std::move(hashes_);
}

void Hasher::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !waiting_.empty() || has_all_ || is_given_up_; });
    if (is_given_up_ || waiting_.empty()) return;
    const auto path = std::move(waiting_.front());
    waiting_.pop();
    lock.unlock();
    std::string hash;
    try {
      hash = base::sha256_of_file(folder_ / path);
    } catch (const std::exception&) {  // whoever needs it finds out why
    }
    lock.lock();
    if (!hash.empty()) hashes_[path] = std::move(hash);
  }
}

}  // namespace content
