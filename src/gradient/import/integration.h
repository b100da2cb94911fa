#pragma once

#include "json/reader.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gradient {

/// An entry of `integrations` as what our Model says. Fields of later versions of the spec; what
/// was not written is empty.
struct Integration {
  std::string name;
  json::Json source;        ///< of the Model, without secretName; null when the entry is refused
  std::string path;         ///< where the app sees the files
  bool was_placed = false;  ///< the entry says the path
  std::string volume;       ///< name of a volume, which is no Model's source but a claim
  json::Problems remarks;   ///< about the Model

  /// Keys of the Model's Secret, and what Gradient had there; may be a value in plain text, which
  /// no message may show.
  std::vector<std::pair<std::string, std::string>> credentials;
  std::map<std::string, std::string> origins;  ///< field of the source -> field of the entry
};

Integration read_integration(json::ObjectReader& entry);

/// The source of a model that only Gradient's registry had: a URL that nobody can have.
json::Json unknown_source(const std::string& id);
/// What to do about an unknown source.
json::Problems about_unknown_source(const std::string& id);

}  // namespace gradient
