#include "cli/diff.h"

#include "base/files.h"
#include "base/process.h"
#include "cli/check.h"
#include "cli/colour.h"
#include "cli/comparable.h"
#include "cli/connection.h"
#include "cli/exit_code.h"
#include "cli/live_children.h"
#include "cli/load_settings.h"
#include "cli/offline.h"
#include "cli/operator_settings.h"
#include "gradient/render/claim.h"
#include "gradient/render/pod_template_conflicts.h"
#include "gradient/spec/access_mode_conflicts.h"
#include "gradient/spec/names.h"
#include "gradient/spec/parent.h"
#include "gradient/spec/read_dataset.h"
#include "gradient/spec/read_deployment.h"
#include "gradient/spec/read_model.h"
#include "gradient/status/condition.h"
#include "reconcile/children.h"
#include "reconcile/kinds.h"
#include "reconcile/merge_patch.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace cli {
namespace {

using json::Json;
namespace names = gradient::names;

constexpr int different = 1;  ///< the exit code, as diff's

constexpr std::array our_kinds{reconcile::gradient_deployments, reconcile::models,
                               reconcile::datasets, reconcile::registries};

const kube::Kind& our_kind(const std::string& kind) {
  return *std::find_if(our_kinds.begin(), our_kinds.end(),
                       [&](const kube::Kind& ours) { return ours.kind == kind; });
}

/// Who has a host only the operator knows: what it has said of `live`, while that asks for the
/// same.
std::optional<gradient::Blocker> host_refusal(const std::optional<Json>& live,
                                              const gradient::Exposure& exposure) {
  if (!live || json::string_at(*live, {"spec", "endpoint", "host"}) != exposure.host)
    return std::nullopt;
  const auto& said = gradient::condition(json::at(*live, {"status"}), "ReferencesResolved");
  gradient::Blocker refusal{json::string_at(said, {"reason"}), json::string_at(said, {"message"})};
  return refusal.reason == gradient::host_taken ? std::optional(std::move(refusal)) : std::nullopt;
}

/// Two folders of files, compared by the system's diff.
class Comparison {
 public:
  Comparison() {
    std::string name = (std::filesystem::temp_directory_path() / "gradient-diff-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    folder_ = name;
  }
  ~Comparison() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  /// `before` or `after` may be null: there is none.
  void add(const std::string& title, const Json& before, const Json& after) {
    write("before", before);
    write("after", after);
    const auto finished = base::run(
        {.arguments = {"diff", "-u", "--label", "live/" + title, "--label", "applied/" + title,
                       (folder_ / "before").string(), (folder_ / "after").string()},
         .environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"}});
    if (finished.exit_code > 1) throw std::runtime_error("diff failed: " + finished.errors);
    is_different_ = is_different_ || finished.exit_code == 1;
    std::cout << painted_diff(finished.output, paint_);
  }
  bool is_different() const { return is_different_; }

 private:
  void write(const char* name, const Json& object) const {
    std::ofstream(folder_ / name) << (object.is_null() ? "" : json::yaml_text(comparable(object)));
  }

  std::filesystem::path folder_;
  Paint paint_{STDOUT_FILENO};
  bool is_different_ = false;
};

/// What the files say, and of what they refer to, what the cluster has.
class World {
 public:
  World(kube::Client& client, const Inputs& inputs) : client_(client), inputs_(inputs) {
    for (const auto& input : inputs.objects)
      known_.insert({input.kind(), kube::key_of(input.object)});
  }

  Inputs with_references_of(const gradient::Parent& parent, const gradient::DeploymentSpec& spec,
                            const gradient::Settings& settings) {
    const auto needs = gradient::needs(spec, settings);
    for (const auto& name : needs.models)
      add_model({parent.ns, name});
    for (const auto& name : needs.datasets)
      add_dataset({parent.ns, name});
    for (const auto& name : needs.registries)
      fetch(reconcile::registries, {parent.ns, name});
    return inputs_;
  }

 private:
  void fetch(const kube::Kind& kind, const kube::Key& key) {
    if (!known_.insert({std::string(kind.kind), key}).second) return;
    auto found = client_.get(kind, key);
    if (!found) return;
    Input input;
    input.file = "cluster";
    input.object = *std::move(found);
    input.ours = kind.api_version == reconcile::api_version;
    inputs_.objects.push_back(std::move(input));
  }

  const Json& find(const kube::Kind& kind, const kube::Key& key) {
    fetch(kind, key);
    for (const auto& input : inputs_.objects)
      if (input.kind() == kind.kind && kube::key_of(input.object) == key) return input.object;
    static const Json none;
    return none;
  }

  void add_claim(const std::string& ns, const std::string& claim) {
    if (!claim.empty()) fetch(kube::claims, {ns, claim});
  }
  void add_dataset(const kube::Key& key) {
    add_claim(key.ns, json::string_at(find(reconcile::datasets, key), {"spec", "claimName"}));
  }
  void add_model(const kube::Key& key) {
    const auto reading = gradient::read_model(find(reconcile::models, key));
    const auto* spec = std::get_if<gradient::ModelSpec>(&reading);
    if (spec == nullptr) return;
    if (!spec->dataset.empty()) add_dataset({key.ns, spec->dataset});
    const auto& registry = spec->source.container_registry;
    if (!registry.empty()) fetch(reconcile::registries, {key.ns, registry});
    add_claim(key.ns, spec->source.claim);
  }

  kube::Client& client_;
  Inputs inputs_;
  std::set<std::pair<std::string, kube::Key>> known_;
};

class Diff {
 public:
  Diff(kube::Client& client, const gradient::Settings& settings, const Inputs& inputs)
      : client_(client), settings_(settings), inputs_(inputs), world_(client, inputs) {}

  void add(const Input& input) {
    const auto& kind = our_kind(input.kind());
    const auto key = kube::key_of(input.object);
    const auto live = client_.get(kind, key);
    const auto after = applied(kind, input.object, live);
    comparison_.add(title(kind, key), live.value_or(Json()), after);
    auto parent = gradient::parent(after);
    if (live) parent.uid = kube::uid_of(*live);
    if (kind == reconcile::gradient_deployments) add_children(input, parent, live);
    if (kind == reconcile::datasets) {
      const auto spec = std::get<gradient::DatasetSpec>(gradient::read_dataset(input.object));
      const auto present = client_.get(kube::claims, key);
      if (auto claim = gradient::render_claim(parent, spec, present)) add_child(*claim, parent);
    }
  }
  bool is_different() const { return comparison_.is_different(); }
  bool is_whole() const { return is_whole_; }

 private:
  static std::string title(const kube::Kind& kind, const kube::Key& key) {
    return std::string(kind.kind) + "/" + kube::to_string(key);
  }

  /// A patch and not a whole object: the operator may write a status meanwhile, and that is no
  /// conflict.
  Json applied(const kube::Kind& kind, const Json& wanted, const std::optional<Json>& live) {
    const auto key = kube::key_of(wanted);
    const auto what = "apply " + title(kind, key);
    if (!live) return dry_run(kube::create_request(kind, key.ns, wanted), what);
    const auto patch = reconcile::merge_patch(*live, replaced(*live, wanted));
    if (patch.is_null()) return *live;
    return dry_run(kube::merge_patch_request(kind, key, patch, names::managed_by), what);
  }

  Json dry_run(kube::Request request, const std::string& what) {
    request.query.emplace_back("dryRun", "All");
    const auto response = client_.transport().send(request, {});
    if (response.status >= 300) throw kube::api_error(response, what);
    return kube::parse_object(response.body);
  }

  void tell(const Input& input, const std::string& message) {
    is_whole_ = false;
    std::cerr << input.at({"", message}) << '\n';
  }

  void add_children(const Input& input, const gradient::Parent& parent,
                    const std::optional<Json>& live_parent) {
    const auto spec =
        std::get<gradient::DeploymentSpec>(gradient::read_deployment(input.object, settings_));
    const auto world = world_.with_references_of(parent, spec, settings_);
    auto found = Offline(world).find(parent, spec, settings_);
    found.host = host_refusal(live_parent, spec.exposure);
    auto conflicts = gradient::access_mode_conflicts(spec, found);
    if (found.blockers.empty() && conflicts.empty())
      conflicts = gradient::pod_template_conflicts(parent, spec, found, settings_);
    const std::string not_compared = "; its children are not compared";
    for (const auto& blocker : found.blockers)
      tell(input, blocker.message + ", nor has the cluster one" + not_compared);
    for (const auto& conflict : conflicts)
      tell(input, conflict.message + not_compared);
    if (!found.blockers.empty() || !conflicts.empty()) return;
    const auto live = client_.get(kube::deployments, {parent.ns, parent.name});
    if (spec.restart_on_secret_change && live)  // the operator alone can tell
      found.secrets_hash = json::string_at(
          *live, {"spec", "template", "metadata", "annotations", names::secrets_hash_annotation});
    const auto wanted = reconcile::children(parent, spec, found, settings_, live).objects;
    for (const auto& child : wanted)
      add_child(child, parent);
    add_removed(wanted, parent);
  }

  void add_child(const Json& wanted, const gradient::Parent& parent) {
    const auto& kind = reconcile::kind_of(wanted);
    const auto key = kube::key_of(wanted);
    const auto live = client_.get(kind, key);
    const auto& controller = live ? kube::controller_of(*live) : Json();
    if (!controller.is_null() && json::string_at(controller, {"uid"}) != parent.uid) {
      is_whole_ = false;
      std::cerr << title(kind, key) << " belongs to somebody else and would be left alone\n";
      return;
    }
    comparison_.add(title(kind, key), live.value_or(Json()),
                    dry_run(kube::apply_request(kind, wanted, names::managed_by, kube::Force::Yes),
                            "apply " + title(kind, key)));
  }

  /// Those of before that are not wanted any more.
  void add_removed(const std::vector<Json>& wanted, const gradient::Parent& parent) {
    const kube::Selector ours{.labels = std::string(names::deployment_label) + "=" + parent.name,
                              .fields = {}};
    for (const auto& kind : {kube::autoscalers, kube::budgets, kube::ingresses, kube::routes}) {
      const bool is_wanted = std::any_of(wanted.begin(), wanted.end(), [&](const Json& child) {
        return reconcile::kind_of(child) == kind;
      });
      if (is_wanted) continue;
      for (const auto& child : children(client_, kind, parent.ns, ours)) {
        if (json::string_at(kube::controller_of(child), {"uid"}) != parent.uid) continue;
        comparison_.add(title(kind, kube::key_of(child)), child, {});
      }
    }
  }

  kube::Client& client_;
  const gradient::Settings& settings_;
  const Inputs& inputs_;
  World world_;
  Comparison comparison_;
  bool is_whole_ = true;
};

}  // namespace

int diff(const DiffOptions& options) {
  Connection connection({.kubeconfig = options.kubeconfig,
                         .context = options.context,
                         .ns = options.ns,
                         .name = options.name});
  const auto settings = options.config.empty() ? operator_settings(connection.client())
                                               : load_settings(options.config);
  if (!settings) return Failure;
  const auto inputs = read_inputs(options.files, options.name, connection.deployment().ns);
  if (!report(inputs, *settings, options.name).is_fine) return Failure;
  Diff diff(connection.client(), *settings, inputs);
  for (const auto& input : inputs.objects)
    if (input.ours) diff.add(input);
  if (!diff.is_whole()) return Failure;
  return diff.is_different() ? different : Fine;
}

}  // namespace cli
