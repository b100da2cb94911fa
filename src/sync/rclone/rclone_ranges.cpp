#include "sync/rclone/rclone_ranges.h"

#include "sync/report/failure.h"

#include <algorithm>
#include <thread>
#include <unistd.h>
#include <utility>

namespace content {
namespace {

using namespace std::chrono_literals;

/// Programs at a time: as many as `rclone copy` has transfers. Each takes some 10 MiB of memory.
constexpr std::size_t most_workers = 4;
/// A connection that breaks in the middle is made again at once, as rclone does within a copy.
constexpr int most_tries = 3;

/// What a file lacks, in pieces that get shorter: each costs a start of a program, but those at the
/// end of the file come at about the same time, and what is behind the first of them is hashed
/// after the last byte.
std::vector<ByteRange> pieces(const ByteRanges& there, std::int64_t size, std::int64_t longest) {
  const auto shortest = longest / 8;
  std::vector<ByteRange> result;
  auto rest = size - there.bytes();
  for (const auto& gap : there.missing(size, size)) {
    for (auto begin = gap.begin; begin < gap.end; begin = result.back().end) {
      const auto share = rest / static_cast<std::int64_t>(most_workers);
      const auto end = std::min(begin + std::clamp(share, shortest, longest), gap.end);
      result.push_back({begin, end});
      rest -= end - begin;
    }
  }
  return result;
}

Failure changed(const std::string& path) {
  return {"ModelSourceChanged", "the source changed while it was copied: " + path,
          Failure::Kind::Transient};
}

}  // namespace

RangeTransfer::RangeTransfer(const std::vector<SourceFile>& files, const Path& parts,
                             const RangeOptions& options, Fetch fetch)
    : options_(options), fetch_(std::move(fetch)) {
  for (const auto& source : files) {
    auto& file = files_.emplace_back(File{source, PartialFile(parts, source), {}});
    file.there = file.part.there();
    for (const auto& range : pieces(file.there, source.bytes, options_.range))
      waiting_.push_back({&file, range});
  }
  has_fetched_ = !waiting_.empty();
}

void RangeTransfer::run(const OnBytes& on_bytes, const OnArrival& on_arrival,
                        const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [&] { ending_.request_stop(); });
  {
    std::vector<std::jthread> threads;
    for (auto workers = std::min(most_workers, waiting_.size()); workers > 0; --workers)
      threads.emplace_back([&] { work(); });
    threads.emplace_back([&] { keep_notes(); });
    try {
      watch(on_bytes, on_arrival);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      fail();
    }
  }
  try {
    note(0);
  } catch (...) {
    fail();
  }
  for (const auto& file : files_)
    if (file.state == FileState::Changed) file.part.discard();
  if (failure_) std::rethrow_exception(failure_);
}

/// Keeps the exception that is being handled, if it is the first one: the others follow from it.
void RangeTransfer::fail() {
  if (!failure_) failure_ = std::current_exception();
  ending_.request_stop();
}

bool RangeTransfer::has_ended() const {
  return active_.empty() && (waiting_.empty() || failure_);
}

