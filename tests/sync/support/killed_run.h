#pragma once

#include <string>
#include <vector>

/// A file or folder got its place by rename(2).
struct Rename {
  std::string to;
  int syncs = 0;               ///< calls of sync, syncfs, fsync and fdatasync before
  int changes_since_sync = 0;  ///< changes of files since the last of them
};

/// How a run under watch ended.
struct WatchedRun {
  bool was_killed = false;
  int changes = 0;                   ///< system calls that change files, until then
  int exit_code = 0;                 ///< of a run that was not killed
  std::vector<Rename> renames = {};  ///< in their order; like `changes` only where they are counted
};

/// Runs a program and kills it, with everything it has started, when any of them enters the `nth`
/// system call that creates, writes, renames, links or removes a file, as the end of a container
/// does. 0: lets it run, without counting. A program that would not end is told to (SIGTERM) when
/// a line that it prints has the text `until`. Several threads may watch a run each. Linux only
/// (ptrace).
WatchedRun run_until_change(const std::vector<std::string>& command, int nth,
                            const std::string& until = "");
