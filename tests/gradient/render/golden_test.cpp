#include "gradient/render/golden.h"

#include "base/base64.h"
#include "base/hash.h"
#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/names.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace names = gradient::names;
using json::Json;

namespace {

/// Runs `check` on the objects of every folder, in a section of its own.
void for_each_folder(
    const std::function<void(const golden::Input&, const std::vector<Json>&)>& check) {
  const auto folders = golden::folders();
  REQUIRE(folders.size() > 20);
  for (const auto& folder : folders) {
    DYNAMIC_SECTION(folder.filename().string()) {
      const auto input = golden::read(folder);
      check(input, golden::rendered(input));
    }
  }
}

const Json& pod(const Json& deployment) {
  return json::at(deployment, {"spec", "template", "spec"});
}

/// Whether a volume has a token for the API server.
bool has_token(const Json& volume) {
  const auto& sources = json::elements_at(volume, {"projected", "sources"});
  return std::any_of(sources.begin(), sources.end(),
                     [](const Json& source) { return source.has_field("serviceAccountToken"); });
}

/// Calls `visit` with every object and list in `value`, and the name it is known by.
void walk(const Json& value, const std::string& name,
          const std::function<void(const Json&, const std::string&)>& visit) {
  visit(value, name);
  if (value.is_object()) {
    for (const auto& [member, inner] : value.as_object())
      walk(inner, member, visit);
  }
  if (value.is_array()) {
    for (const auto& element : value.as_array())
      walk(element, name, visit);
  }
}

std::size_t position(const std::vector<Json>& objects, const std::string& kind) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Json& object) {
    return json::string_at(object, {"kind"}) == kind;
  });
  return static_cast<std::size_t>(found - objects.begin());
}

}  // namespace

TEST_CASE("what is rendered is what the golden folder expects") {
  for (const auto& folder : golden::folders()) {
    DYNAMIC_SECTION(folder.filename().string()) {
      golden::check(folder, golden::rendered(golden::read(folder)));
    }
  }
}

TEST_CASE("rendering twice gives the same bytes") {
  for_each_folder([](const golden::Input& input, const std::vector<Json>& objects) {
    const auto again = golden::rendered(input);
    REQUIRE(again.size() == objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i)
      CHECK(json::text(again[i]) == json::text(objects[i]));
  });
}

TEST_CASE("every object is labelled, in the parent's namespace and hashed without its hash") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (auto object : objects) {
      CHECK(json::string_at(object, {"metadata", "namespace"}) == "team-a");
      CHECK(json::string_at(object, {"metadata", "labels", "app.kubernetes.io/managed-by"}) ==
            "gradient-operator");
      const auto hash =
          json::string_at(object, {"metadata", "annotations", names::applied_annotation});
      auto& annotations = object["metadata"]["annotations"];
      annotations.erase(names::applied_annotation);
      if (annotations.size() == 0) object["metadata"].erase("annotations");
      CHECK(base::short_hash(json::text(object)) == hash);
    }
  });
}

TEST_CASE("every child of a deployment has it as controller, and its label") {
  for_each_folder([](const golden::Input& input, const std::vector<Json>& objects) {
    for (auto i = input.claims_and_secrets.size(); i < objects.size(); ++i) {
      const auto& owners = json::elements_at(objects[i], {"metadata", "ownerReferences"});
      REQUIRE(owners.size() == 1);
      const auto& owner = owners.at(0);
      CHECK(json::string_at(owner, {"kind"}) == "GradientDeployment");
      CHECK(json::at(owner, {"controller"}).as_bool());
      CHECK(json::at(owner, {"blockOwnerDeletion"}).as_bool());
      const auto name = json::string_at(objects[i], {"metadata", "name"});
      CHECK(json::string_at(owner, {"name"}) == name);
      CHECK(json::string_at(objects[i], {"metadata", "labels", names::deployment_label}) == name);
    }
  });
}

TEST_CASE("names of containers and volumes fit and differ, and mounts refer to volumes") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      std::set<std::string> volumes;
      for (const auto& volume : json::elements_at(pod(object), {"volumes"})) {
        const auto name = json::string_at(volume, {"name"});
        CHECK(name.size() <= 63);
        CHECK(volumes.insert(name).second);
      }
      std::set<std::string> containers;
      for (const char* list : {"initContainers", "containers"}) {
        for (const auto& container : json::elements_at(pod(object), {list})) {
          const auto name = json::string_at(container, {"name"});
          CHECK(name.size() <= 63);
          CHECK(containers.insert(name).second);
          std::set<std::string> paths;
          for (const auto& mount : json::elements_at(container, {"volumeMounts"})) {
            CHECK(volumes.contains(json::string_at(mount, {"name"})));
            CHECK(paths.insert(json::string_at(mount, {"mountPath"})).second);
          }
        }
      }
    }
  });
}

