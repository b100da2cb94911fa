#include "cli/commands/completion.h"

#include "cli/commands/commands.h"
#include "cli/connection.h"

namespace cli {
namespace {

/// Follows the words before the one that is completed.
class Words {
 public:
  Words(const CLI::App& app, const std::vector<std::string>& words) : app_(app) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
      take(words[i]);
  }

  const CLI::App& command() const { return command_ == nullptr ? app_ : *command_; }
  bool has_command() const { return command_ != nullptr; }
  bool is_lost() const { return is_lost_; }
  /// The option whose value comes next; null: none.
  const CLI::Option* open() const { return open_; }
  /// The argument that comes next; null: none.
  const CLI::Option* argument() const {
    const auto all =
        command().get_options([](const CLI::Option* o) { return o->get_positional(); });
    if (all.empty()) return nullptr;
    const bool repeats = all.back()->get_expected_max() == CLI::detail::expected_max_vector_size;
    return arguments_ < all.size() ? all[arguments_] : repeats ? all.back() : nullptr;
  }
  bool has_ended_options() const { return has_ended_options_; }
  std::string value(const std::string& option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? "" : found->second;
  }

 private:
  void take(const std::string& word) {
    const bool is_option = !has_ended_options_ && word.size() > 1 && word.front() == '-';
    if (open_ != nullptr && !is_option) {
      values_[open_->get_single_name()] = word;
      if (open_->get_expected_max() == 1) open_ = nullptr;
    } else if (word == "--") {
      has_ended_options_ = true;
      open_ = nullptr;
    } else if (is_option) {
      take_option(word);
    } else if (command_ == nullptr) {
      for (const auto* command : app_.get_subcommands({}))
        if (command->get_name() == word) command_ = command;
      is_lost_ = is_lost_ || command_ == nullptr;
    } else {
      ++arguments_;
    }
  }

  void take_option(const std::string& word) {
    open_ = nullptr;
    const bool is_long = word.starts_with("--");
    const auto end = is_long ? word.find('=') : std::size_t{2};
    const auto* const option = command().get_option_no_throw(word.substr(0, end));
    if (option == nullptr || option->get_type_size() == 0) return;
    if (end >= word.size()) {
      open_ = option;
    } else {
      values_[option->get_single_name()] = word.substr(end + (is_long ? 1 : 0));
    }
  }

  const CLI::App& app_;
  const CLI::App* command_ = nullptr;
  const CLI::Option* open_ = nullptr;
  std::map<std::string, std::string> values_;
  std::size_t arguments_ = 0;
  bool has_ended_options_ = false, is_lost_ = false;
};

class Candidates {
 public:
  explicit Candidates(std::string begin) : begin_(std::move(begin)) {}

  void add(const std::string& word, const std::string& about = "") {
    if (!word.starts_with(begin_)) return;
    lines_ += word + (about.empty() ? "" : "\t" + about) + "\n";
  }
  void add_files() { files_ = true; }
  std::string text() const { return lines_ + (files_ ? ":0\n" : ":4\n"); }
  const std::string& begin() const { return begin_; }

 private:
  std::string begin_, lines_;
  bool files_ = false;
};

void add_deployments(const Words& words, Candidates& candidates) {
  const auto slash = candidates.begin().find('/');
  const auto kind = slash == std::string::npos ? "" : candidates.begin().substr(0, slash + 1);
  for (const auto& name : deployment_names({.kubeconfig = words.value("kubeconfig"),
                          .context = words.value("context"),
                          .ns = words.value("namespace"),
                          .name = ""}))
    candidates.add(kind + name);
}

void add_values(const Words& words, const CLI::Option& option, Candidates& candidates) {
  const auto type = option.get_type_name();
  for (const auto& choice : choices(option))
    candidates.add(choice);
  if (type == file_type) candidates.add_files();
  if (type.starts_with(deployment_type)) add_deployments(words, candidates);
}

void add_options(const CLI::App& command, Candidates& candidates) {
  const auto visible = [](const CLI::Option* option) {
    return option->nonpositional() && !option->get_group().empty();
  };
  for (const auto* option : command.get_options(visible)) {
    for (const auto& name : option->get_lnames())
      candidates.add("--" + name, option->get_description());
    for (const auto& name : option->get_snames())
      candidates.add("-" + name, option->get_description());
  }
}

}  // namespace

std::string completions(const CLI::App& app, const std::vector<std::string>& words) {
  const Words parsed(app, words);
  const auto last = words.empty() ? std::string() : words.back();
  const auto equals = last.find('=');
  Candidates candidates(
      equals != std::string::npos && last.starts_with("--") ? last.substr(equals + 1) : last);
  if (parsed.is_lost()) return candidates.text();
  if (parsed.open() != nullptr && !last.starts_with("-")) {
    add_values(parsed, *parsed.open(), candidates);
  } else if (last.starts_with("--") && equals != std::string::npos) {
    const auto* const option = parsed.command().get_option_no_throw(last.substr(0, equals));
    if (option != nullptr) add_values(parsed, *option, candidates);
  } else if (last.starts_with("-") && !parsed.has_ended_options()) {
    add_options(parsed.command(), candidates);
  } else if (!parsed.has_command()) {
    for (const auto* command : app.get_subcommands({}))
      candidates.add(command->get_name(), command->get_description());
  } else if (const auto* const argument = parsed.argument()) {
    add_values(parsed, *argument, candidates);
  }
  return candidates.text();
}

}  // namespace cli
