#include "base/files.h"
#include "gradient/spec/documents.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <regex>

/// The cases that tests/crds/run.sh sends to a real API server: the reader judges the same, so that
/// `validate` and the operator never say anything else than kubectl.
namespace {

struct Case {
  std::string name, text;
  bool accepted = true;
};

/// Rules about the change of an object and about other clients' writing are the server's alone.
bool is_server_only(const std::string& text) {
  return text.find("cannot change") != std::string::npos ||
         text.find("cannot shrink") != std::string::npos;
}

std::vector<Case> cases(const std::filesystem::path& file) {
  const auto text = base::read_file(file);
  const auto kind = text.substr(8, text.find('\n') - 8);  // "# kind: Model"
  std::vector<Case> found;
  std::size_t from = text.find("\n---");
  while (from != std::string::npos) {
    const auto to = text.find("\n---", from + 4);
    auto body = text.substr(from + 4, to == std::string::npos ? to : to - from - 4) + "\n";
    from = to;
    if (!std::regex_search(body, std::regex("\n# (accepted|applied|refused)"))) continue;
    if (is_server_only(body)) continue;
    Case one;
    one.name = file.stem().string() + " " + std::to_string(found.size() + 1);
    one.accepted = body.find("\n# refused") == std::string::npos;
    if (body.find("\nmetadata:") == std::string::npos) body += "metadata: {name: demo}\n";
    one.text = body + "kind: " + kind + "\n";
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace

TEST_CASE("the reader accepts and refuses what the API server does, without repeating secrets") {
  std::size_t count = 0;
  const auto folder = std::filesystem::path(SOURCE_DIR) / "tests/crds/cases";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    for (const auto& one : cases(entry.path())) {
      ++count;
      INFO(one.name << '\n' << one.text);
      const auto read = json::parse_yaml(one.text);
      std::vector<std::string> problems;
      for (const auto& problem : read.problems)
        problems.push_back(problem.message);
      if (problems.empty()) problems = documents::problems(read.documents.at(0).value);
      CHECK(problems.empty() == one.accepted);
      for (const auto& problem : problems) {
        INFO(problem);
        CHECK(problem.find("anary") == std::string::npos);
        if (one.accepted) FAIL_CHECK("refused");
      }
    }
  }
  CHECK(count > 100);
}
