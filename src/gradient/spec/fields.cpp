#include "gradient/spec/fields.h"

#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/values.h"

namespace gradient::fields {
namespace {

constexpr std::size_t longest_argument = 32768;

std::string_view namespace_problem(std::string_view name) {
  return values::is_dns_label(name)
             ? ""
             : "must be a DNS label of at most 63 lower-case letters, digits and '-', such as "
               "default";
}

}  // namespace

void inside(json::ObjectReader& reader, std::string_view field,
            const std::function<void(json::ObjectReader&)>& read) {
  const auto* value = reader.find(field);
  if (value == nullptr) return;
  const auto path = reader.path(field);
  json::ObjectReader inner(*value, path, reader.report());
  read(inner);
  inner.finish();
}

std::map<std::string, std::string> texts(
    json::ObjectReader& reader, std::string_view field,
    const std::function<std::string(const std::string& key)>& key_problem,
    bool may_show_passwords) {
  std::map<std::string, std::string> read;
  const auto* texts = reader.find(field);
  if (texts == nullptr) return read;
  const auto path = reader.path(field);
  if (!texts->is_object()) {
    reader.problem(field, "must be a mapping, not " + std::string(json::type_name(*texts)));
    return read;
  }
  for (const auto& [key, value] : texts->as_object()) {
    const auto at = path.member(key);
    if (value.is_null()) continue;
    if (auto problem = key_problem(key); !problem.empty()) {
      reader.report().add(at, std::move(problem));
    } else if (!value.is_string()) {
      reader.report().add(at, "must be a string, not " + std::string(json::type_name(value)) +
                                  "; put it in quotes");
    } else if (!may_show_passwords && values::shows_password(value.as_string())) {
      reader.report().add(at, "has a URL with a password in plain text; remove it");
    } else {
      read[key] = value.as_string();
    }
  }
  return read;
}

void read_envelope(json::ObjectReader& object, std::string_view (*name_problem)(std::string_view)) {
  object.allow({"apiVersion", "kind", "spec", "status"});
  const auto* value = object.find("metadata");
  if (value == nullptr) return;
  const auto path = object.path("metadata");
  json::ObjectReader metadata(*value, path, object.report());
  metadata.allow({"generateName", "uid", "resourceVersion", "generation", "creationTimestamp",
                  "deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences",
                  "finalizers", "managedFields", "selfLink"});
  metadata.string("name", {.longest = 253, .check = name_problem});
  metadata.string("namespace", {.longest = 253, .example = "default", .check = namespace_problem});
  const auto any_key = [](const std::string&) { return std::string(); };
  // What kubectl applied last is in an annotation, also where it was refused.
  texts(metadata, "labels", any_key, true);
  texts(metadata, "annotations", any_key, true);
  metadata.finish();
}

std::string object_name(json::ObjectReader& reader, std::string_view field, std::string_view kind,
                        std::string_view example, std::size_t longest) {
  const auto name = reader.string(field, {.longest = longest, .example = example});
  if (!name) return "";
  if (values::is_dns_subdomain(*name)) return *name;
  reader.problem(field, "must be the name of a " + std::string(kind) +
                            " (lower-case letters, digits, '-' and '.'), such as " +
                            std::string(example));
  return "";
}

bool refuse_split_secret(json::ObjectReader& reader, std::string_view field) {
  const auto* value = reader.find(field);
  if (value == nullptr || !value->is_object() || value->size() != 1) return false;
  if (!values::has_secret_prefix(value->as_object().begin()->first + ":")) return false;
  reader.problem(field,
                 "is a mapping, as YAML makes one of a blank behind \"SECRET:\"; write SECRET:NAME "
                 "without the blank");
  return true;
}

std::optional<SecretKey> password(json::ObjectReader& reader, std::string_view field,
                                  std::string_view example) {
  if (refuse_split_secret(reader, field)) return std::nullopt;
  const auto text = reader.string(field, {.longest = 512, .example = example});
  if (!text) return std::nullopt;
  auto reference = values::secret_key(*text);
  if (!reference) {
    reader.problem(field, "must be a reference such as " + std::string(example) +
                              " or SECRET:SECRET-NAME/KEY; put the value into that Secret and "
                              "nowhere else");
  }
  return reference;
}

std::vector<std::string> command(json::ObjectReader& reader, std::int64_t fewest) {
  std::vector<std::string> arguments;
  const json::Text rule{.longest = longest_argument, .may_be_empty = true};
  reader.elements("command", {fewest, 256}, [&](const json::Json& value, const json::Path& path) {
    auto argument = json::text_of(value, path, rule, reader.report());
    if (!argument) return;
    if (values::shows_password(*argument)) {
      reader.report().add(path,
                          "has a URL with a password in plain text; put the password into a "
                          "Secret, name it in env (SECRET:NAME) and write $(VARIABLE) here");
    }
    arguments.push_back(std::move(*argument));
  });
  return arguments;
}

std::optional<int> port(json::ObjectReader& reader, std::string_view field) {
  const auto* value = reader.find(field);
  if (value == nullptr) return std::nullopt;
  const auto number = json::integer_of(*value, reader.path(field), {1, 65535}, reader.report());
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

}  // namespace gradient::fields
