#pragma once

#include "base/files.h"
#include "json/yaml.h"

#include <filesystem>
#include <set>
#include <string>

/// "get pods" for each verb and resource of every rule of every role in manifests/.
inline std::set<std::string> granted_rights() {
  std::set<std::string> rights;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIR "/manifests")) {
    if (entry.path().extension() != ".yaml") continue;
    for (const auto& document : json::parse_yaml(base::read_file(entry.path())).documents) {
      for (const auto& rule : json::elements_at(document.value, {"rules"})) {
        for (const auto& resource : json::elements_at(rule, {"resources"})) {
          for (const auto& verb : json::elements_at(rule, {"verbs"}))
            rights.insert(verb.as_string() + " " + resource.as_string());
        }
      }
    }
  }
  return rights;
}
