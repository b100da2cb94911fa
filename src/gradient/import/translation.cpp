#include "gradient/import/translation.h"

#include "base/ascii.h"
#include "gradient/import/layout.h"
#include "gradient/spec/characters.h"
#include "gradient/spec/names.h"
#include "gradient/spec/placeholders.h"
#include "gradient/spec/plain_secrets.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/values.h"

#include <algorithm>

namespace gradient {
namespace {

using json::Json;

/// The host of an image's registry, as docker login has it.
std::string registry_of(const std::string& image) {
  const auto slash = image.find('/');
  const auto host = slash == std::string::npos ? "" : image.substr(0, slash);
  const bool is_host = host.find_first_of(".:") != std::string::npos || host == "localhost";
  return is_host ? host : "https://index.docker.io/v1/";
}

/// Whether both say the same: as text where they are scalars, whose letter case and quotes mean
/// nothing (machines, ports).
bool is_same(const Json& left, const Json& right) {
  const auto text = [](const Json& value) {
    return base::lower(value.is_string() ? value.as_string() : json::text(value));
  };
  const bool are_scalars = !left.is_object() && !left.is_array();
  return are_scalars ? text(left) == text(right) : json::equal(left, right);
}

}  // namespace

std::string Translation::name(const Naming& naming) {
  reader_.allow({"name"});
  if (!naming.given.empty()) return naming.given;
  auto written = reader_.string("name", {.longest = 1000, .example = "my-app"});
  if (!written && reader_.find("name") != nullptr) return {};
  if (!written && values::shows_password(source_.name))
    reader_.problem("name", "around the spec must be a name, and not a URL with a password");
  if (!written && source_.name.empty()) return name_by_file(naming.of_file);
  if (!written) written = source_.name;
  auto name = drafts_.name("GradientDeployment", *written, *written, longest_deployment_name);
  if (name.empty())
    reader_.problem("name", "has no letter a-z and no digit; give a name with --name");
  if (name == *written) return name;
  remark("metadata.name",
         "Was: " + *written + ". A name in Kubernetes is a DNS label; a Service bears it.");
  return name;
}

std::string Translation::name_by_file(const std::string& name) {
  if (name.empty()) {
    reader_.problem("name", "is not there; give the deployment's name with --name");
    return {};
  }
  remark("metadata.name", "By the file: the spec has no name.");
  return drafts_.name("GradientDeployment", name, name, longest_deployment_name);
}

void Translation::carry(std::string_view field) {
  if (const auto* value = reader_.find(field)) spec_[std::string(field)] = *value;
}

void Translation::refuse_misplaced() {
  reader_.refuse("machineType", "is in the wrong place; move it to resources.machineType");
  reader_.refuse("instanceType", "is in the wrong place; move it to resources.instanceType");
  reader_.refuse("replicas", "is in the wrong place; move it to resources.replicas");
  reader_.refuse("autoscaling", "is in the wrong place; move it to resources.autoscaling");
  reader_.refuse("ports", "is in the wrong place; move it to resources.ports");
}

void Translation::leave_out() {
  reader_.allow({"$schema"});
  reader_.choice("apiVersion", {platform_versions.begin(), platform_versions.end()});
  if (!source_.left_out.empty()) {
    std::string all;
    for (const auto& name : source_.left_out)
      all += (all.empty() ? "" : ", ") + name;
    remark("", "Left out, as it stood around the spec: " + all + ".");
  }
  if (reader_.find("region") != nullptr) {
    remark("", "Left out: region. Apply the objects to the cluster that should run them.");
  }
  if (const auto* key = reader_.find("basicAuthKey")) {
    if (key->is_string() && !values::has_secret_prefix(key->as_string()))
      secrets_.add("basicAuthKey", key->as_string());
    remark("",
           "Left out: basicAuthKey. Gradient asked every caller for a password; the Service here "
           "answers whoever reaches it. Before it is reachable from outside, put an Ingress or "
           "gateway with basic authentication (user: paperspace) before it.");
  }
}

void Translation::registry() {
  const auto* written = reader_.find("containerRegistry");
  if (written == nullptr) return;
  spec_["containerRegistry"] = *written;
  if (!written->is_string()) return;
  const auto& text = written->as_string();
  const auto name = drafts_.name("ContainerRegistry", text, text);
  if (name.empty()) return;
  spec_["containerRegistry"] = Json(name);
  const auto& image = json::at(written_, {"image"});
  drafts_.need_pull_secret(name, registry_of(image.is_string() ? image.as_string() : ""));
  drafts_.add("ContainerRegistry", name, json::object({{"secretName", name}}),
              {{"", "Container registry " + text +
                        " of Gradient. Its credentials are in no spec: make the Secret, see "
                        "above."}});
}

/// The one of two names of a field that is there, as a field of `reader`.
const Json* Translation::either(json::ObjectReader& reader, std::string_view field,
                                std::string_view other) {
  const auto* first = reader.find(field);
  const auto* second = reader.find(other);
  if (first != nullptr && second != nullptr && !is_same(*first, *second)) {
    reader.problem(other, "says something else than " + std::string(field) +
                              ", its other name; keep one of the two");
  }
  return first != nullptr ? first : second;
}

void Translation::ports(json::ObjectReader& resources) {
  const auto* port = reader_.find("port");
  const auto* list = resources.find("ports");
  if (port != nullptr) spec_["port"] = *port;
  if (list == nullptr) return;
  const bool is_list = list->is_array();
  if (is_list && list->size() == 0) {
    if (port != nullptr) return;
    spec_["port"] = Json(80);
    remark("spec.port",
           "The default, as resources.ports is an empty list. Write the port that the app listens "
           "on.");
    return;
  }
  const auto& first = is_list ? list->as_array().at(0) : *list;
  if (first.is_null()) {
    resources.report().add(resources.path("ports").element(0),
                           "is empty; write a port, such as 80");
    return;
  }
  if (port != nullptr && !is_same(*port, first)) {
    resources.problem("ports", "says something else than port; keep one of the two");
    return;
  }
  spec_["port"] = first;
  if (port == nullptr) origins_["spec.port"] = is_list ? "resources.ports[0]" : "resources.ports";
  if (is_list && list->size() > 1) {
    remark("spec.port",
           "Left out: the other ports of resources.ports. The endpoint had one port; write others, "
           "each with a name, as endpoint.ports.");
  }
}

void Translation::resources() {
  const auto* written = reader_.find("resources");
  if (written == nullptr) {
    carry("port");
    return;
  }
  const auto path = reader_.path("resources");
  json::ObjectReader reader(*written, path, report_);
  ports(reader);
  auto resources = Json::object();
  for (const std::string_view field : {"replicas", "autoscaling"}) {
    if (const auto* value = reader.find(field)) resources[std::string(field)] = *value;
  }
  if (const auto* machine = either(reader, "instanceType", "machineType")) {
    resources["instanceType"] = *machine;
    if (reader.find("instanceType") == nullptr)
      origins_["spec.resources.instanceType"] = "resources.machineType";
  }
  reader.finish();
  if (written->is_object()) spec_["resources"] = resources;
}

void Translation::health_checks() {
  const auto* checks = either(reader_, "healthChecks", "healthchecks");
  if (checks == nullptr) return;
  spec_["healthChecks"] = *checks;
  if (reader_.find("healthChecks") == nullptr) origins_["spec.healthChecks"] = "healthchecks";
  for (const std::string probe : {"liveness", "readiness", "startup"}) {
    const auto& headers = json::elements_at(*checks, {probe, "headers"});
    std::size_t index = 0;
    for (const auto& header : headers) {
      const auto place = json::element_path("spec.healthChecks." + probe + ".headers", index++);
      if (values::looks_secret(json::string_at(header, {"name"}),
                               json::string_at(header, {"value"}))) {
        remark(place + ".value",
               "In plain text, as it was: a header of a health check cannot refer to a Secret.");
      }
    }
  }
}

void Translation::fields(const std::string& name) {
  const auto& image = json::at(written_, {"image"});
  if (image.is_string() && image.as_string() == ":image") {
    reader_.problem("image",
                    "is the placeholder that the deploy action fills in; write the image, such as "
                    "registry.example.com/team/app:1.4");
  }
  for (const std::string_view field : {"enabled", "image", "command"})
    carry(field);
  refuse_misplaced();
  leave_out();
  registry();
  env(name);
  models();
  repositories(name);
  integrations();
  resources();
  health_checks();
  if (!models_.empty()) spec_["models"] = json::array(models_);
  reader_.finish();
}

/// Where the input says what stands at `path` of our object.
std::string Translation::origin(const std::string& path) const {
  if (path == "metadata.name") return "--name";
  std::string best, from;
  for (const auto& [made, written] : origins_) {
    const bool begins =
        path.starts_with(made) &&
        (path.size() == made.size() || path.find_first_of(".[", made.size()) == made.size());
    if (begins && made.size() > best.size()) {
      best = made;
      from = written;
    }
  }
  if (!best.empty()) return from + path.substr(best.size());
  constexpr std::string_view spec = "spec.";
  return path.starts_with(spec) ? path.substr(spec.size()) : path;
}

void Translation::check(const std::string& name) {
  object_ = json::object({{"apiVersion", names::api_version},
                          {"kind", "GradientDeployment"},
                          {"metadata", json::object({{"name", name.empty() ? "unnamed" : name}})},
                          {"spec", spec_}});
  const auto reading = read_deployment(object_, settings_);
  if (const auto* spec = std::get_if<DeploymentSpec>(&reading)) {
    for (auto& warning : doubtful_fields(*spec, settings_))
      remarks_.push_back(std::move(warning));
    return;
  }
  for (const auto& problem : std::get<json::Problems>(reading))
    translated_.push_back({origin(problem.path), problem.message});
}

Draft Translation::draft() && {
  Layout layout(source_.document.place, [this](const std::string& path) { return origin(path); });
  layout.add("name", "metadata.name");
  object_["spec"] = layout.in_order(spec_, "spec");
  for (const auto* ports : {"resources.ports", "resources.ports[0]"})
    if (spec_.has_field("port")) layout.add(ports, "spec.port");
  for (const auto& placeholder : placeholders(written_, ""))
    remark(layout.ours(placeholder.path),
           "A placeholder in the spec (" + placeholder.path + "): write what belongs here.");
  std::vector<json::Comment> comments;
  for (const auto& comment : source_.comments) {
    if (comment.text.find("yaml-language-server:") == std::string::npos) {
      comments.push_back(comment);
    } else {
      remark("", "Left out: the comment that tells editors a schema of Gradient's.");
    }
  }
  auto notes = layout.notes(comments, secrets_);
  return {std::move(object_), std::move(remarks_), std::move(notes)};
}

json::Problems Translation::problems() {
  auto all = std::move(report_).take();
  const auto own = static_cast<std::ptrdiff_t>(all.size());
  for (auto& problem : translated_) {
    const bool is_known =
        std::any_of(all.begin(), all.begin() + own,
                    [&](const json::Problem& known) { return known.path == problem.path; });
    if (is_known) continue;
    if (all.size() > json::Report::most) break;
    if (all.size() == json::Report::most) problem = {"", "and more problems; correct these first"};
    all.push_back(std::move(problem));
  }
  return all;
}

}  // namespace gradient
