#include "cli/commands/help_format.h"

#include "cli/commands/commands.h"

#include <algorithm>

namespace cli {
namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t second_column = 28;

/// `text` broken between words, every line but the first with `indent` blanks before it.
std::string wrapped(std::string_view text, std::size_t indent) {
  const auto width = columns - indent;
  std::string lines;
  while (text.size() > width) {
    auto end = text.rfind(' ', width);
    if (end == std::string_view::npos) end = text.find(' ');
    if (end == std::string_view::npos) break;
    lines.append(text.substr(0, end)).append("\n").append(indent, ' ');
    text.remove_prefix(end + 1);
  }
  return lines.append(text);
}

/// A name and what it is for, side by side or, behind a long name, below each other.
std::string entry(const std::string& name, const std::string& description) {
  auto line = "  " + name;
  const bool fits = line.size() + 2 <= second_column;
  line +=
      fits ? std::string(second_column - line.size(), ' ') : "\n" + std::string(second_column, ' ');
  return line + wrapped(description, second_column) + "\n";
}

/// "1 to 64" of CLI::Range's "N:INT in [1 - 64]".
std::string range(const CLI::Option& option) {
  const auto type = option.get_type_name();
  const auto begin = type.find('[');
  const auto end = type.find(']');
  if (type.find("INT in [") == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::find_and_replace(type.substr(begin + 1, end - begin - 1), " - ", " to ");
}

}  // namespace

HelpFormat::HelpFormat() {
  label("SUBCOMMAND", "COMMAND");
  label("Positionals", "Arguments");
}

std::string HelpFormat::make_description(const CLI::App* app) const {
  return wrapped(app->get_description(), 0) + "\n";
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  return entry(command->get_name(), command->get_description());
}

std::string HelpFormat::make_option(const CLI::Option* option, bool is_positional) const {
  return entry(
      make_option_name(option, is_positional) + (is_positional ? "" : make_option_opts(option)),
      make_option_desc(option));
}

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
  if (option->get_type_size() == 0) return {};  // a flag
  const auto values = choices(*option);
  const auto type = option->get_type_name();
  return " " + (values.empty() ? type.substr(0, type.find(':')) : CLI::detail::join(values, "|")) +
         (option->get_expected_max() == CLI::detail::expected_max_vector_size ? " ..." : "");
}

std::string HelpFormat::make_option_desc(const CLI::Option* option) const {
  auto text = option->get_description();
  if (const auto numbers = range(*option); !numbers.empty()) text += "; " + numbers;
  if (!option->get_default_str().empty()) text += " (default " + option->get_default_str() + ")";
  if (option->get_required() && option->nonpositional() && !option->get_positional())
    text += " (required)";
  return text;
}

}  // namespace cli
