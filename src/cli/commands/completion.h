#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace cli {

/// What may follow, as the shells' scripts and kubectl want it: a candidate a line, with a tab and
/// what it is for behind it, and in the last line ":0" where files may follow too and ":4" where
/// not (cobra's ShellCompDirective). `words` are the arguments so far; the last one is not
/// complete. All of it comes from the options of `app`; names of deployments come from the cluster.
std::string completions(const CLI::App& app, const std::vector<std::string>& words);

/// The script that has "bash", "zsh" or "fish" ask this program.
std::string completion_script(const std::string& shell);

/// The type of an argument that is the name of a GradientDeployment.
inline constexpr const char* deployment_type = "GradientDeployment";
/// The type of an option that is a file's name.
inline constexpr const char* file_type = "FILE";

}  // namespace cli
