#include "cli/deployment_list.h"

#include "cli/screen.h"
#include "cli/table.h"
#include "gradient/status/condition.h"

#include <algorithm>

namespace cli {
namespace {

using json::Json;

Row row(const Json& deployment, bool with_namespaces, std::chrono::system_clock::time_point now) {
  const auto& metadata = json::at(deployment, {"metadata"});
  const auto& ready = gradient::condition(json::at(deployment, {"status"}), "Ready");
  const bool is_seen = !ready.is_null();
  const auto colour = colour_of_condition(json::string_at(ready, {"status"}));
  auto message = is_seen ? json::string_at(ready, {"message"})
                         : std::string("no operator has observed it yet");
  std::replace(message.begin(), message.end(), '\n', ' ');
  Row cells;
  if (with_namespaces) cells.emplace_back(json::string_at(metadata, {"namespace"}));
  cells.emplace_back(json::string_at(metadata, {"name"}));
  const auto pods = json::string_at(deployment, {"status", "ready"});
  cells.emplace_back(pods.empty() ? "-" : pods, colour);
  cells.emplace_back(is_seen ? json::string_at(ready, {"reason"}) : "-", colour);
  cells.emplace_back(age(now, json::string_at(metadata, {"creationTimestamp"})));
  cells.emplace_back(std::move(message));
  return cells;
}

}  // namespace

std::string list_text(const std::vector<Json>& deployments, bool with_namespaces,
                      std::chrono::system_clock::time_point now, std::size_t width,
                      const Paint& paint) {
  Row header{"NAME", "READY", "WHY", "AGE", "MESSAGE"};
  if (with_namespaces) header.insert(header.begin(), "NAMESPACE");
  std::vector<Row> rows{std::move(header)};
  for (const auto& deployment : deployments)
    rows.push_back(row(deployment, with_namespaces, now));
  return table(rows, paint, width);
}

}  // namespace cli
