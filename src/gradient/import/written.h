#pragma once

#include "json/comments.h"
#include "json/yaml.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace gradient {

/// One spec as somebody wrote it, or the platform's own command or API printed it.
struct WrittenSpec {
  json::Document document;                 ///< the spec alone
  std::string name = {};                   ///< by what is around it; empty: none
  std::vector<std::string> left_out = {};  ///< what else is around it, by name
  std::vector<json::Comment> comments = {};
};

/// The specs in a document. That is the document, unless it is around one: a list of specs, the
/// answer to `gradient deployments get` and the like ({"name", "deploymentSpecs": [{"data"}]}, the
/// newest first, which is the one that counts), or a body of the API ({"name", "config"}). Where
/// there is no spec in what should have one, its value is null; other_format() judges every one.
std::vector<WrittenSpec> specs_in(json::Document document);

/// What a spec's `apiVersion` may be. It decides nothing, as one of them stood for different shapes
/// over time.
inline constexpr std::array<std::string_view, 4> platform_versions{"v0alpha0", "v0alpha1", "v1",
                                                                   "latest"};

/// The name that a spec has, or what is around it; empty without any, and instead of a URL with a
/// password.
std::string written_name(const WrittenSpec& spec);

/// That, as the name of a GradientDeployment; empty where nothing of it can be kept.
std::string deployment_name(const WrittenSpec& spec);

/// The fields of a spec without its envelope: `name`, `apiVersion` and `$schema`, whose parts a
/// GradientDeployment has elsewhere. What they must not be stays, for the reader to refuse.
json::Json bare_spec(const WrittenSpec& spec);

/// The specs in the documents of a file, and its comments: of each spec those in it, before it and,
/// up to the next "---", behind it.
std::vector<WrittenSpec> specs_in(std::vector<json::Document> documents, std::string_view text);

}  // namespace gradient
