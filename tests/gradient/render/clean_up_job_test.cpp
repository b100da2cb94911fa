#include "gradient/render/clean_up_job.h"

#include "gradient/render/render.h"
#include "gradient/spec/names.h"

#include <catch2/catch.hpp>

using namespace gradient;
using json::Json;

namespace {

Parent parent_of(const std::string& kind, const std::string& name, const std::string& uid) {
  Parent parent;
  parent.kind = kind;
  parent.ns = "team";
  parent.name = name;
  parent.uid = uid;
  return parent;
}

FoundDataset on(std::vector<AccessMode> modes) {
  FoundDataset dataset;
  dataset.claim = "files";
  dataset.access_modes = std::move(modes);
  return dataset;
}

Repository repository(const std::string& name) {
  Repository made;
  made.url = "https://git.example/" + name;
  made.name = name;
  return made;
}

const auto dataset = parent_of("Dataset", "data", "u-d");
const auto found = on({AccessMode::ReadWriteMany});

constexpr std::int64_t noon = 1769860800;

Json job(const ContentUse& known, const ContentUse& in_use, const Json* neighbour = nullptr) {
  return clean_up_job(dataset, found,
                      {.known = known, .in_use = in_use, .listed_at = noon, .neighbour = neighbour},
                      default_settings());
}

const Json& pod(const Json& workload) {
  return json::at(workload, {"spec", "template", "spec"});
}

const ContentUse known{.checkouts = {"u-1-a-old", "u-1-a-new", "u-2-a-old"},
                       .models = {"llm", "small"}};
const ContentUse in_use{.checkouts = {"u-1-a-new", "u-3-a-new"}, .models = {"llm"}};

}  // namespace

TEST_CASE("the deployment in a checkout's key is all but its last two parts") {
  const auto parent =
      parent_of("GradientDeployment", "demo", "3f5c9a52-1111-2222-3333-444455556666");
  CHECK(names::checkout_owner(names::checkout_key(parent, repository("a-b"))) == parent.uid);
}

TEST_CASE("a pod has the content that its deployment was rendered with") {
  DeploymentSpec spec;
  spec.resources.instance_type = "C4";
  spec.repositories.emplace().dataset = "data";
  spec.repositories->items = {repository("a"), repository("b")};
  spec.models = {{.id = "llm"}, {.id = "own"}};
  Found all;
  all.datasets["data"] = found;
  all.models["llm"].spec.dataset = "data";
  all.models["own"] = {};
  const auto parent = parent_of("GradientDeployment", "demo", "u-1");
  const auto children = render(parent, spec, all, default_settings()).objects;
  const auto& deployment = children.at(1);
  auto expected = content_of(parent, spec);
  REQUIRE(expected.checkouts.size() == 2);
  expected.models = {"llm"};
  CHECK(mounted_content(pod(deployment), "files") == expected);
  CHECK(mounted_content(pod(deployment), "other").empty());
}

TEST_CASE("a pod whose init containers somebody took away has what it mounts") {
  const auto spec = json::parse(R"({"volumes":[{"name":"v","persistentVolumeClaim":
      {"claimName":"files"}}],"containers":[{"name":"debug","volumeMounts":[
      {"name":"v","subPath":".gradient/checkouts/u-1-a-b/tree"},
      {"name":"v","subPath":".gradient/models/llm"},{"name":"v","mountPath":"/all"}]}]})");
  CHECK(mounted_content(spec, "files") == ContentUse{.checkouts = {"u-1-a-b"}, .models = {"llm"}});
}

