#include "cli/load_settings.h"

#include "cli/documents.h"
#include "gradient/spec/read_settings.h"

#include <iostream>

namespace cli {

std::optional<gradient::Settings> load_settings(const std::string& path) {
  if (path.empty()) return gradient::default_settings();
  auto text = json::parse_yaml(read_text(path));
  for (const auto& problem : text.problems) {
    std::cerr << path << ':' << problem.line << ": " << problem.message << '\n';
  }
  if (!text.problems.empty()) return std::nullopt;
  if (text.documents.empty()) return gradient::default_settings();
  if (text.documents.size() > 1) {
    std::cerr << path << ':' << text.documents[1].place.line
              << ": is a second document; only one is read here\n";
    return std::nullopt;
  }
  const auto reading = gradient::read_settings(text.documents.front().value);
  if (const auto* settings = std::get_if<gradient::Settings>(&reading)) return *settings;
  for (const auto& problem : std::get<json::Problems>(reading)) {
    std::cerr << path << ':' << json::line_of(text.documents.front(), problem.path) << ": "
              << json::text(problem) << '\n';
  }
  return std::nullopt;
}

}  // namespace cli
