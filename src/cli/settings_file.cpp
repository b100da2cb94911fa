#include "cli/settings_file.h"

#include "cli/documents.h"
#include "cli/load_settings.h"

#include <sstream>

namespace cli {

std::optional<gradient::Settings> SettingsFile::load(const Tell& tell) {
  if (path_.empty()) return gradient::default_settings();
  loaded_ = told_ = {.text = read_text(path_), .error = {}};
  auto read = read_settings_text(path_, loaded_.text);
  tell(read.problems);
  return std::move(read.settings);
}

std::optional<gradient::Settings> SettingsFile::await_change(const kube::Clock& clock,
                                                             const Tell& tell,
                                                             const std::stop_token& stop) {
  constexpr std::chrono::seconds look_again{5};
  auto before = loaded_;
  while (!path_.empty() && clock.wait(look_again, stop)) {
    auto now = look();
    const bool is_settled = now == before;  // not just being written
    before = now;
    if (!is_settled || now == told_) continue;
    told_ = now;
    auto read = now.error.empty() ? read_settings_text(path_, now.text)
                                  : SettingsReading{.problems = now.error};
    tell(read.problems);
    if (!read.settings || now == loaded_) continue;
    loaded_ = std::move(now);
    return std::move(read.settings);
  }
  return std::nullopt;
}

SettingsFile::Look SettingsFile::look() const {
  try {
    return {.text = read_text(path_), .error = {}};
  } catch (const std::exception& error) {
    return {.text = {}, .error = error.what()};
  }
}

std::string stays_in_force(const std::string& problems) {
  std::string text = "the configuration before stays in force";
  std::istringstream lines(problems);
  const char* separator = ": ";
  for (std::string line; std::getline(lines, line); separator = "; ")
    text += separator + line;
  return text;
}

}  // namespace cli
