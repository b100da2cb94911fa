#include "reconcile/ownership.h"

#include <catch2/catch.hpp>

namespace {

using json::Json;

constexpr const char* us =
    R"({"manager":"us","operation":"Apply","apiVersion":"apps/v1",
        "fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:a":{}}}}}})";

Json entry(const std::string& fields, const std::string& more = "") {
  return json::parse(R"({"manager":"kubectl-edit","operation":"Update","apiVersion":"apps/v1")" +
                     more + R"(,"fieldsV1":)" + fields + "}");
}

/// What becomes of the managedFields; "" when nothing is transferred.
std::string transferred(const Json& theirs) {
  const auto owners = reconcile::transfer_edits(json::array({json::parse(us), theirs}), "us");
  return owners ? json::text(owners->managed_fields) : "";
}

}  // namespace

TEST_CASE("what was edited in the spec becomes ours, and its editor's entry goes") {
  CHECK(transferred(entry(R"({"f:spec":{"f:paused":{},"f:template":{"f:spec":{"f:b":{}}}}})")) ==
        R"([{"apiVersion":"apps/v1","fieldsV1":{"f:spec":{"f:paused":{},"f:template":{"f:spec":)"
        R"({"f:a":{},"f:b":{}}}}},"manager":"us","operation":"Apply"}])");
}

TEST_CASE("metadata, replicas and a restart stay their editor's") {
  const std::string restart = R"("f:template":{"f:metadata":{"f:annotations":{"f:at":{}}}})";
  const auto owners = json::parse(transferred(
      entry(R"({"f:metadata":{"f:labels":{}},"f:spec":{"f:paused":{},"f:replicas":{},)" + restart +
            "}}")));
  CHECK(json::text(owners.at(1).at("fieldsV1")) ==
        R"({"f:metadata":{"f:labels":{}},"f:spec":{"f:replicas":{},)" + restart + "}}");
  CHECK(json::text(owners.at(0).at("fieldsV1").at("f:spec")) ==
        R"({"f:paused":{},"f:template":{"f:spec":{"f:a":{}}}})");
  CHECK(transferred(entry(R"({"f:spec":{)" + restart + "}}")).empty());
  CHECK(transferred(entry(R"({"f:metadata":{"f:labels":{}}})")).empty());
}

TEST_CASE("what is set through a subresource, applied or of another version is left alone") {
  const auto* const paused = R"({"f:spec":{"f:paused":{}}})";
  CHECK_FALSE(transferred(entry(paused)).empty());
  CHECK(transferred(entry(paused, R"(,"subresource":"scale")")).empty());
  auto applied = entry(paused);
  applied["operation"] = Json("Apply");
  CHECK(transferred(applied).empty());
  auto other_version = entry(paused);
  other_version["apiVersion"] = Json("apps/v1beta1");
  CHECK(transferred(other_version).empty());
  auto by_webhook = entry(paused);  // changes of admission count as their request's manager's
  by_webhook["manager"] = Json("us");
  CHECK(transferred(by_webhook).empty());
}

TEST_CASE("without an entry of ours there is nothing to take it into") {
  const auto edit = entry(R"({"f:spec":{"f:paused":{}}})");
  CHECK_FALSE(reconcile::transfer_edits(json::array({edit}), "us"));
  CHECK_FALSE(reconcile::transfer_edits(Json(), "us"));
}

namespace {

/// What an entry of others has left, and whose what is; "" when nothing is transferred.
struct Rivals {
  std::string ours, theirs, editors;
};
/// `live` with what "platform" has applied.
Json applied(const std::string& fields, const std::string& live = "{}") {
  auto theirs = entry(fields);
  theirs["operation"] = Json("Apply");
  theirs["manager"] = Json("platform");
  auto object = json::parse(live);
  object["metadata"] = json::object({{"managedFields", json::array({json::parse(us), theirs})}});
  return object;
}
Rivals rivals(const std::string& wanted, const std::string& fields,
              const std::string& live = "{}") {
  const auto owners = reconcile::transfer_rivals(applied(fields, live), "us", json::parse(wanted));
  if (!owners) return {};
  const auto& entries = owners->managed_fields;
  return {
      .ours = json::text(entries.at(0).at("fieldsV1").at("f:spec").at("f:template").at("f:spec")),
      .theirs = entries.size() > 1 ? json::text(entries.at(1).at("fieldsV1")) : "none",
      .editors = owners->editors};
}

std::string in_pod(const std::string& fields) {
  return R"({"f:spec":{"f:template":{"f:spec":)" + fields + "}}}";
}

}  // namespace

