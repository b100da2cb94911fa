#pragma once

#include "json/commented.h"
#include "json/json.h"
#include "json/problem.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gradient {

inline constexpr std::size_t longest_deployment_name = 50;

/// Lower-case letters, digits and '-' of `text`, beginning with a letter, at most `longest`: a name
/// that every kind takes. Empty when nothing of `text` can be kept.
std::string label(std::string_view text, std::size_t longest);

/// An object of ours, what a person must know about places of it, and what was written there.
struct Draft {
  json::Json object;
  json::Problems remarks = {};
  std::vector<json::Note> notes = {};
};

/// The objects that specs become, and the Secrets that somebody has to make. Several specs share
/// what they name alike.
class Drafts {
 public:
  /// The object name of `identity`, which is what makes two things of a kind the same one: like
  /// `wanted`, in lower-case letters, digits and '-', at most `longest`, and unique in the kind.
  /// Empty when nothing of `wanted` can be kept.
  std::string name(const std::string& kind, const std::string& identity, std::string_view wanted,
                   std::size_t longest = 63);

  /// Adds an object; one that is there already is left as it is.
  void add(const std::string& kind, const std::string& name, const json::Json& spec,
           json::Problems remarks, std::vector<json::Note> notes = {});

  /// A Dataset that one more deployment uses, with several replicas or one; `written` says what it
  /// was: "dataset ds1".
  void use_dataset(const std::string& name, const std::string& written, bool several_replicas);

  void need_secret(const std::string& secret, const std::string& key, const std::string& why);
  /// Credentials for pulling from `server`.
  void need_pull_secret(const std::string& secret, const std::string& server);

  /// Comments that say which Secrets to make, and the objects as YAML, those first that others
  /// name.
  std::string text() const;

 private:
  struct Dataset {
    std::string written;
    bool shared = false;
  };

  std::string secrets() const;
  std::vector<Draft> all() const;

  std::map<std::pair<std::string, std::string>, std::string> names_;  ///< by kind and identity
  std::set<std::pair<std::string, std::string>> taken_;               ///< kind and name
  std::map<std::string, std::vector<Draft>> drafts_;                  ///< by kind
  std::map<std::string, Dataset> datasets_;
  std::map<std::string, std::map<std::string, std::string>> secrets_;  ///< why, by key
  std::map<std::string, std::string> pull_secrets_;                    ///< the server
};

}  // namespace gradient