TEST_CASE("nothing but the mask of .gradient is mounted on a folder of a claim") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      for (const auto& container : json::elements_at(pod(object), {"containers"})) {
        const auto& mounts = json::elements_at(container, {"volumeMounts"});
        for (const auto& outer : mounts) {
          if (!json::string_at(outer, {"name"}).starts_with("claim-")) continue;
          const auto folder = json::string_at(outer, {"mountPath"}) + "/";
          for (const auto& inner : mounts) {
            const auto path = json::string_at(inner, {"mountPath"});
            if (!path.starts_with(folder)) continue;
            CHECK(path == folder + ".gradient");
            CHECK(json::string_at(inner, {"name"}) == "mask");
          }
        }
      }
    }
  });
}

TEST_CASE("the whole of a writable dataset is seen by no app without the mask") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      for (const auto& container : json::elements_at(pod(object), {"containers"})) {
        std::set<std::string> paths;
        for (const auto& mount : json::elements_at(container, {"volumeMounts"}))
          paths.insert(json::string_at(mount, {"mountPath"}));
        for (const auto& mount : json::elements_at(container, {"volumeMounts"})) {
          if (mount.has_field("subPath") || mount.has_field("readOnly")) continue;
          if (!json::string_at(mount, {"name"}).starts_with("claim-")) continue;
          CHECK(paths.contains(json::string_at(mount, {"mountPath"}) + "/.gradient"));
        }
      }
    }
  });
}

TEST_CASE("a Deployment bears the version of the rules that rendered it, and its pods do not") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      if (json::string_at(object, {"kind"}) != "Deployment") continue;
      CHECK(json::string_at(object,
                            {"metadata", "annotations", names::rendering_rules_annotation}) == "1");
      CHECK(json::text(json::at(object, {"spec"})).find("rendering-rules") == std::string::npos);
    }
  });
}

TEST_CASE("a claim is one volume of the pod, however often it is mounted") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      std::set<std::string> claims;
      for (const auto& volume : json::elements_at(pod(object), {"volumes"})) {
        const auto claim = json::string_at(volume, {"persistentVolumeClaim", "claimName"});
        CHECK((claim.empty() || claims.insert(claim).second));
      }
    }
  });
}

TEST_CASE("a credential is mounted in one helper, those of hosts in all clones, none in the app") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      std::set<std::string> app_mounts;
      for (const auto& container : json::elements_at(pod(object), {"containers"})) {
        for (const auto& mount : json::elements_at(container, {"volumeMounts"}))
          app_mounts.insert(json::string_at(mount, {"name"}));
      }
      std::map<std::string, int> uses;
      int clones = 0;
      for (const auto& container : json::elements_at(pod(object), {"initContainers"})) {
        clones += json::string_at(container, {"name"}).starts_with("clone-") ? 1 : 0;
        for (const auto& mount : json::elements_at(container, {"volumeMounts"}))
          ++uses[json::string_at(mount, {"name"})];
      }
      for (const auto& volume : json::elements_at(pod(object), {"volumes"})) {
        if (!volume.has_field("secret") && !volume.has_field("projected")) continue;
        if (has_token(volume)) continue;
        const auto name = json::string_at(volume, {"name"});
        CHECK(uses[name] == (name == "host-credentials" ? clones : 1));
        CHECK(app_mounts.count(name) == 0);
      }
    }
  });
}

TEST_CASE("the service account's token is the app's alone, and only where it is configured") {
  for_each_folder([](const golden::Input& input, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      if (json::string_at(object, {"kind"}) != "Deployment") continue;
      CHECK_FALSE(json::at(pod(object), {"automountServiceAccountToken"}).as_bool());
      std::set<std::string> tokens;
      for (const auto& volume : json::elements_at(pod(object), {"volumes"})) {
        if (has_token(volume)) tokens.insert(json::string_at(volume, {"name"}));
      }
      CHECK((tokens.empty() || input.settings.automount_service_account_token));
      for (const auto& container : json::elements_at(pod(object), {"initContainers"})) {
        for (const auto& mount : json::elements_at(container, {"volumeMounts"}))
          CHECK_FALSE(tokens.contains(json::string_at(mount, {"name"})));
      }
      std::size_t at_its_place = 0;
      for (const auto& mount :
           json::elements_at(json::at(pod(object), {"containers"}).at(0), {"volumeMounts"}))
        at_its_place += json::string_at(mount, {"mountPath"}) ==
                        "/var/run/secrets/kubernetes.io/serviceaccount";
      CHECK(at_its_place == (input.settings.automount_service_account_token ? 1 : 0));
    }
  });
}

