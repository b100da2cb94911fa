#include "gradient/spec/expansion.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/read_deployment.h"

#include <catch2/catch.hpp>

using Lines = std::vector<std::string>;

namespace {

Lines warnings(const std::string& fields) {
  const auto spec =
      std::get<gradient::DeploymentSpec>(gradient::read_deployment(documents::deployment(fields)));
  Lines lines;
  for (const auto& warning : gradient::surprising_expansions(spec))
    lines.push_back(json::text(warning));
  return lines;
}

}  // namespace

TEST_CASE("two dollars, of which one is left, are told with the spelling for two") {
  const std::string told =
      ": has $$, of which Kubernetes leaves one $; write $$$$ where two are meant";
  CHECK(warnings("env: [{name: A, value: 'pa$$word'}, {name: B, value: '$2y$05$abc$$'}]") ==
        Lines{"spec.env[0].value" + told, "spec.env[1].value" + told});
  CHECK(warnings("command: [sh, -c, 'echo $$']") == Lines{"spec.command[2]" + told});
  CHECK(warnings("env: [{name: A, value: 'pa$word $'}, {name: B, value: '$$(A)'}]") == Lines{});
}

TEST_CASE("a variable that comes later is not expanded, which is told") {
  CHECK(warnings("env: [{name: A, value: '$(B) and $(A) and $(C)'}, {name: B, value: '$(A)'}]") ==
        Lines{"spec.env[0].value: names itself by $(A), which stays as it is: Kubernetes does not "
              "know the image's variables; write the whole value",
              "spec.env[0].value: names $(B), which stays as it is, as the variable comes later; "
              "move that one before this, or write $$(B) where the text is meant"});
  CHECK(warnings("command: [sh, -c, 'echo $(A) $(date)']\nenv: [{name: A, value: a}]") == Lines{});
}
