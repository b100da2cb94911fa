#include "gradient/spec/read_registry.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/reading.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

namespace gradient {
namespace {

std::string_view name_problem(std::string_view name) {
  return values::is_dns_subdomain(name) && name.size() <= 248
             ? ""
             : "must have at most 248 characters, lower-case letters, digits, '-' and '.': the "
               "Secret made of it is called <name>-pull";
}

RegistrySpec read_fields(json::ObjectReader& reader) {
  RegistrySpec spec;
  spec.secret_name = fields::object_name(reader, "secretName", "Secret", "dockerhub");
  spec.server = reader
                    .string("server", {.longest = 512,
                                       .example = "registry.example.com:5000",
                                       .check = values::registry_server_problem})
                    .value_or("");
  spec.username =
      reader
          .string("username",
                  {.longest = 256, .example = "build-bot", .check = values::username_problem})
          .value_or("");
  spec.password =
      fields::password(reader, "password", "SECRET:REGISTRY_PASSWORD").value_or(SecretKey());
  int written = 0;
  for (const std::string_view field : {"server", "username", "password"})
    written += reader.find(field) != nullptr ? 1 : 0;
  const bool existing = reader.find("secretName") != nullptr;
  reader.finish();
  if (existing && written > 0) {
    reader.problem_here(
        "has secretName and server, username or password; write secretName alone, "
        "or remove it and write the other three");
  } else if (!existing && written < 3) {
    reader.problem_here(
        "needs server, username and password (SECRET:...) together, or secretName "
        "alone; add what is missing");
  }
  return spec;
}

}  // namespace

Reading<RegistrySpec> read_registry(const json::Json& object) {
  return fields::read_object<RegistrySpec>(object, name_problem, read_fields);
}

}  // namespace gradient
