#include "cli/operator_settings.h"

#include "cli/load_settings.h"
#include "kube/http/error.h"

#include <iostream>

namespace cli {
namespace {

constexpr const char* file = "config.yaml";  // in the chart's ConfigMap

gradient::Settings as_shipped(const std::string& why) {
  std::cerr << "note: compared with the configuration as shipped, as " << why
            << "; give the operator's own by --config\n";
  return gradient::default_settings();
}

std::vector<json::Json> configurations(kube::Client& client) {
  auto found = client.list(kube::config_maps, "",
                           {.labels = "app.kubernetes.io/name=gradient-operator", .fields = {}});
  std::erase_if(found, [](const json::Json& each) {
    const auto component =
        json::string_at(each, {"metadata", "labels", "app.kubernetes.io/component"});
    return json::at(each, {"data", file}).is_null() || !component.empty();
  });
  return found;
}

}  // namespace

std::optional<gradient::Settings> operator_settings(kube::Client& client) {
  try {
    const auto found = configurations(client);
    if (found.empty()) return as_shipped("the cluster has no ConfigMap of the chart");
    if (found.size() > 1) return as_shipped("the cluster has several operators");
    const auto key = kube::key_of(found.front());
    auto read = read_settings_text("ConfigMap " + kube::to_string(key),
                                   json::string_at(found.front(), {"data", file}));
    std::cerr << read.problems;
    return std::move(read.settings);
  } catch (const kube::TransportError&) {
    return gradient::default_settings();  // the next request says so
  } catch (const kube::ApiError& error) {
    if (error.kind_not_served()) return gradient::default_settings();  // likewise
    return as_shipped(error.what());
  }
}

}  // namespace cli
