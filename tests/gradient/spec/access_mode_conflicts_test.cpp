#include "gradient/spec/access_mode_conflicts.h"

#include "gradient/spec/documents.h"
#include "gradient/spec/read_deployment.h"

#include <catch2/catch.hpp>

using gradient::AccessMode;
using gradient::Blocker;
using gradient::Found;
using Misfits = std::vector<Blocker>;

namespace {

gradient::DeploymentSpec spec(std::string_view more) {
  return std::get<gradient::DeploymentSpec>(gradient::read_deployment(documents::deployment(more)));
}

gradient::DeploymentSpec scaled(const std::string& resources, const std::string& more) {
  return std::get<gradient::DeploymentSpec>(gradient::read_deployment(documents::resource(
      "GradientDeployment",
      "image: app\nresources: {instanceType: C4, " + resources + "}\n" + more)));
}

const std::string repositories =
    "repositories: {dataset: code, repositories: [{url: 'https://h/r', name: r}]}\n";
const std::string models = "models: [{id: plain, path: /p}, {id: kept, path: /k}]\n";

/// Both models, of which `kept` is on the Dataset cache; both claims have these modes.
Found found(const std::vector<AccessMode>& modes) {
  Found found;
  found.datasets["code"] = {
      .claim = "code", .access_modes = modes, .run_as_user = {}, .run_as_group = {}};
  found.datasets["cache"] = {
      .claim = "cache", .access_modes = modes, .run_as_user = {}, .run_as_group = {}};
  found.models["plain"] = {};
  found.models["kept"].spec.dataset = "cache";
  return found;
}

}  // namespace

TEST_CASE("a machine that the configuration does not have is a problem, in any letter case") {
  const auto settings = gradient::default_settings();
  const auto with = [](const std::string& machine) {
    return documents::resource("GradientDeployment",
                               "{image: app, resources: {instanceType: " + machine + "}}");
  };
  CHECK(documents::problems(gradient::read_deployment(with("c4"), settings)).empty());
  const auto problems = documents::problems(gradient::read_deployment(with("C11"), settings));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0] == "spec.resources.instanceType: there is no machine \"C11\" here; there are " +
                           settings.instance_type_names());
}

TEST_CASE("a health check's host is a problem where the configuration does not allow it") {
  const auto object = documents::deployment(
      "healthChecks: {liveness: {path: /}, readiness: {path: /, host: h.example.com}}");
  auto settings = gradient::default_settings();
  CHECK(documents::problems(gradient::read_deployment(object, settings)) ==
        std::vector<std::string>{
            "spec.healthChecks.readiness.host: has the kubelet ask another address than the "
            "replica's, which Pod Security baseline refuses since Kubernetes 1.34; remove it and "
            "write a Host header into headers, or have allowProbeHost set in the operator's "
            "configuration"});
  settings.allow_probe_host = true;
  CHECK(documents::problems(gradient::read_deployment(object, settings)).empty());
}

TEST_CASE("a git:// URL is a problem where the configuration does not allow it") {
  const auto object = documents::deployment(
      "repositories: {dataset: code, repositories: [{url: 'git://h/r', name: r}]}");
  gradient::Settings settings = gradient::default_settings();
  CHECK(documents::problems(gradient::read_deployment(object, settings)) ==
        std::vector<std::string>{
            "spec.repositories.repositories[0].url: is a git:// URL, whose content anybody on the "
            "way can change; write an https URL, or have sync.allowGitProtocol set in the "
            "operator's configuration"});
  settings.allow_git_protocol = true;
  CHECK(documents::problems(gradient::read_deployment(object, settings)).empty());
}

TEST_CASE("nothing is cloned or synchronised into a claim that nobody may write") {
  CHECK(
      gradient::access_mode_conflicts(spec(repositories + models),
                                      found({AccessMode::ReadOnlyMany})) ==
      Misfits{{"DatasetNotWritable",
               "spec.repositories.dataset: the claim of Dataset code is ReadOnlyMany, but "
               "repositories are cloned into it; use a Dataset whose access modes allow writing"},
              {"DatasetNotWritable",
               "spec.models[1].id: the files of Model kept are kept on Dataset cache, whose claim "
               "is ReadOnlyMany; name a Dataset in the Model whose access modes allow writing, or "
               "none"}});
  CHECK(
      gradient::access_mode_conflicts(spec(repositories + models),
                                      found({AccessMode::ReadOnlyMany, AccessMode::ReadWriteOnce}))
          .empty());
  CHECK(gradient::access_mode_conflicts(spec(repositories + models), found({})).empty());
  CHECK(gradient::access_mode_conflicts(spec("models: [{id: plain}]"),
                                        found({AccessMode::ReadOnlyMany}))
            .empty());
}

TEST_CASE("a model that is mounted from its claim may be read-only") {
  auto world = found({});
  world.models["plain"].spec.source.scheme = gradient::ModelSource::Scheme::Claim;
  world.models["plain"].claim_access_modes = {AccessMode::ReadOnlyMany};
  CHECK(gradient::access_mode_conflicts(spec(models), world).empty());
}

TEST_CASE("a claim for one pod serves one replica") {
  auto world = found({AccessMode::ReadWriteOncePod});
  world.datasets.erase("cache");
  world.models.clear();
  world.models["plain"].spec.source.claim = "files";
  world.models["plain"].claim_access_modes = {AccessMode::ReadWriteOncePod};
  const Misfits both{
      {"DatasetNotShareable",
       "spec.resources.replicas: the claim of Dataset code is ReadWriteOncePod, so one pod at most "
       "can use it; ask for 1 replica or use a Dataset with ReadWriteMany"},
      {"DatasetNotShareable",
       "spec.resources.replicas: the claim files of Model plain is ReadWriteOncePod, so one pod at "
       "most can use it; ask for 1 replica or use a claim with ReadWriteMany"}};
  const auto text = repositories + "models: [{id: plain}]\n";
  CHECK(gradient::access_mode_conflicts(scaled("replicas: 2", text), world) == both);
  CHECK(
      gradient::access_mode_conflicts(
          scaled("replicas: 1, autoscaling: {maxReplicas: 3, metrics: [{metric: cpu, value: 50}]}",
                 text),
          world) == both);
  CHECK(gradient::access_mode_conflicts(scaled("replicas: 1", text), world).empty());
  CHECK(gradient::access_mode_conflicts(scaled("replicas: 2", text + "enabled: false\n"), world)
            .empty());
}
