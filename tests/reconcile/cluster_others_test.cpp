// Beside field managers that write into the operator's children, on a real API server and
// controller manager (KUBECONFIG).

#include "gradient/status/condition.h"
#include "reconcile/running.h"

#include <catch2/catch.hpp>

using live::Cluster;

namespace {

constexpr const char* plain =
    R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"}}})";

std::string message(Cluster& cluster) {
  const auto object = cluster.seen().gradient_deployments.find(cluster.key("demo"));
  if (!object) return {};
  return json::string_at(gradient::condition(json::at(*object, {"status"}), "Ready"), {"message"});
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void await_event(Cluster& cluster, const std::string& part) {
  cluster.await("an event with " + part, [&] {
    const auto events = cluster.client().list(kube::events, cluster.ns(), {});
    return std::any_of(events.begin(), events.end(), [&](const json::Json& event) {
      return json::string_at(event, {"reason"}) == "DriftCorrected" &&
             has(json::string_at(event, {"message"}), "platform (" + part + ")");
    });
  });
}

}  // namespace

TEST_CASE("what others apply with a name of our next change is removed, and told") {
  Cluster cluster;
  {
    const live::Running before(cluster);
    cluster.apply(reconcile::gradient_deployments, "demo", plain);
    cluster.await("status", [&] { return !cluster.why("demo").empty(); });
    cluster.apply(kube::deployments, "demo", R"({"spec":{"template":{"spec":{
        "initContainers":[{"name":"proxy","image":"example.com/theirs:1"}],
        "containers":[{"name":"app","ports":[
          {"containerPort":9100,"protocol":"TCP","name":"metrics"},
          {"containerPort":9200,"protocol":"TCP","name":"theirs"}]}]}}}})",
                  "platform");
    cluster.apply(kube::services, "demo",
                  R"({"spec":{"ports":[{"port":9100,"protocol":"TCP","name":"metrics"}]}})",
                  "platform");
  }
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:2","resources":{"instanceType":"C4"},
                    "endpoint":{"ports":[{"name":"metrics","port":9090}]},
                    "podTemplate":{"spec":{"containers":[
                      {"name":"proxy","image":"example.com/ours:1"}]}}}})");
  const auto pod = [&] {
    const auto live = *cluster.client().get(kube::deployments, cluster.key("demo"));
    return json::at(live, {"spec", "template", "spec"});
  };
  cluster.await("the change", [&] {
    return json::string_at(json::elements_at(pod(), {"containers"}).at(0), {"image"}) ==
           "example.com/app:2";
  });
  const auto changed = pod();
  CHECK(json::at(changed, {"initContainers"}).is_null());
  const auto& ports = json::at(json::elements_at(changed, {"containers"}).at(0), {"ports"});
  CHECK(json::integer_at(json::element_with(ports, "name", "metrics"), {"containerPort"}) == 9090);
  CHECK(json::integer_at(json::element_with(ports, "name", "theirs"), {"containerPort"}) == 9200);
  const auto service = *cluster.client().get(kube::services, cluster.key("demo"));
  CHECK(
      json::integer_at(json::element_with(json::at(service, {"spec", "ports"}), "name", "metrics"),
                       {"port"}) == 9090);
  await_event(cluster,
              "spec.template.spec.containers[app].ports[9100/TCP], "
              "spec.template.spec.initContainers[proxy]");
  await_event(cluster, "spec.ports[9100/TCP]");
}

