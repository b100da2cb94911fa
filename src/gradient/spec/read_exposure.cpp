#include "gradient/spec/read_exposure.h"

#include "gradient/spec/exposure_rules.h"
#include "gradient/spec/fields.h"
#include "gradient/spec/names.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient {
namespace {

constexpr std::int64_t most_ports = 10;

std::string_view host_problem(std::string_view host) {
  const bool is_right = values::is_dns_name(host) && host.find('.') != std::string_view::npos;
  return is_right ? ""
                  : "must be a DNS name of lower-case letters, digits, '-' and '.', written in "
                    "full, such as chat.apps.example.com";
}

std::string_view port_name_problem(std::string_view name) {
  if (name == names::app_port) return "is the name of the port that spec.port says; choose another";
  return values::is_port_name(name)
             ? ""
             : "must consist of at most 15 lower-case letters, digits and single '-', with a "
               "letter among them, such as grpc";
}

std::string_view protocol_problem(std::string_view protocol) {
  return values::is_qualified_name(protocol)
             ? ""
             : "must be the name of a protocol, such as http or kubernetes.io/h2c";
}

std::string read_protocol(json::ObjectReader& reader) {
  constexpr std::size_t longest = 317;  // 253 of the prefix, a slash and 63 of the name
  return reader
      .string("appProtocol",
              {.longest = longest, .example = "kubernetes.io/h2c", .check = protocol_problem})
      .value_or("");
}

/// Empty when nothing is wrong.
std::string number_problem(int number, int listening_port, const std::vector<Port>& earlier) {
  if (number == listening_port) return "is that of spec.port, which needs no entry; remove it";
  if (number == service_port)
    return "is the one at which the Service takes requests for spec.port; have the app listen at "
           "another";
  const bool is_taken = std::any_of(earlier.begin(), earlier.end(),
                                    [&](const Port& port) { return port.number == number; });
  return is_taken ? "is that of an earlier entry too; keep one of them" : "";
}

Port read_port(json::ObjectReader& reader, int listening_port, const std::vector<Port>& earlier) {
  Port port;
  port.name = reader.required_string(
      "name", {.longest = 15, .example = "grpc", .check = port_name_problem});
  if (reader.require("port", "9000") != nullptr)
    port.number = static_cast<int>(reader.integer("port", {1, 65535}).value_or(0));
  port.app_protocol = read_protocol(reader);
  const bool has_twin = std::any_of(earlier.begin(), earlier.end(),
                                    [&](const Port& other) { return other.name == port.name; });
  if (!port.name.empty() && has_twin)
    reader.problem("name", "is the name of an earlier entry too; keep one of them");
  if (port.number == 0) return port;
  if (auto why = number_problem(port.number, listening_port, earlier); !why.empty())
    reader.problem("port", std::move(why));
  return port;
}

}  // namespace

Exposure read_exposure(json::ObjectReader& reader, int listening_port) {
  Exposure exposure;
  exposure.host = reader.string("host", {.example = "chat.apps.example.com", .check = host_problem})
                      .value_or("");
  exposure.annotations = fields::texts(reader, "annotations", annotation_problem);
  exposure.app_protocol = read_protocol(reader);
  reader.elements("ports", {0, most_ports}, [&](const json::Json& value, const json::Path& path) {
    json::ObjectReader entry(value, path, reader.report());
    auto port = read_port(entry, listening_port, exposure.ports);
    entry.finish();
    exposure.ports.push_back(std::move(port));
  });
  return exposure;
}

}  // namespace gradient
