#pragma once

#include "gradient/import/comment_secrets.h"
#include "gradient/import/drafts.h"
#include "gradient/import/integration.h"
#include "gradient/import/written.h"
#include "gradient/spec/settings.h"
#include "json/reader.h"

#include <map>

namespace gradient {

/// Where a deployment's name comes from when the spec has none, in this order of precedence.
struct Naming {
  std::string given = {};    ///< before the spec's own, too
  std::string of_file = {};  ///< see name_of_file()
  std::string where = {};    ///< "FILE:LINE" of the spec, for messages about another one
};

/// One spec on its way to the drafts.
class Translation {
 public:
  /// All of them must outlive the translation.
  Translation(const WrittenSpec& source, const Settings& settings, Drafts& drafts)
      : source_(source), settings_(settings), drafts_(drafts) {}
  Translation(const Translation&) = delete;  // its parts refer to each other
  Translation& operator=(const Translation&) = delete;

  /// The deployment's name; empty after a problem.
  std::string name(const Naming& naming);
  void fields(const std::string& name);
  /// Judges what came out by our own reader, and says its problems in terms of the input.
  void check(const std::string& name);

  /// Ours and, in terms of the input, those of the reader. Moves them out.
  json::Problems problems();
  /// What came out, laid out as the source is. Only after check() without problems.
  Draft draft() &&;

 private:
  std::string name_by_file(const std::string& name);
  void refuse_misplaced();
  void leave_out();
  void registry();
  void env(const std::string& name);
  void models();
  void repositories(const std::string& name);
  void integrations();
  /// `entry` as it is written, at `from` of the spec.
  void add_integration(const Integration& integration, const json::Json& entry,
                       const std::string& from);
  void resources();
  void health_checks();

  void carry(std::string_view field);
  const json::Json* either(json::ObjectReader& reader, std::string_view field,
                           std::string_view other);
  void ports(json::ObjectReader& resources);
  void mount(const std::string& model, const std::string& path, const std::string& from);
  std::string own_secret(const std::string& key, const std::string& name, const std::string& why);
  void note_reference(const json::Json& value, const std::string& where);
  void remark(std::string path, std::string message) {
    remarks_.push_back({std::move(path), std::move(message)});
  }
  std::string origin(const std::string& path) const;
  void refuse_name(const std::string& entry) {
    translated_.push_back({entry + ".name", "must have a letter a-z or a digit, such as llm"});
  }

  const WrittenSpec& source_;
  const json::Json& written_ = source_.document.value;
  const Settings& settings_;
  Drafts& drafts_;
  json::Report report_;
  json::Path root_;
  json::ObjectReader reader_{written_, root_, report_};
  json::Json spec_ = json::Json::object();
  json::Json object_;
  std::vector<json::Json> models_;
  json::Problems remarks_;
  json::Problems translated_;
  CommentSecrets secrets_;
  std::map<std::string, std::string> origins_;  ///< path in an object of ours -> path written
};

}  // namespace gradient
