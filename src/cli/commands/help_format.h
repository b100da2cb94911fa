#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace cli {

/// CLI11's help within 80 columns: long texts go on below their beginning, values that are listed
/// stand for the value's name, and defaults come last.
class HelpFormat : public CLI::Formatter {
 public:
  HelpFormat();

  std::string make_description(const CLI::App* app) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

}  // namespace cli
