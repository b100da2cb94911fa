#include "gradient/render/pod_template_conflicts.h"

#include "gradient/render/deployment.h"
#include "gradient/render/pod_template.h"
#include "gradient/spec/names.h"
#include "gradient/spec/values.h"
#include "json/problem.h"

namespace gradient {
namespace {

using json::Json;

std::string claim_of(const Json& volume) {
  return json::string_at(volume, {"persistentVolumeClaim", "claimName"});
}

/// By what the API server tells ports of a container apart.
bool is_same_port(const Json& one, const Json& other) {
  return json::integer_at(one, {"containerPort"}) == json::integer_at(other, {"containerPort"}) &&
         json::string_at(one, {"protocol"}) == json::string_at(other, {"protocol"});
}

/// The pod without any podTemplate.
Json bare_pod(const Parent& parent, DeploymentSpec spec, const Found& found, Settings settings) {
  spec.pod_template = {};
  settings.pod_template = {};
  return json::at(deployment(parent, spec, found, {}, settings), {"spec", "template", "spec"});
}

class Conflicts {
 public:
  Conflicts(const Json& ours, const DeploymentSpec& spec) : ours_(ours), spec_(spec) {}

  void look_at(const PodTemplate& pod_template, const std::string& path) {
    look_at_volumes(json::elements_at(pod_template.spec, {"volumes"}), path + ".spec.volumes");
    const auto& containers = json::elements_at(pod_template.spec, {"containers"});
    for (std::size_t i = 0; i < containers.size(); ++i) {
      if (json::string_at(containers.at(i), {"name"}) != names::app_container) continue;
      const auto app = json::element_path(path + ".spec.containers", i);
      look_at_mounts(json::elements_at(containers.at(i), {"volumeMounts"}), app + ".volumeMounts");
      look_at_ports(json::elements_at(containers.at(i), {"ports"}), app + ".ports");
    }
  }

  std::vector<Blocker> take() { return std::move(conflicts_); }

 private:
  void add(const std::string& list, std::size_t index, const std::string& field,
           const std::string& why) {
    conflicts_.push_back(
        {"PodTemplateInvalid", json::element_path(list, index) + "." + field + ": " + why});
  }

  void look_at_volumes(const web::json::array& volumes, const std::string& list) {
    for (std::size_t i = 0; i < volumes.size(); ++i) {
      const auto name = json::string_at(volumes.at(i), {"name"});
      const auto claim = claim_of(volumes.at(i));
      for (const auto& ours : json::elements_at(ours_, {"volumes"})) {
        const auto our_name = json::string_at(ours, {"name"});
        if (name == our_name) {
          add(list, i, "name",
              "is the name of a volume that the operator gives the pod; choose "
              "another one");
        } else if (!claim.empty() && claim == claim_of(ours)) {
          // With two volumes of one claim the kubelet never starts the pod.
          add(list, i, "persistentVolumeClaim.claimName",
              "the pod has this claim already, as the volume " + our_name +
                  "; remove the volume and mount that one");
        }
      }
    }
  }

  /// The Service goes by the names.
  void look_at_ports(const web::json::array& ports, const std::string& list) {
    const auto& app = json::at(ours_, {"containers"}).at(0);
    for (std::size_t i = 0; i < ports.size(); ++i) {
      const auto& name = json::at(ports.at(i), {"name"});
      if (name.is_null()) continue;
      for (const auto& ours : json::elements_at(app, {"ports"})) {
        const auto our_name = json::string_at(ours, {"name"});
        const bool is_first = our_name == names::app_port;
        if (is_same_port(ports.at(i), ours)) {
          add(list, i, "name",
              std::string("the port is that of ") +
                  (is_first ? "spec.port" : "spec.endpoint.ports") + ", whose name is " + our_name +
                  "; remove the name");
        } else if (json::equal(name, Json(our_name))) {
          add(list, i, "name", "is the name of a port of spec.endpoint.ports; choose another one");
        }
      }
    }
  }

  void look_at_mounts(const web::json::array& mounts, const std::string& list) {
    const auto& app = json::at(ours_, {"containers"}).at(0);
    for (std::size_t i = 0; i < mounts.size(); ++i) {
      const auto path = values::normal_path(json::string_at(mounts.at(i), {"mountPath"}));
      // What the runtime makes of any other path may hide what the operator mounts: it resolves the
      // path, and goes by the number of its parts when it mounts one after the other.
      if (!path.starts_with('/') || !values::has_no_dots(path)) {
        add(list, i, "mountPath",
            "must be an absolute path without . and .. as a part; write it out, such as /opt/data");
        continue;
      }
      for (const auto& ours : json::elements_at(app, {"volumeMounts"})) {
        const auto our_path = json::string_at(ours, {"mountPath"});
        // Beside the checkouts is room for mounts: their folder is the pod's own.
        const bool is_folder = spec_.repositories && our_path == spec_.repositories->mount_path;
        if (path == our_path || (!is_folder && values::is_below(path, our_path))) {
          add(list, i, "mountPath",
              "is at or below " + our_path +
                  ", where the operator mounts content; choose a path outside of it");
          break;
        }
      }
    }
  }

  const Json& ours_;
  const DeploymentSpec& spec_;
  std::vector<Blocker> conflicts_;
};

}  // namespace

std::vector<Blocker> pod_template_conflicts(const Parent& parent, const DeploymentSpec& spec,
                                            const Found& found, const Settings& settings) {
  if (!has_pod_template(spec, settings)) return {};
  const auto ours = bare_pod(parent, spec, found, settings);
  Conflicts conflicts(ours, spec);
  conflicts.look_at(settings.pod_template, "podTemplate of the operator's configuration");
  conflicts.look_at(spec.pod_template, "spec.podTemplate");
  return conflicts.take();
}

}  // namespace gradient
