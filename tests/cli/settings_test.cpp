#include "cli/load_settings.h"
#include "cli/support/session.h"

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
  CHECK(problems("a: [\n") == Lines{"config.yaml:2: is not YAML: end of sequence flow not found"});
  CHECK(problems("secretName: a\n---\nsecretName: b\n") ==
        Lines{"config.yaml:3: is a second document; only one is read here"});
}