TEST_CASE("a pod that others made has what it mounts, however it writes the path") {
  const auto path = GENERATE(values<const char*>({
      R"("subPath":".gradient/checkouts/u-1-a-b")",
      R"("subPath":"./.gradient//checkouts/./u-1-a-b/tree/src")",
      R"x("subPathExpr":".gradient/checkouts/u-1-a-b/$(WHERE)")x",
  }));
  const auto spec = json::parse(R"({"volumes":[{"name":"v","persistentVolumeClaim":
      {"claimName":"files"}}],"containers":[{"name":"a","volumeMounts":[{"name":"v",)" +
                                std::string(path) + "}]}]}");
  CHECK(mounted_content(spec, "files").checkouts == std::set<std::string>{"u-1-a-b"});
}

TEST_CASE("a Job may only touch known deployments and models, and keeps what is in use") {
  const auto container = pod(job(known, in_use)).at("containers").at(0);
  CHECK(
      json::text(container.at("args")) ==
      R"(["collect","--volume","/volume","--grace","3600","--listed-at","1769860800",)"
      R"("--owner","u-1","--owner","u-2","--keep","u-1-a-new","--keep","u-3-a-new","--model","small"])");
}

TEST_CASE("a Job is one small restricted pod that belongs to the Dataset and ends in time") {
  const auto rendered = job(known, in_use);
  CHECK(json::text(rendered.at("metadata")) ==
        R"({"annotations":{"gradient-operator.dev/applied":")" +
            json::string_at(rendered, {"metadata", "annotations", names::applied_annotation}) +
            R"("},"labels":{"app.kubernetes.io/managed-by":"gradient-operator",)"
            R"("gradient-operator.dev/dataset":"data"},"name":"collect-data","namespace":"team",)"
            R"("ownerReferences":[{"apiVersion":"gradient-operator.dev/v1alpha1",)"
            R"("blockOwnerDeletion":true,"controller":true,"kind":"Dataset","name":"data",)"
            R"("uid":"u-d"}]})");
  CHECK(json::integer_at(rendered, {"spec", "backoffLimit"}) == 1);
  CHECK(json::integer_at(rendered, {"spec", "ttlSecondsAfterFinished"}) > 0);
  CHECK(json::integer_at(rendered, {"spec", "activeDeadlineSeconds"}) > 0);
  const auto& spec = pod(rendered);
  CHECK(json::string_at(spec, {"restartPolicy"}) == "Never");
  CHECK(json::at(spec, {"affinity"}).is_null());
  CHECK(json::text(spec.at("securityContext")) ==
        R"({"fsGroup":65532,"fsGroupChangePolicy":"OnRootMismatch"})");
  const auto& security = spec.at("containers").at(0).at("securityContext");
  CHECK(json::integer_at(security, {"runAsUser"}) == 65532);
  CHECK(json::at(security, {"readOnlyRootFilesystem"}).as_bool());
  CHECK(json::text(spec.at("volumes").at(0)) ==
        R"({"name":"claim-files","persistentVolumeClaim":{"claimName":"files"}})");
}

TEST_CASE("a Job writes as the Dataset's own user, with the pull secret of the image") {
  auto settings = default_settings();
  settings.sync_pull_secret = "sync-pull";
  auto nfs = found;
  nfs.run_as_user = 1000;
  nfs.run_as_group = 2000;
  const auto rendered =
      clean_up_job(dataset, nfs, {.known = known, .in_use = in_use, .listed_at = noon}, settings);
  const auto& spec = pod(rendered);
  CHECK(json::integer_at(spec.at("containers").at(0), {"securityContext", "runAsUser"}) == 1000);
  CHECK(json::text(spec.at("securityContext").at("supplementalGroups")) == "[2000]");
  CHECK(json::text(spec.at("imagePullSecrets")) == R"([{"name":"sync-pull"}])");
}

TEST_CASE("a Job goes to the node that has the volume, and tolerates what the pod there does") {
  const auto neighbour = json::parse(R"({"spec":{"nodeName":"n1","tolerations":[
      {"key":"nvidia.com/gpu","operator":"Exists"}]}})");
  const auto rendered = job(known, in_use, &neighbour);
  CHECK(json::text(pod(rendered).at("affinity")) ==
        R"({"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
        R"({"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In",)"
        R"("values":["n1"]}]}]}}})");
  CHECK(json::text(pod(rendered).at("tolerations")) ==
        R"([{"key":"nvidia.com/gpu","operator":"Exists"}])");
}

TEST_CASE("after a Job what it kept is known, and what came to be known since") {
  auto now = known;
  now += {.checkouts = {"u-4-a-new"}, .models = {"new"}};
  const auto rendered = job(known, in_use);
  CHECK(left_by(rendered, now) ==
        ContentUse{.checkouts = {"u-1-a-new", "u-4-a-new"}, .models = {"llm", "new"}});
}

TEST_CASE("volumes of one pod, and those that nobody may write, are left alone") {
  const auto may = [](std::vector<AccessMode> modes) { return may_collect(on(std::move(modes))); };
  CHECK(may({AccessMode::ReadWriteMany}));
  CHECK(may({AccessMode::ReadWriteOnce}));
  CHECK_FALSE(may({AccessMode::ReadWriteOncePod}));
  CHECK_FALSE(may({AccessMode::ReadOnlyMany}));
  CHECK(is_of_one_node(on({AccessMode::ReadWriteOnce})));
  CHECK_FALSE(is_of_one_node(found));
}
