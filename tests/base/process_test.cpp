#include "base/process.h"

#include "support/folder.h"

#include <catch2/catch.hpp>

#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

using namespace base;

namespace {

Finished shell(const std::string& script, Program program = {}) {
  program.arguments = {"sh", "-c", script};
  program.environment.emplace_back("PATH=/usr/bin:/bin");
  return run(program, {});
}

}  // namespace

TEST_CASE("a program's output, errors and exit code come back") {
  const auto finished = shell("echo out; echo err >&2; exit 3");
  CHECK(finished.output == "out\n");
  CHECK(finished.errors == "err\n");
  CHECK(finished.exit_code == 3);
  CHECK(shell("kill -9 $$").exit_code == 137);
  CHECK(shell("kill -9 $$").signal == 9);
}

TEST_CASE("it sees the environment that it is given, and nothing of ours") {
  CHECK(shell("env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=", {.environment = {"A=b"}})
            .output == "A=b\nPATH=/usr/bin:/bin\n");
}

TEST_CASE("its standard input is empty, and it reads a secret from one without a name") {
  CHECK(shell("cat /proc/self/fd/3", {.secret_file = "canary-4711"}).output == "canary-4711");
  CHECK(shell("stat -L -c %a /proc/self/fd/3", {.secret_file = "canary-4711"}).output == "600\n");
  CHECK(shell("cat").output.empty());
}

TEST_CASE("it reads what a descriptor has that is given") {
  const Folder folder;
  const auto file = folder.write("input", "text");
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  CHECK(shell("cat", {.input = fd}).output == "text");
  close(fd);
}

TEST_CASE("its output goes to a descriptor that is given, whose position tells how far it is") {
  FILE* const file = tmpfile();
  REQUIRE(lseek(fileno(file), 3, SEEK_SET) == 3);
  CHECK(shell("echo out", {.output = fileno(file)}).output.empty());
  CHECK(lseek(fileno(file), 0, SEEK_CUR) == 7);
  std::string text(7, 'x');
  CHECK(pread(fileno(file), text.data(), text.size(), 0) == 7);
  CHECK(text == std::string(3, '\0') + "out\n");
  fclose(file);
}

TEST_CASE("it has no descriptor of ours") {
  const auto listed = run({.arguments = {"ls", "/proc/self/fd"}}, {});  // 3 is the folder
  CHECK(listed.output == "0\n1\n2\n3\n");
}

TEST_CASE("lines of standard error are told as they come, also those that overwrite one another") {
  std::vector<std::string> lines;
  shell("printf 'one\\rtwo\\r\\nthree\\n' >&2",
        {.on_error_line = [&](std::string_view line) { lines.emplace_back(line); }});
  CHECK(lines == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("too much output is refused") {
  CHECK_THROWS_WITH(shell("yes", {.longest_output = 1000}), "its output is too long");
}

TEST_CASE("of a long standard error the end is kept") {
  const auto finished = shell("yes error | head -c 100000 >&2; echo last >&2");
  CHECK(finished.errors.size() == 8192);
  CHECK(finished.errors.substr(finished.errors.size() - 5) == "last\n");
}

TEST_CASE("a program that is not there is named") {
  try {
    run({.arguments = {"no-such-program"}, .environment = {}}, {});
    FAIL("it has run");
  } catch (const ProcessError& error) {
    CHECK(error.program == "no-such-program");
    CHECK(error.what() == std::string("No such file or directory"));
  }
}

TEST_CASE("a program that the system lacks something for is named") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int lowest = dup(STDIN_FILENO);  // what is open already stays so
  close(lowest);
  const rlimit none_left{static_cast<rlim_t>(lowest), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none_left) == 0);
  std::exception_ptr failure;
  try {
    run({.arguments = {"true"}, .environment = {}}, {});
  } catch (...) {
    failure = std::current_exception();  // UndefinedBehaviorSanitizer needs files to look at it
  }
  setrlimit(RLIMIT_NOFILE, &before);
  REQUIRE(failure);
  CHECK_THROWS_WITH(std::rethrow_exception(failure),
                    "true cannot be run (pipe): Too many open files");
}

TEST_CASE("a stop ends the program and all that it has started") {
  std::stop_source stop;
  Program program{.arguments = {"sh", "-c", "sleep 1000 & echo started >&2; wait"},
                  .environment = {"PATH=/usr/bin:/bin"},
                  .on_error_line = [&](std::string_view) { stop.request_stop(); }};
  CHECK_THROWS_AS(run(program, stop.get_token()), Stopped);
}

TEST_CASE("what does not end within its limit is ended, also when it has closed its output") {
  const auto script = GENERATE("exec sleep 1000", "exec sleep 1000 >&- 2>&-");
  CHECK_THROWS_WITH(shell(script, {.limit = std::chrono::milliseconds(50)}),
                    "has not ended within the time allowed");
}

TEST_CASE("it is looked after every second, and its limit still holds") {
  int times = 0;
  const auto look = [&] { ++times; };
  shell("sleep 1.2", {.on_second = look});
  CHECK(times >= 1);
  CHECK_THROWS_WITH(
      shell("sleep 10", {.on_second = look, .limit = std::chrono::milliseconds(1100)}),
      Catch::Matchers::Contains("has not ended"));
}

TEST_CASE("what a callback throws ends the program and all that it has started") {
  const Folder folder;
  const auto fifo = (folder / "fifo").string();
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const int end = open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(end >= 0);
  CHECK_THROWS_WITH(
      shell("exec 9>" + fifo + "; sleep 1000 & echo started >&2; wait",
            {.on_error_line = [](std::string_view) { throw std::runtime_error("enough"); }}),
      "enough");
  pollfd closed{end, POLLIN, 0};  // by both of them
  CHECK(poll(&closed, 1, 10'000) == 1);
  CHECK(closed.revents == POLLHUP);
  close(end);
}
