#pragma once

#include "base/files.h"
#include "json/yaml.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

/// The rules of the operator's roles in manifests/install.yaml: not those of the ClusterRoles that
/// are aggregated to people's.
inline std::vector<json::Json> operator_rules() {
  std::vector<json::Json> rules;
  const auto file = json::parse_yaml(base::read_file(SOURCE_DIR "/manifests/install.yaml"));
  for (const auto& document : file.documents) {
    const auto& labels = json::at(document.value, {"metadata", "labels"});
    const bool is_of_people =
        labels.is_object() &&
        std::any_of(labels.as_object().begin(), labels.as_object().end(), [](const auto& label) {
          return label.first.starts_with("rbac.authorization.k8s.io/aggregate-to-");
        });
    if (is_of_people) continue;
    for (const auto& rule : json::elements_at(document.value, {"rules"}))
      rules.push_back(rule);
  }
  return rules;
}

/// "get pods" for each verb and resource of these.
inline std::set<std::string> granted_rights() {
  std::set<std::string> rights;
  for (const auto& rule : operator_rules()) {
    for (const auto& resource : json::elements_at(rule, {"resources"})) {
      for (const auto& verb : json::elements_at(rule, {"verbs"}))
        rights.insert(verb.as_string() + " " + resource.as_string());
    }
  }
  return rights;
}
