#pragma once

#include "sync/rclone/download_part.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

/// A download manager: large files in parallel range requests, each of which can be resumed.
namespace content {

/// Which files are fetched in ranges, and in what steps.
struct RangeOptions {
  std::int64_t from = 128 << 20;   ///< bytes that a file has at least
  std::int64_t range = 512 << 20;  ///< bytes that one program fetches at most
  std::int64_t noted = 16 << 20;   ///< bytes after which the notes are written again
};

/// The first `bytes` of a file have come.
struct Arrival {
  std::string path;  ///< in the listing
  Path at;           ///< where they are now
  std::int64_t bytes = 0;
  bool is_whole = false;  ///< it is at its place, and nothing more comes
  /// The source's MD5 is that of its bytes, by whoever holds it: see RangeRequest::tell_parts.
  bool has_md5 = true;
};
/// Called by one thread.
using OnArrival = std::function<void(const Arrival&)>;

/// A range that is to be fetched.
struct RangeRequest {
  std::string path;  ///< of the file, in the listing
  ByteRange range;
  int output = -1;  ///< a descriptor, at the range's begin in the partial file
  /// To be called as soon as the server's answer shows that it sends this range, and not the file.
  std::function<void()> confirm = {};
  /// To be called when the answer shows that the store holds the file in parts. It has no MD5 of
  /// it then; what it lists is a note of who has uploaded the file (rclone's Md5chksum).
  std::function<void()> tell_parts = {};
};

/// Fetches large files in ranges, some at a time and in the order of their bytes, into partial
/// files whose notes keep what has come. rclone itself begins a file anew after an interruption,
/// whatever the protocol.
class RangeTransfer {
 public:
  /// Fetches a range. Throws Failure and Stopped.
  using Fetch = std::function<void(const RangeRequest&, const std::stop_token&)>;
  /// The bytes that are there of all files together.
  using OnBytes = std::function<void(std::int64_t there)>;

  RangeTransfer(const std::vector<SourceFile>& files, const Path& parts,
                const RangeOptions& options, Fetch fetch);

  /// Throws Failure and Stopped; what has come is kept. Calls both often.
  void run(const OnBytes& on_bytes, const OnArrival& on_arrival, const std::stop_token& stop);

  /// Moves the files to their places in a folder. `is_same` says whether the source has this
  /// version of a file still: else its halves could be of two. Throws Failure when it has not; then
  /// the file is discarded.
  void finish(const Path& target, const std::function<bool(const SourceFile&)>& is_same,
              const OnArrival& on_arrival);
  /// Whether any range was fetched, so that the source may have changed meanwhile.
  bool has_fetched() const { return has_fetched_; }

 private:
  /// Of a file. All ranges of it, and all tries, share it:
  ///
  ///     InRanges --> NotServed   a server has sent the whole file for the first range that came of
  ///        |             |       it: the file is left to `rclone copy`
  ///        +-------------+-> Changed
  ///                              what came cannot be of the version that was listed: the transfer
  ///                              fails, and what is there of the file is discarded
  enum class FileState { InRanges, NotServed, Changed };

  struct File {
    SourceFile source;
    PartialFile part;
    ByteRanges there;
    FileState state = FileState::InRanges;
    bool is_in_parts = false;
  };

  /// Of a range that a worker has taken from `waiting_`:
  ///
  ///     Idle --program starts--> Asked --server confirms--> Coming
  ///      ^                         |                          |
  ///      +------program ends-------+--------------------------+
  ///
  /// What a program writes counts when the range is Coming. One that breaks off there is asked for
  /// again, from where it has come to.
  enum class PieceState { Idle, Asked, Coming };

  struct Piece {
    File* file;
    ByteRange left;
    PieceState state = PieceState::Idle;
    int output = -1;  ///< where the program writes, unless Idle
  };

  void work();
  void fetch(Piece& piece, const std::stop_token& stop);
  void fetch_once(Piece& piece, const std::stop_token& stop);
  PieceState finish_program(Piece& piece);
  static void count_written(const Piece& piece);
  void watch(const OnBytes& on_bytes, const OnArrival& on_arrival);
  void keep_notes();
  void note(std::int64_t least);
  void fail();
  bool has_ended() const;
  std::int64_t bytes() const;

  RangeOptions options_;
  Fetch fetch_;
  std::list<File> files_;
  bool has_fetched_ = false;
  std::mutex mutex_;  ///< of all below, and of the files while there are workers
  std::condition_variable changed_;
  std::deque<Piece> waiting_;
  std::list<Piece> active_;  ///< of a worker each
  std::exception_ptr failure_;
  std::stop_source ending_;  ///< of the workers
};

}  // namespace content
