#pragma once

#include "cli/documents.h"

#include <iostream>

namespace cli {

/// Lines on standard error for people, of one sort and not without end: nobody reads thousands.
class Lines {
 public:
  void print(const std::string& line) {
    if (++count_ <= most_messages) std::cerr << line << '\n';
  }
  bool any() const { return count_ > 0; }
  bool too_many() const { return count_ > most_messages; }

 private:
  std::size_t count_ = 0;
};

}  // namespace cli