void RangeTransfer::work() {
  std::unique_lock lock(mutex_);
  while (!failure_ && !waiting_.empty()) {
    const auto piece = active_.insert(active_.end(), waiting_.front());
    waiting_.pop_front();
    if (piece->file->state != FileState::NotServed) {
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
  changed_.notify_all();
}

void RangeTransfer::fetch(Piece& piece, const std::stop_token& stop) {
  for (int tries = 1;; ++tries) {
    const auto before = piece.left.begin;
    try {
      fetch_once(piece, stop);
      return;
    } catch (const Failure& failure) {
      const bool has_come_on = piece.left.begin > before;
      if (failure.kind == Failure::Kind::Permanent || !has_come_on || tries == most_tries) throw;
    }
  }
}

void RangeTransfer::fetch_once(Piece& piece, const std::stop_token& stop) {
  auto& file = *piece.file;
  const OpenFile output(file.part.open(piece.left.begin));
  {
    const std::lock_guard lock(mutex_);
    piece.state = PieceState::Asked;
    piece.output = output.fd();
  }
  const RangeRequest request{file.source.path, piece.left, output.fd(),
                             [&] {
                               const std::lock_guard lock(mutex_);
                               piece.state = PieceState::Coming;
                             },
                             [&] {
                               const std::lock_guard lock(mutex_);
                               file.is_in_parts = true;
                             }};
  try {
    fetch_(request, stop);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    finish_program(piece);
    throw;
  }
  const std::lock_guard lock(mutex_);
  const auto last = finish_program(piece);
  if (last == PieceState::Asked && file.there.bytes() == 0) {
    if (file.state == FileState::InRanges) file.state = FileState::NotServed;
  } else if (last == PieceState::Asked || piece.left.begin != piece.left.end) {
    // The whole file for a range, though it has sent ranges before, or a range that is too short.
    file.state = FileState::Changed;
    throw changed(file.source.path);
  }
}

/// Counts what a program that has ended has written, and gives the state in which it ended.
RangeTransfer::PieceState RangeTransfer::finish_program(Piece& piece) {
  count_written(piece);
  if (piece.state == PieceState::Coming) piece.left.begin = lseek(piece.output, 0, SEEK_CUR);
  if (piece.left.begin > piece.left.end) piece.file->state = FileState::Changed;
  piece.output = -1;
  return std::exchange(piece.state, PieceState::Idle);
}

/// How far a program has come is where it will write next. Its standard output is a duplicate of
/// our descriptor, and duplicates share one offset (dup(2)), which lseek() tells.
void RangeTransfer::count_written(const Piece& piece) {
  if (piece.state != PieceState::Coming) return;
  const auto end = std::min<std::int64_t>(lseek(piece.output, 0, SEEK_CUR), piece.left.end);
  piece.file->there.add({piece.left.begin, end});
}

void RangeTransfer::watch(const OnBytes& on_bytes, const OnArrival& on_arrival) {
  std::unique_lock lock(mutex_);
  do {
    for (const auto& piece : active_)
      count_written(piece);
    for (const auto& file : files_)
      if (file.state == FileState::InRanges)
        on_arrival(
            {file.source.path, file.part.path(), file.there.prefix(), false, !file.is_in_parts});
    on_bytes(bytes());
  } while (!changed_.wait_for(lock, 200ms, [&] { return has_ended(); }));
}

/// In a thread of its own: a disk may take long, and hashes are not to wait for it.
void RangeTransfer::keep_notes() {
  const auto ends_within = [&](auto time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return has_ended(); });
  };
  while (!ends_within(1s)) {
    try {
      note(options_.noted);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      fail();
    }
  }
}

/// Brings the notes up to date of files that have `least` bytes more than these say. By one thread
/// at a time, without the mutex while it writes.
void RangeTransfer::note(std::int64_t least) {
  for (auto& file : files_) {
    ByteRanges there;
    {
      const std::lock_guard lock(mutex_);
      if (file.state != FileState::InRanges) continue;
      if (file.there.bytes() - file.part.there().bytes() < least) continue;
      there = file.there;
    }
    file.part.note(there);
  }
}

std::int64_t RangeTransfer::bytes() const {
  std::int64_t sum = 0;
  for (const auto& file : files_)
    if (file.state != FileState::NotServed) sum += file.there.bytes();
  return sum;
}

void RangeTransfer::finish(const Path& target,
                           const std::function<bool(const SourceFile&)>& is_same,
                           const OnArrival& on_arrival) {
  for (const auto& file : files_) {
    const bool is_served = file.state != FileState::NotServed;
    if (is_served && is_same(file.source)) continue;
    file.part.discard();
    if (is_served) throw changed(file.source.path);
  }
  for (const auto& file : files_) {
    if (file.state == FileState::NotServed) continue;
    file.part.finish(target / file.source.path);
    on_arrival(
        {file.source.path, target / file.source.path, file.source.bytes, true, !file.is_in_parts});
  }
}

}  // namespace content
