#pragma once

namespace cli {

enum ExitCode : int {
  Fine = 0,
  ProblemsInInput = 1,
  Usage = 2,
  Failure = 3,  ///< the cluster or I/O
};

}  // namespace cli
