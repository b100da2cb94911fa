#pragma once

#include "json/json.h"
#include "kube/config/config.h"

#include <filesystem>
#include <string>
#include <vector>

namespace kube {

/// A kubeconfig file; its relative paths are relative to its folder.
struct Kubeconfig {
  std::filesystem::path file;
  json::Json content;
};

/// What `context` (empty: the current one) means in the merged files. They are merged as kubectl
/// does: of entries with one name, and of settings, the first file's count. Pure, but for making
/// paths absolute. Throws ConfigError.
ClusterConfig cluster_config(const std::vector<Kubeconfig>& files, const std::string& context);

}  // namespace kube
