#include "sync/rclone/rclone_ranges.h"

#include "sync/report/failure.h"

#include <algorithm>
#include <thread>
#include <unistd.h>

namespace content {
namespace {

using namespace std::chrono_literals;

/// Programs at a time: as many as `rclone copy` has transfers. Each takes some 10 MiB of memory.
constexpr std::size_t most_workers = 4;
/// A connection that breaks in the middle is made again at once, as rclone does within a copy.
constexpr int most_tries = 3;

Failure changed(const std::string& path) {
  return {"ModelSourceChanged", "the source changed while it was copied: " + path, Kind::Transient};
}

}  // namespace

RangeTransfer::RangeTransfer(const std::vector<SourceFile>& files, const Path& parts,
                             const RangeOptions& options, Fetch fetch)
    : options_(options), fetch_(std::move(fetch)) {
  for (const auto& source : files) {
    auto& file = files_.emplace_back(File{source, PartialFile(parts, source), {}});
    file.there = file.part.there();
    for (const auto& range : file.there.missing(source.bytes, options_.range))
      waiting_.push_back({&file, range});
  }
  has_fetched_ = !waiting_.empty();
}

void RangeTransfer::run(const OnBytes& on_bytes, const OnArrival& on_arrival,
                        const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [&] { ending_.request_stop(); });
  {
    std::vector<std::jthread> workers;
    working_ = static_cast<unsigned int>(std::min(most_workers, waiting_.size()));
    for (unsigned int i = working_; i > 0; --i)
      workers.emplace_back([&] { work(); });
    workers.emplace_back([&] { keep_notes(); });
    try {
      watch(on_bytes, on_arrival);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      fail();
    }
  }
  std::unique_lock lock(mutex_);
  try {
    note(lock, 0);
  } catch (...) {
    fail();
  }
  for (const auto& file : files_)
    if (file.is_wrong) file.part.discard();
  if (failure_) std::rethrow_exception(failure_);
}

/// The first failure is the one that is told.
void RangeTransfer::fail() {
  if (!failure_) failure_ = std::current_exception();
  ending_.request_stop();
}

void RangeTransfer::work() {
  std::unique_lock lock(mutex_);
  while (!failure_ && !waiting_.empty()) {
    const auto piece = active_.insert(active_.end(), waiting_.front());
    waiting_.pop_front();
    if (!piece->file->is_refused) {
      lock.unlock();
      try {
        fetch(*piece, ending_.get_token());
        lock.lock();
      } catch (...) {
        lock.lock();
        fail();
      }
    }
    active_.erase(piece);
  }
  --working_;
  changed_.notify_all();
}

void RangeTransfer::fetch(Piece& piece, const std::stop_token& stop) {
  for (int tries = 1;; ++tries) {
    const auto before = piece.left.begin;
    try {
      fetch_on(piece, stop);
      return;
    } catch (const Failure& failure) {
      const bool has_come_on = piece.left.begin > before;
      if (failure.kind == Kind::Permanent || !has_come_on || tries == most_tries) throw;
    }
  }
}

void RangeTransfer::fetch_on(Piece& piece, const std::stop_token& stop) {
  auto& file = *piece.file;
  const OpenFile output(file.part.open(piece.left.begin));
  {
    const std::lock_guard lock(mutex_);
    piece.is_right = false;
    piece.output = output.fd();
  }
  const RangeRequest request{file.source.path, piece.left, output.fd(), [&] {
                               const std::lock_guard lock(mutex_);
                               piece.is_right = true;
                             }};
  try {
    fetch_(request, stop);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    settle(piece);
    throw;
  }
  const std::lock_guard lock(mutex_);
  settle(piece);
  if (!piece.is_right && file.there.bytes() == 0) {
    file.is_refused = true;
  } else if (!piece.is_right || piece.left.begin != piece.left.end) {
    // A whole file in place of a range, or one of another size than before.
    file.is_wrong = true;
    throw changed(file.source.path);
  }
}

/// Its program has ended.
void RangeTransfer::settle(Piece& piece) {
  take_stock(piece);
  if (piece.is_right) piece.left.begin = lseek(piece.output, 0, SEEK_CUR);
  if (piece.left.begin > piece.left.end) piece.file->is_wrong = true;
  piece.output = -1;
}

/// The program writes through our descriptor, so its position is ours.
void RangeTransfer::take_stock(const Piece& piece) {
  if (piece.output < 0 || !piece.is_right) return;
  const auto end = std::min<std::int64_t>(lseek(piece.output, 0, SEEK_CUR), piece.left.end);
  piece.file->there.add({piece.left.begin, end});
}

void RangeTransfer::watch(const OnBytes& on_bytes, const OnArrival& on_arrival) {
  std::unique_lock lock(mutex_);
  do {
    for (const auto& piece : active_)
      take_stock(piece);
    for (const auto& file : files_)
      if (!file.is_refused && !file.is_wrong)
        on_arrival({file.source.path, file.part.path(), file.there.prefix()});
    on_bytes(bytes());
  } while (!changed_.wait_for(lock, 200ms, [&] { return working_ == 0; }));
}

/// In a thread of its own: a disk may take long, and hashes are not to wait for it.
void RangeTransfer::keep_notes() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, 1s, [&] { return working_ == 0; })) {
    try {
      note(lock, options_.noted);
    } catch (...) {
      fail();
    }
  }
}

/// What came since the last notes is not noted before there are `least` bytes of it.
void RangeTransfer::note(std::unique_lock<std::mutex>& lock, std::int64_t least) {
  for (auto& file : files_) {
    if (file.is_refused || file.is_wrong) continue;
    if (file.there.bytes() - file.part.there().bytes() < least) continue;
    const auto there = file.there;
    lock.unlock();  // it may take long
    const auto relock = [&](void*) { lock.lock(); };
    const std::unique_ptr<void, decltype(relock)> afterwards(&lock, relock);
    file.part.note(there);
  }
}

std::int64_t RangeTransfer::bytes() const {
  std::int64_t sum = 0;
  for (const auto& file : files_)
    if (!file.is_refused) sum += file.there.bytes();
  return sum;
}

void RangeTransfer::finish(const Path& target,
                           const std::function<bool(const SourceFile&)>& is_same,
                           const OnArrival& on_arrival) {
  for (const auto& file : files_) {
    if (!file.is_refused && is_same(file.source)) continue;
    file.part.discard();
    if (!file.is_refused) throw changed(file.source.path);
  }
  for (const auto& file : files_) {
    if (file.is_refused) continue;
    file.part.finish(target / file.source.path);
    on_arrival({file.source.path, target / file.source.path, file.source.bytes, true});
  }
}

}  // namespace content
