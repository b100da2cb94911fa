#include "cli/messages.h"

#include "cli/colour.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <unistd.h>

namespace cli {
namespace {

/// The text with the word in colour that says what sort it is.
std::string painted(const std::string& text, const Paint& paint) {
  constexpr std::string_view warning = "warning:";
  const auto at = text.find(warning);
  if (at == std::string::npos) return text;
  return text.substr(0, at) + paint(Colour::Yellow, warning) + text.substr(at + warning.size());
}

}  // namespace

bool Messages::print(const std::vector<std::string>& files) {
  sort(files);
  const Paint paint(STDERR_FILENO);
  std::size_t problems = 0, remarks = 0;
  for (const auto& [message, is_problem] : all_) {
    auto& count = is_problem ? problems : remarks;
    if (++count > most_messages) continue;
    std::cerr << paint(is_problem ? Colour::Red : Colour::Bold, message.where()) << ": "
              << (is_problem ? message.text : painted(message.text, paint)) << '\n';
  }
  if (has_too_many()) std::cerr << "and more problems; correct these first\n";
  if (remarks > most_messages) std::cerr << "and more warnings\n";
  return has_problems();
}

void Messages::sort(const std::vector<std::string>& files) {
  std::map<std::string, std::size_t> places;
  for (const auto& file : files)
    places.emplace(file, places.size());
  const auto place = [&](const Entry& entry) {
    const auto found = places.find(entry.message.file);
    return std::pair(found == places.end() ? places.size() : found->second, entry.message.line);
  };
  std::stable_sort(all_.begin(), all_.end(),
                   [&](const Entry& one, const Entry& other) { return place(one) < place(other); });
}

}  // namespace cli
