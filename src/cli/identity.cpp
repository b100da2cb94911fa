#include "cli/identity.h"

#include "gradient/spec/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace cli {
namespace {

using json::Json;

constexpr std::array<std::string_view, 4> our_kinds{"GradientDeployment", "Model", "Dataset",
                                                    "ContainerRegistry"};

bool is_word(std::string_view text, std::string_view besides) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || besides.find(c) != besides.npos;
  });
}

}  // namespace

bool is_bare(const Json& value) {
  return !value.has_field("kind") && !value.has_field("metadata") && !value.has_field("spec");
}

bool is_ours(const Json& object) {
  const auto version = json::string_at(object, {"apiVersion"});
  return version.substr(0, version.find('/')) == gradient::names::group ||
         json::string_at(object, {"kind"}) == our_kinds.front();
}

std::optional<json::Problem> identity_problem(const Json& object) {
  const auto kind = json::string_at(object, {"kind"});
  const auto version = json::string_at(object, {"apiVersion"});
  if (!is_word(kind, "")) {
    return json::Problem{"kind", "must be the name of a kind, such as GradientDeployment"};
  }
  if (!is_word(version, "./-")) {
    return json::Problem{"apiVersion", "must be a group and a version, such as " +
                                           std::string(gradient::names::api_version)};
  }
  if (!is_ours(object)) return std::nullopt;
  if (version != gradient::names::api_version) {
    return json::Problem{"apiVersion", "must be " + std::string(gradient::names::api_version) +
                                           ", the only version there is"};
  }
  if (std::find(our_kinds.begin(), our_kinds.end(), kind) == our_kinds.end()) {
    return json::Problem{"kind",
                         "must be one of GradientDeployment, Model, Dataset, ContainerRegistry"};
  }
  const auto& metadata = json::at(object, {"metadata"});
  if ((metadata.is_object() || metadata.is_null()) && json::at(metadata, {"name"}).is_null()) {
    return json::Problem{"metadata.name", "is required; write it, such as demo"};
  }
  return std::nullopt;
}

}  // namespace cli
