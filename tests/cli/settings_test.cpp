#include "cli/load_settings.h"
#include "cli/settings_file.h"
#include "cli/support/session.h"
#include "support/manual_clock.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;

namespace {

Lines problems(const std::string& content) {
  const session::Folder folder;
  const session::Captured errors(std::cerr);
  const auto settings = cli::load_settings(folder.add("config.yaml", content));
  auto lines = session::lines(errors.text());
  CHECK(settings.has_value() == lines.empty());
  return lines;
}

}  // namespace

TEST_CASE("without a configuration file the defaults hold") {
  CHECK(cli::load_settings("").has_value());
  CHECK(problems("# nothing\n").empty());
}

TEST_CASE("problems of the configuration file name its lines") {
  CHECK(problems("secretName: s\nclusterDomian: x\n") ==
        Lines{"config.yaml:2: clusterDomian: unknown field; did you mean clusterDomain?"});
  CHECK(problems("a: [\n") == Lines{"config.yaml:1: has a '[' that is not closed"});
  CHECK(problems("secretName: a\n---\nsecretName: b\n") ==
        Lines{"config.yaml:3: is a second document; only one is read here"});
}

namespace {

/// Time in which the file changes: each wait writes the next content. Stops at the end.
class Edits final : public kube::Clock {
 public:
  Edits(const session::Folder& folder, Lines contents)
      : folder_(folder), contents_(std::move(contents)) {}

  TimePoint now() const override { return {}; }
  std::chrono::system_clock::time_point wall() const override { return {}; }
  bool wait(std::chrono::milliseconds /*delay*/, const std::stop_token& /*stop*/) const override {
    if (next_ == contents_.size()) return false;
    folder_.add("config.yaml", contents_[next_++]);
    return true;
  }
  std::size_t edits() const { return next_; }

 private:
  const session::Folder& folder_;
  Lines contents_;
  mutable std::size_t next_ = 0;
};

constexpr const char* one = "secretName: one\n";
constexpr const char* two = "secretName: two\n";
constexpr const char* wrong = "secretNam: two\n";

}  // namespace

TEST_CASE("settings that are changed in the file are given once they stay as they are") {
  const session::Folder folder;
  cli::SettingsFile file(folder.add("config.yaml", one));
  Lines told;
  const auto tell = [&](const std::string& problems) { told.push_back(problems); };
  REQUIRE(file.load(tell)->secret_name == "one");
  const Edits edits(folder, {one, "", two, two, two});
  CHECK(file.await_change(edits, tell, {})->secret_name == "two");
  CHECK(edits.edits() == 4);
  CHECK_FALSE(file.await_change(edits, tell, {}));
  CHECK(told == Lines{"", ""});
}

TEST_CASE(
    "wrong settings in the file are told once and change nothing, nor does taking them back") {
  const session::Folder folder;
  cli::SettingsFile file(folder.add("config.yaml", one));
  Lines told;
  const auto tell = [&](const std::string& problems) { told.push_back(problems); };
  REQUIRE(file.load(tell));
  const Edits edits(folder, {wrong, wrong, wrong, wrong, one, one, one});
  CHECK_FALSE(file.await_change(edits, tell, {}));
  CHECK(told ==
        Lines{"", "config.yaml:1: secretNam: unknown field; did you mean secretName?\n", ""});
}

TEST_CASE("a configuration file that is gone is told, and its settings stay in force") {
  const session::Folder folder;
  cli::SettingsFile file(folder.add("config.yaml", one));
  Lines told;
  const auto tell = [&](const std::string& problems) { told.push_back(problems); };
  REQUIRE(file.load(tell));
  std::filesystem::remove("config.yaml");
  const ManualClock clock;
  std::stop_source stop;
  const auto tell_and_stop = [&](const std::string& problems) {
    tell(problems);
    stop.request_stop();
  };
  CHECK_FALSE(file.await_change(clock, tell_and_stop, stop.get_token()));
  CHECK(told == Lines{"", "config.yaml: No such file or directory"});
}

TEST_CASE("an event about wrong settings begins with what stays, and is one line") {
  CHECK(cli::stays_in_force("config.yaml: No such file or directory") ==
        "the configuration before stays in force: config.yaml: No such file or directory");
  CHECK(cli::stays_in_force("c.yaml:1: a: b\nc.yaml:2: d: e\n") ==
        "the configuration before stays in force: c.yaml:1: a: b; c.yaml:2: d: e");
}

TEST_CASE("without a configuration file nothing is looked at") {
  const ManualClock clock;
  CHECK_FALSE(cli::SettingsFile("").await_change(clock, {}, {}));
  CHECK(clock.waits().empty());
}