TEST_CASE("what others take over or edit is put back, and told with the field to use") {
  Cluster cluster;
  const auto messages = [&] {
    std::string all;
    for (const auto& event : cluster.client().list(kube::events, cluster.ns(), {}))
      if (json::string_at(event, {"reason"}) == "DriftCorrected")
        all += json::string_at(event, {"message"}) + "\n";
    return all;
  };
  const auto app = [&] {
    const auto live = *cluster.client().get(kube::deployments, cluster.key("demo"));
    return json::elements_at(live, {"spec", "template", "spec", "containers"}).at(0);
  };
  const auto await_our_image = [&] {
    cluster.await("our image",
                  [&] { return json::string_at(app(), {"image"}) == "example.com/app:1"; });
  };
  const auto child = "Deployment " + cluster.ns() + "/demo";
  {
    const live::Running running(cluster);
    cluster.apply(reconcile::gradient_deployments, "demo", plain);
    cluster.await("status", [&] { return !cluster.why("demo").empty(); });
    cluster.apply(kube::deployments, "demo", R"({"spec":{"template":{"spec":{"containers":[
        {"name":"app","image":"example.com/theirs:1","tty":true}]}}}})",
                  "platform");
    cluster.await("the event", [&] {
      return has(messages(), "what platform changed in " + child +
                                 " is reverted: spec.template.spec.containers[app].image; change "
                                 "spec.image of GradientDeployment demo instead");
    });
    await_our_image();
    CHECK(json::at(app(), {"tty"}) == json::Json(true));  // which is beside ours
    CHECK_FALSE(has(messages(), "tty"));

    cluster.client().merge_patch(kube::services, cluster.key("demo"),
                                 json::parse(R"({"spec":{"ports":[{"name":"http","port":80,
                                     "targetPort":"http"},{"name":"more","port":81}]}})"),
                                 "kubectl-edit");
    cluster.await("the other event", [&] {
      return has(messages(), "what kubectl-edit changed in Service " + cluster.ns() +
                                 "/demo is reverted: spec.ports[81/TCP]; change "
                                 "spec.endpoint.ports of GradientDeployment demo instead");
    });
    cluster.client().merge_patch(
        kube::deployments, cluster.key("demo"),
        json::parse(R"({"spec":{"progressDeadlineSeconds":1,"template":{"spec":{
            "terminationGracePeriodSeconds":1,"containers":[{"name":"app",
            "image":"example.com/edited:1"}]}}}})"),
        "kubectl-patch");
    cluster.await("the last event", [&] { return has(messages(), "what kubectl-patch changed"); });
    await_our_image();
    const auto told = messages();
    CHECK(has(told, "what kubectl-patch changed in " + child +
                        " is reverted: spec.progressDeadlineSeconds, "
                        "spec.template.spec.containers[app].image, "
                        "spec.template.spec.terminationGracePeriodSeconds; change spec.image, "
                        "spec.podTemplate.spec.terminationGracePeriodSeconds of "
                        "GradientDeployment demo instead"));
    CHECK(has(told, "what somebody removed from " + child + " is back: "));
  }
  const auto before = messages();
  const live::Running again(cluster);
  cluster.apply(reconcile::gradient_deployments, "later", plain);  // is looked at after it
  cluster.await("a later deployment", [&] { return !cluster.why("later").empty(); });
  CHECK(messages() == before);
}

TEST_CASE("a refusal of what others have applied names them and the field") {
  Cluster cluster;
  const live::Running running(cluster);
  cluster.apply(reconcile::gradient_deployments, "demo",
                R"({"spec":{"image":"example.com/app:1","resources":{"instanceType":"C4"},
                    "podTemplate":{"spec":{"volumes":[{"name":"extra","emptyDir":{}}]}}}})");
  cluster.await("status", [&] { return !cluster.why("demo").empty(); });
  cluster.apply(kube::deployments, "demo", R"({"spec":{"template":{"spec":{"containers":[
      {"name":"app","volumeMounts":[{"mountPath":"/extra","name":"extra"}]}]}}}})",
                "platform");
  cluster.apply(reconcile::gradient_deployments, "demo", plain);  // without the volume
  cluster.await("the refusal", [&] { return cluster.why("demo") == "AdmissionRefused"; });
  CHECK(has(message(cluster),
            "it may be what platform (spec.template.spec.containers[app].volumeMounts[/extra]) has "
            "applied"));
}

TEST_CASE("a restart of the child by kubectl costs the operator no request") {
  Cluster cluster;
  std::atomic<int> reads = 0;
  const std::string path = "/apis/apps/v1/namespaces/" + cluster.ns() + "/deployments/demo";
  const live::Running running(cluster, {.before = [&](const kube::Request& request) {
                                if (request.method == kube::Method::Get && request.path == path)
                                  ++reads;
                              }});
  cluster.apply(reconcile::gradient_deployments, "demo", plain);
  cluster.await("status", [&] { return !cluster.why("demo").empty(); });
  cluster.client().merge_patch(
      kube::deployments, cluster.key("demo"),
      json::parse(R"({"spec":{"template":{"metadata":{"annotations":{"restartedAt":"now"}}}}})"),
      "kubectl-rollout");
  const auto look = [&](const std::string& name, const std::string& why) {
    cluster.apply(reconcile::gradient_deployments, name,
                  R"({"metadata":{"annotations":{"looked-at":")" + why + R"("}},)" +
                      std::string(plain).substr(1));
  };
  look("demo", "again");
  look("later", "after it");  // is looked at after the other
  cluster.await("a later deployment", [&] { return !cluster.why("later").empty(); });
  CHECK(reads == 0);
}
