#pragma once

#include "json/json.h"
#include "kube/guarded.h"
#include "kube/object.h"

#include <map>
#include <string>
#include <utility>

namespace reconcile {

/// What the API server made of intents, where that is something else: an admission policy has
/// changed a value, or the server does not know the field. To write these again would change
/// nothing. Safe to share between threads; forgotten when the operator ends, which then writes them
/// once more.
class Answers {
 public:
  /// `answer` is what an apply of `wanted` gave; whether that is as intended.
  bool keep(const kube::Kind& kind, const json::Json& wanted, const json::Json& answer);

  /// Whether `live` has of `wanted` what the last answer had of it.
  bool explain(const kube::Kind& kind, const json::Json& wanted, const json::Json& live) const;

  /// All of that name.
  void forget(const kube::Key& key);

 private:
  struct Answer {
    std::string uid;  ///< of the object
    std::size_t hash;
  };
  using Name = std::pair<kube::Key, std::string_view>;  ///< with the plural of the kind

  kube::Guarded<std::map<Name, Answer>> changed_;
};

}  // namespace reconcile
