#include "gradient/spec/read_settings.h"

#include "gradient/spec/fields.h"
#include "gradient/spec/quantity.h"
#include "gradient/spec/read_endpoint.h"
#include "gradient/spec/read_helper_resources.h"
#include "gradient/spec/read_instance_types.h"
#include "gradient/spec/read_pod_template.h"
#include "gradient/spec/references.h"
#include "gradient/spec/values.h"

#include <map>

namespace gradient {
namespace {

using fields::inside;

/// An id of a user or group; a null that is written leaves it out of the pods.
void read_id(json::ObjectReader& reader, std::string_view field, std::optional<std::int64_t>& id) {
  if (reader.is_null(field)) {
    id.reset();
  } else if (const auto written = reader.integer(field, {1, 2147483647})) {
    id = written;
  }
}

/// A null that is written switches clean-up off.
void read_collect_after(json::ObjectReader& reader, std::optional<std::int64_t>& seconds) {
  constexpr std::int64_t shortest = 60;
  constexpr auto longest = std::int64_t{720} * 3600;
  if (reader.is_null("collectAfter")) {
    seconds.reset();
  } else if (const auto text = reader.string("collectAfter", {.longest = 20, .example = "10m"})) {
    seconds = values::duration_seconds(*text);
    if (seconds && *seconds >= shortest && *seconds <= longest) return;
    reader.problem("collectAfter",
                   "must be a duration from 1m to 720h, such as 10m, or null for never");
  }
}

void read_limits(json::ObjectReader& sync, ContentLimits& limits) {
  constexpr std::int64_t most_files = 1'000'000'000;
  constexpr std::int64_t deepest = 2048;  // of a path Linux allows 4096 bytes
  inside(sync, "limits", [&](json::ObjectReader& reader) {
    limits.files = reader.integer("files", {1, most_files}).value_or(limits.files);
    limits.depth = reader.integer("depth", {1, deepest}).value_or(limits.depth);
    const auto* value = reader.find("bytes");
    if (value == nullptr) return;
    const auto text =
        json::text_of(*value, reader.path("bytes"), {.example = "16Ti"}, reader.report());
    if (!text) return;
    const auto millis = values::quantity_millis(*text);
    if (millis && *millis >= 1000) {
      limits.bytes = *millis / 1000;
    } else {
      reader.problem("bytes", "must be a number of bytes from 1 to 8Pi, such as 16Ti");
    }
  });
}

/// How helpers reach servers.
void read_network(json::ObjectReader& sync, Settings& settings) {
  settings.ca_bundle = sync.string("caBundle", {.longest = 65536,
                                                .example = "-----BEGIN CERTIFICATE-----\n...",
                                                .check = values::ca_bundle_problem})
                           .value_or("");
  const auto proxy = [&](std::string_view field) {
    return sync
        .string(field, {.example = "http://proxy.example.com:3128", .check = values::proxy_problem})
        .value_or("");
  };
  settings.http_proxy = proxy("httpProxy");
  settings.https_proxy = proxy("httpsProxy");
  settings.no_proxy = sync.string("noProxy", {.longest = 4096,
                                              .example = ".svc,.cluster.local,10.0.0.0/8",
                                              .check = values::control_problem})
                          .value_or("");
  settings.allow_git_protocol = sync.boolean("allowGitProtocol").value_or(false);
  settings.allow_local_addresses = sync.boolean("allowLocalAddresses").value_or(false);
}

void read_sync(json::ObjectReader& reader, Settings& settings) {
  inside(reader, "sync", [&](json::ObjectReader& sync) {
    if (auto resources = read_helper_resources(sync, true); !resources.is_null())
      settings.sync_resources = std::move(resources);
    settings.sync_pull_secret = fields::object_name(sync, "pullSecret", "Secret", "sync-pull");
    read_id(sync, "runAsUser", settings.run_as_user);
    read_id(sync, "fsGroup", settings.fs_group);
    settings.known_hosts =
        sync.string("knownHosts",
                    {.longest = 16384,
                     .example = "git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
                     .check = values::known_hosts_problem})
            .value_or("");
    read_network(sync, settings);
    read_limits(sync, settings.limits);
    read_collect_after(sync, settings.collect_after);
  });
}

std::string_view metric_problem(std::string_view name) {
  return values::control_problem(name);
}

void read_metric_labels(json::ObjectReader& reader, MetricLabels& labels) {
  if (reader.find("labels") == nullptr) return;
  labels = {.ns = false, .name = false, .reason = false};
  const std::map<std::string, bool*> known{
      {"namespace", &labels.ns}, {"name", &labels.name}, {"reason", &labels.reason}};
  const json::Text rule{.longest = 64, .example = "namespace"};
  reader.elements("labels", {0, 3}, [&](const json::Json& value, const json::Path& path) {
    const auto label = json::text_of(value, path, rule, reader.report());
    if (!label) return;
    const auto found = known.find(*label);
    if (found == known.end()) {
      reader.report().add(path, "must be namespace, name or reason");
    } else {
      *found->second = true;
    }
  });
  if (labels.name && !labels.ns)
    reader.problem("labels", "name says nothing without namespace; add that, or remove name");
}

void read_metrics(json::ObjectReader& reader, Settings& settings) {
  inside(reader, "metrics", [&](json::ObjectReader& metrics) {
    read_metric_labels(metrics, settings.metric_labels);
    inside(metrics, "requestDuration", [&](json::ObjectReader& metric) {
      settings.request_duration_metric = metric.required_string(
          "name", {.longest = 253, .example = "request_duration_seconds", .check = metric_problem});
      const auto* selector = metric.find("selector");
      if (selector == nullptr) return;
      const auto path = metric.path("selector");
      if (!selector->is_object()) {
        metric.problem("selector", "must be a mapping of labels to values");
        return;
      }
      for (const auto& [label, value] : selector->as_object()) {
        if (!value.is_string()) metric.report().add(path.member(label), "must be a string");
      }
      settings.request_duration_selector = *selector;
    });
  });
}

void read_scalars(json::ObjectReader& reader, Settings& settings) {
  const auto security = reader.choice("podSecurity", {"baseline", "restricted"});
  if (security) settings.pod_security = static_cast<PodSecurity>(*security);
  if (const auto name = fields::object_name(reader, "secretName", "Secret", "gradient-secrets");
      !name.empty()) {
    settings.secret_name = name;
  }
  inside(reader, "secrets", [&](json::ObjectReader& secrets) {
    settings.labelled_secrets_only = secrets.choice("allow", {"all", "labelled"}) == 1U;
  });
  if (const auto domain = reader.string("clusterDomain", {.example = "cluster.local"})) {
    if (!values::is_dns_subdomain(*domain)) {
      reader.problem("clusterDomain", "must be a DNS domain, such as cluster.local");
    }
    settings.cluster_domain = *domain;
  }
  const auto placement = reader.choice("placement", {"scheduler", "spread"});
  if (placement) settings.placement = static_cast<Placement>(*placement);
  settings.allow_probe_host = reader.boolean("allowProbeHost").value_or(false);
  settings.automount_service_account_token =
      reader.boolean("automountServiceAccountToken").value_or(false);
}

}  // namespace

std::variant<Settings, json::Problems> read_settings(const json::Json& document) {
  Settings settings = default_settings();
  if (document.is_null()) return settings;
  json::Report report;
  const json::Path root;
  json::ObjectReader reader(document, root, report);
  read_instance_types(reader, settings);
  inside(reader, "images", [&](json::ObjectReader& images) {
    const auto image = images.string("sync", {.longest = 1024,
                                              .example = "registry.example.com/gradient-sync:1.0",
                                              .check = values::image_problem});
    settings.sync_image = image.value_or(settings.sync_image);
  });
  read_sync(reader, settings);
  inside(reader, "rollout", [&](json::ObjectReader& rollout) {
    constexpr std::int64_t longest_drain = 300;
    settings.spare_gpus = rollout.boolean("spareGpus").value_or(settings.spare_gpus);
    settings.default_readiness =
        rollout.boolean("defaultReadiness").value_or(settings.default_readiness);
    settings.drain_seconds =
        rollout.integer("drainSeconds", {0, longest_drain}).value_or(settings.drain_seconds);
  });
  inside(reader, "podTemplate", [&](json::ObjectReader& parts) {
    settings.pod_template_is_allowed = parts.boolean("allowed").value_or(true);
    settings.pod_template_may_set_machine = parts.boolean("maySetMachine").value_or(false);
    settings.pod_template = read_pod_template(parts);
  });
  read_metrics(reader, settings);
  read_endpoint(reader, settings);
  read_scalars(reader, settings);
  reader.finish();
  if (report.empty()) return settings;
  return std::move(report).take();
}

}  // namespace gradient
