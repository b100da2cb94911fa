#pragma once

#include "gradient/spec/spec.h"
#include "json/reader.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

/// Reading that the kinds share: metadata, names, references to Secrets. See reading.h.
namespace gradient::fields {

/// Calls `read` with a reader of the mapping `field`, when there is one.
void inside(json::ObjectReader& reader, std::string_view field,
            const std::function<void(json::ObjectReader&)>& read);

/// Labels or annotations: texts by keys, without what is null. `key_problem` says what is wrong
/// with a key, empty when nothing is. A URL with a password is a problem, too, unless it may be
/// shown.
std::map<std::string, std::string> texts(
    json::ObjectReader& reader, std::string_view field,
    const std::function<std::string(const std::string& key)>& key_problem,
    bool may_show_passwords = false);

/// Metadata, kind and the fields beside spec. `name_problem` judges metadata.name.
void read_envelope(json::ObjectReader& object, std::string_view (*name_problem)(std::string_view));

/// A name in the spec that is another object's name, of `kind`, such as "the name of a Model
/// object"; `example` is what it could be. Empty when absent.
std::string object_name(json::ObjectReader& reader, std::string_view field, std::string_view kind,
                        std::string_view example, std::size_t longest = 253);

/// Whether a field is a reference to a secret that a blank after "SECRET:" has made a mapping,
/// which becomes a problem then.
bool refuse_split_secret(json::ObjectReader& reader, std::string_view field);

/// A field that holds SECRET:NAME or SECRET:SECRET-NAME/KEY and nothing else.
std::optional<SecretKey> password(json::ObjectReader& reader, std::string_view field,
                                  std::string_view example);

/// command[]: strings, whole numbers taken as their text.
std::vector<std::string> command(json::ObjectReader& reader, std::int64_t fewest);

/// A port as number or text.
std::optional<int> port(json::ObjectReader& reader, std::string_view field);

/// A whole custom resource whose spec `read_fields` reads: the spec, or every problem.
template <class Spec>
std::variant<Spec, json::Problems> read_object(const json::Json& object,
                                               std::string_view (*name_problem)(std::string_view),
                                               Spec (*read_fields)(json::ObjectReader&)) {
  json::Report report;
  const json::Path root;
  json::ObjectReader reader(object, root, report);
  read_envelope(reader, name_problem);
  Spec spec;
  if (const auto* value = reader.require("spec")) {
    const auto path = reader.path("spec");
    json::ObjectReader spec_reader(*value, path, report);
    spec = read_fields(spec_reader);
  }
  reader.finish();
  if (report.empty()) return spec;
  return std::move(report).take();
}

}  // namespace gradient::fields