TEST_CASE("helpers satisfy the restricted Pod Security Standard") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      for (const auto& container : json::elements_at(pod(object), {"initContainers"})) {
        if (!gradient::is_helper(container)) continue;
        const auto& context = json::at(container, {"securityContext"});
        CHECK_FALSE(json::at(context, {"allowPrivilegeEscalation"}).as_bool());
        CHECK(json::at(context, {"readOnlyRootFilesystem"}).as_bool());
        CHECK(json::at(context, {"runAsNonRoot"}).as_bool());
        CHECK(json::integer_at(context, {"runAsUser"}, 1) > 0);
        CHECK(json::text(json::at(context, {"capabilities"})) == R"({"drop":["ALL"]})");
        CHECK(json::string_at(context, {"seccompProfile", "type"}) == "RuntimeDefault");
      }
    }
  });
}

TEST_CASE("a password is in the pull secret alone") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    const auto encoded = base::base64_encode(golden::password);
    for (const auto& object : objects) {
      const auto text = json::text(object);
      CHECK(text.find(golden::password) == std::string::npos);
      if (json::string_at(object, {"kind"}) == "Secret") continue;
      CHECK(text.find(encoded) == std::string::npos);
    }
  });
}

TEST_CASE("what the API server would drop or add is not left to it") {
  for_each_folder([](const golden::Input&, const std::vector<Json>& objects) {
    for (const auto& object : objects) {
      walk(object, "", [](const Json& value, const std::string& name) {
        INFO(name << ": " << json::text(value));
        CHECK_FALSE(value.is_null());
        if (value.is_array()) CHECK(value.size() > 0);
        if (value.is_object() && name != "emptyDir") CHECK(value.size() > 0);
        if (value.is_string() && name == "value") CHECK_FALSE(value.as_string().empty());
        if (name == "initialDelaySeconds") CHECK(value.as_integer() > 0);
        if (name == "ports" && value.is_object()) CHECK(value.has_field("protocol"));
      });
    }
  });
}

TEST_CASE("claims and secrets come before what uses them, the Service before the Deployment") {
  for_each_folder([](const golden::Input& input, const std::vector<Json>& objects) {
    if (input.deployments.empty()) return;
    const auto deployment = position(objects, "Deployment");
    CHECK(deployment < objects.size());
    CHECK(position(objects, "Service") < deployment);
    CHECK(input.claims_and_secrets.size() < deployment);
    for (const char* kind : {"HorizontalPodAutoscaler", "PodDisruptionBudget"})
      CHECK(position(objects, kind) > deployment);
  });
}

TEST_CASE("a disruption budget keeps no pod on its node that is not ready") {
  std::size_t budgets = 0;
  for (const auto& folder : golden::folders()) {
    for (const auto& object : golden::rendered(golden::read(folder))) {
      if (json::string_at(object, {"kind"}) != "PodDisruptionBudget") continue;
      ++budgets;
      CHECK(json::string_at(object, {"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow");
    }
  }
  CHECK(budgets > 0);
}

TEST_CASE("an app has thirty seconds to end after the time in which it still gets requests") {
  for_each_folder([](const golden::Input& input, const std::vector<Json>& objects) {
    const auto drain = input.settings.drain_seconds;
    for (const auto& object : objects) {
      if (json::string_at(object, {"kind"}) != "Deployment") continue;
      const auto& app = json::at(pod(object), {"containers"}).at(0);
      CHECK(json::integer_at(app, {"lifecycle", "preStop", "sleep", "seconds"}, 0) == drain);
      CHECK(json::integer_at(pod(object), {"terminationGracePeriodSeconds"}, 30) == 30 + drain);
      CHECK(app.has_field("lifecycle") == (drain > 0));
      for (const auto& container : json::elements_at(pod(object), {"initContainers"}))
        CHECK_FALSE(container.has_field("lifecycle"));
    }
  });
}
