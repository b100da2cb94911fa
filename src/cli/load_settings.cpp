#include "cli/load_settings.h"

#include "cli/documents.h"
#include "gradient/spec/read_settings.h"

#include <iostream>

namespace cli {
namespace {

std::string at(const std::string& path, std::size_t line, const std::string& message) {
  return path + ":" + std::to_string(line) + ": " + message + "\n";
}

}  // namespace

SettingsReading read_settings_text(const std::string& path, const std::string& text) {
  const auto yaml = json::parse_yaml(text);
  SettingsReading read;
  for (const auto& problem : yaml.problems)
    read.problems += at(path, problem.line, problem.message);
  if (!yaml.problems.empty()) return read;
  if (yaml.documents.empty()) return {.settings = gradient::default_settings()};
  const auto& document = yaml.documents.front();
  if (yaml.documents.size() > 1) {
    read.problems =
        at(path, yaml.documents[1].place.line, "is a second document; only one is read here");
    return read;
  }
  auto reading = gradient::read_settings(document.value);
  if (auto* settings = std::get_if<gradient::Settings>(&reading))
    return {.settings = std::move(*settings)};
  for (const auto& problem : std::get<json::Problems>(reading))
    read.problems += at(path, json::line_of(document.place, problem.path), json::text(problem));
  return read;
}

std::optional<gradient::Settings> load_settings(const std::string& path) {
  if (path.empty()) return gradient::default_settings();
  auto read = read_settings_text(path, read_text(path));
  std::cerr << read.problems;
  return std::move(read.settings);
}

}  // namespace cli