TEST_CASE("another handler, value or source beside ours becomes ours, and nothing else") {
  const std::string wanted = R"({"spec":{"template":{"spec":{
      "containers":[{"name":"app","lifecycle":{"preStop":{"sleep":{"seconds":5}}},
                     "env":[{"name":"A","valueFrom":{"secretKeyRef":{}}}]}],
      "volumes":[{"name":"data","emptyDir":{}}]}}}})";
  const auto all = rivals(wanted, in_pod(R"({"f:containers":{"k:{\"name\":\"app\"}":{".":{},
      "f:env":{"k:{\"name\":\"A\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},"f:name":{},
      "f:lifecycle":{"f:preStop":{"f:exec":{"f:command":{}}}}}},
      "f:volumes":{"k:{\"name\":\"data\"}":{".":{},"f:hostPath":{"f:path":{}},"f:name":{}}}})"));
  CHECK(all.editors ==
        "platform (spec.template.spec.containers[app].env[A].value, "
        "spec.template.spec.containers[app].lifecycle.preStop.exec, "
        "spec.template.spec.volumes[data].hostPath)");
  CHECK(all.ours ==
        R"({"f:a":{},"f:containers":{"k:{\"name\":\"app\"}":{"f:env":{"k:{\"name\":\"A\"}":)"
        R"({"f:value":{}}},"f:lifecycle":{"f:preStop":{"f:exec":{"f:command":{}}}}}},)"
        R"("f:volumes":{"k:{\"name\":\"data\"}":{"f:hostPath":{"f:path":{}}}}})");
  CHECK(all.theirs ==
        in_pod(R"({"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:env":{"k:{\"name\":\"A\"}":)"
               R"({".":{},"f:name":{}}},"f:image":{},"f:name":{}}},)"
               R"("f:volumes":{"k:{\"name\":\"data\"}":{".":{},"f:name":{}}}})"));
  CHECK(rivals(R"({"spec":{"template":{"spec":{"containers":[
        {"name":"app","readinessProbe":{"httpGet":{}}}]}}}})",
               in_pod(R"({"f:containers":{"k:{\"name\":\"app\"}":{"f:readinessProbe":
        {"f:tcpSocket":{"f:port":{}}}}}})"))
            .theirs == "none");
}

TEST_CASE("a port or a container with a name of ours becomes ours as a whole") {
  const auto in_spec = [](const std::string& pod) {
    return R"({"spec":{"template":{"spec":)" + pod + "}}}";
  };
  const std::string ports = R"({"f:containers":{"k:{\"name\":\"app\"}":{"f:ports":{
      "k:{\"containerPort\":9,\"protocol\":\"UDP\"}":{".":{},"f:containerPort":{},"f:name":{}},
      "k:{\"containerPort\":8,\"protocol\":\"TCP\"}":{".":{},"f:name":{}},
      "k:{\"containerPort\":7,\"protocol\":\"TCP\"}":{".":{},"f:hostPort":{}}}}}})";
  const auto live = in_spec(R"({"containers":[{"name":"app","ports":[
      {"containerPort":7,"protocol":"TCP"},{"containerPort":8,"protocol":"TCP","name":"other"},
      {"containerPort":9,"protocol":"UDP","name":"web"}]}]})");
  const auto named = rivals(in_spec(R"({"containers":[{"name":"app","ports":[
      {"containerPort":7,"protocol":"TCP","name":"web"}]}]})"),
                            in_pod(ports), live);
  CHECK(named.editors == "platform (spec.template.spec.containers[app].ports[9/UDP])");
  CHECK(named.ours == R"({"f:a":{},"f:containers":{"k:{\"name\":\"app\"}":{"f:ports":)"
                      R"({"k:{\"containerPort\":9,\"protocol\":\"UDP\"}":)"
                      R"({".":{},"f:containerPort":{},"f:name":{}}}}}})");

  const std::string of_service = R"({"f:spec":{"f:ports":{
      "k:{\"port\":81,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}}}})";
  CHECK(rivals(R"({"spec":{"ports":[{"port":80,"protocol":"TCP","name":"http"}]}})", of_service,
               R"({"spec":{"ports":[{"port":81,"protocol":"TCP","name":"http"}]}})")
            .editors == "platform (spec.ports[81/TCP])");

  const std::string container = R"({"k:{\"name\":\"proxy\"}":{".":{},"f:image":{},"f:name":{}}})";
  CHECK(rivals(in_spec(R"({"containers":[{"name":"proxy"}]})"),
               in_pod(R"({"f:initContainers":)" + container + "}"),
               in_spec(R"({"initContainers":[{"name":"proxy"}]})"))
            .editors == "platform (spec.template.spec.initContainers[proxy])");
  CHECK(rivals(in_spec(R"({"initContainers":[{"name":"proxy"}],"containers":[{"name":"app"}]})"),
               in_pod(R"({"f:containers":)" + container + "}"),
               in_spec(R"({"containers":[{"name":"app"},{"name":"proxy"}]})"))
            .editors == "platform (spec.template.spec.containers[proxy])");
}

