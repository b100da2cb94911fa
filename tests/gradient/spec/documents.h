#pragma once

#include "json/yaml.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Documents for the reader's tests, written as users write them.
namespace documents {

/// The only document of `yaml`. Throws when there is none.
json::Json document(std::string_view yaml);

/// A custom resource `kind` named "demo" with this spec.
json::Json resource(std::string_view kind, std::string_view spec_yaml);

/// A GradientDeployment with an image and a machine, and `more` fields of the spec.
json::Json deployment(std::string_view more);

/// "path: message" for each problem of a resource of any of the four kinds; none when it is read.
std::vector<std::string> problems(const json::Json& resource);

template <class Spec>
std::vector<std::string> problems(const std::variant<Spec, json::Problems>& reading) {
  std::vector<std::string> lines;
  const auto* problems = std::get_if<json::Problems>(&reading);
  for (const auto& problem : problems == nullptr ? json::Problems() : *problems)
    lines.push_back(json::text(problem));
  return lines;
}

}  // namespace documents
