#pragma once

#include "cli/documents.h"

#include <vector>

namespace cli {

/// Problems and remarks about lines of files, collected and then printed in the order of the files
/// and their lines, not without end: nobody reads thousands.
class Messages {
 public:
  void problem(Message message) {
    all_.push_back({std::move(message), true});
    ++problems_;
  }
  void remark(Message message) { all_.push_back({std::move(message), false}); }

  bool has_problems() const { return problems_ > 0; }
  bool has_too_many() const { return problems_ > most_messages; }

  /// Prints all of them to standard error, in the order of `files`, and how it goes on when there
  /// are more than most_messages of one sort. Whether there was a problem.
  bool print(const std::vector<std::string>& files);

 private:
  struct Entry {
    Message message;
    bool is_problem = false;
  };

  void sort(const std::vector<std::string>& files);

  std::vector<Entry> all_;
  std::size_t problems_ = 0;
};

}  // namespace cli
