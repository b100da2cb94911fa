#include "gradient/import/file_name.h"

#include "gradient/import/drafts.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace gradient {
namespace {

/// What files and folders are called that hold the spec of any deployment.
constexpr std::array<std::string_view, 22> saying_nothing{
    "app",   "config",   "configs",   "deploy",     "deployment", "deployments", "deployment-spec",
    "files", "github",   "gradient",  "index",      "json",       "k8s",         "kubernetes",
    "main",  "manifest", "manifests", "paperspace", "spec",       "specs",       "yaml",
    "yml"};

std::string telling(const std::string& written) {
  auto name = label(written, longest_deployment_name);
  const auto* found = std::find(saying_nothing.begin(), saying_nothing.end(), name);
  return found == saying_nothing.end() ? name : std::string();
}

}  // namespace

std::string name_of_file(const std::string& path) {
  const std::filesystem::path file(path);
  if (auto name = telling(file.stem().string()); !name.empty()) return name;
  for (auto folder = file.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (auto name = telling(folder.filename().string()); !name.empty()) return name;
  return {};
}

}  // namespace gradient