TEST_CASE("whoever has applied what a refusal is about is named with the field") {
  const std::string wanted =
      R"({"spec":{"template":{"spec":{"containers":[{"name":"app","image":"a",
          "volumeMounts":[{"mountPath":"/a","name":"ours"}]}]}}}})";
  const auto live = applied(in_pod(R"({"f:nodeSelector":{"f:zone":{}},
      "f:containers":{"k:{\"name\":\"app\"}":{"f:image":{},
      "f:resources":{"f:requests":{"f:memory":{}}},
      "f:volumeMounts":{"k:{\"mountPath\":\"/x\"}":{".":{},"f:mountPath":{},"f:name":{}}}}}})"),
                            R"({"spec":{"template":{"spec":{"nodeSelector":{"zone":"a b"},
      "containers":[{"name":"app","image":"a","resources":{"requests":{"memory":"8Gi"}},
      "volumeMounts":[{"mountPath":"/a","name":"ours"},{"mountPath":"/x","name":"data"}]}]}}}})");
  const auto owners = [&](const std::string& refusal) {
    return reconcile::owners_of_refused(live, "us", json::parse(wanted),
                                        R"(Deployment.apps "spec.x" is invalid: )" + refusal);
  };
  const std::string of_app = "spec.template.spec.containers[0]";
  const std::string mount = "platform (spec.template.spec.containers[app].volumeMounts[/x])";
  CHECK(owners(of_app + R"(.volumeMounts[1].name: Not found: "data")") == mount);
  CHECK(owners("[" + of_app + R"(.image: Required value, )" + of_app +
               R"(.volumeMounts[1].name: Not found: "data"])") == mount);
  CHECK(owners(of_app + ".volumeMounts[1].subPath: Forbidden: no").empty());
  CHECK(owners(of_app + ".volumeMounts[1].mountPath: Forbidden: no") == mount);
  CHECK(owners(of_app + R"(.volumeMounts[0].name: Not found: "ours")").empty());
  CHECK(owners(of_app + R"(.resources.requests: Invalid value: "8Gi": must be less than or equal )"
                        R"(to memory limit of 4Gi)") ==
        "platform (spec.template.spec.containers[app].resources)");
  CHECK(owners(R"(spec.template.spec.nodeSelector[zone]: Invalid value: "a b": a valid label)") ==
        "platform (spec.template.spec.nodeSelector)");
  CHECK(owners(R"(spec.template.spec.containers[0].image: Invalid value: "a": no)").empty());
  CHECK(owners("spec.selector: Invalid value: field is immutable").empty());
  CHECK(owners("no field at all").empty());
}

TEST_CASE("what can stand beside ours stays with whoever applied it") {
  const auto* const probe = R"({"f:containers":{"k:{\"name\":\"app\"}":{"f:readinessProbe":
      {"f:httpGet":{"f:port":{}},"f:timeoutSeconds":{}}}}})";
  for (const char* container :
       {R"({"name":"app","readinessProbe":{"httpGet":{"port":1}}})",  // the same one
        R"({"name":"app","readinessProbe":{"periodSeconds":1}})",     // none of ours
        R"({"name":"app","image":"a"})", R"({"name":"other","readinessProbe":{"exec":{}}})"}) {
    INFO(container);
    CHECK(
        rivals(R"({"spec":{"template":{"spec":{"containers":[)" + std::string(container) + "]}}}}",
               in_pod(probe))
            .editors.empty());
  }
}
