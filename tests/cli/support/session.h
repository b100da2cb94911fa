#pragma once

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

/// What a test of a command needs around it.
namespace session {

/// A folder of its own, which is the working directory while the object lives: messages then name
/// files as short as they were given.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Writes a file, with the folders on the way, and returns `name`.
  std::string add(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path before_, path_;
};

/// What goes to one of the standard streams while the object lives.
class Captured {
 public:
  explicit Captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  ~Captured() { stream_.rdbuf(before_); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* before_;
};

/// What standard input holds while the object lives.
class Input {
 public:
  explicit Input(const std::string& text) : text_(text), before_(std::cin.rdbuf(text_.rdbuf())) {
    std::cin.clear();
  }
  ~Input() {
    std::cin.rdbuf(before_);
    std::cin.clear();
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

 private:
  std::istringstream text_;
  std::streambuf* before_;
};

std::vector<std::string> lines(const std::string& text);

/// What a command did.
struct Outcome {
  int code = 0;
  std::string output;
  std::vector<std::string> messages;  ///< lines of standard error
};

/// `command` gives its exit code.
template <class Command>
Outcome run(const Command& command) {
  const Captured errors(std::cerr);
  const Captured output(std::cout);
  const int code = command();
  return {code, output.text(), lines(errors.text())};
}

}  // namespace session
