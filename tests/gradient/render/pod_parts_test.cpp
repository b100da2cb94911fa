#include "gradient/render/pod_parts.h"

#include "gradient/render/helper.h"

#include <catch2/catch.hpp>

using namespace gradient;

TEST_CASE("parts are added in order, and what several bring along is there once") {
  PodParts first;
  first.env = {json::object({{"name", "A"}})};
  first.volumes = {empty_volume("tmp")};
  first.claims = {{"code", Access::ReadWrite}, {"data", Access::ReadOnly}};
  PodParts second;
  second.env = {json::object({{"name", "B"}})};
  second.volumes = {empty_volume("tmp"), empty_volume("model")};
  second.claims = {{"code", Access::ReadOnly}, {"data", Access::ReadWrite}};
  first += second;
  CHECK(json::text(json::array(first.env)) == R"([{"name":"A"},{"name":"B"}])");
  CHECK(json::text(json::array(first.volumes)) ==
        R"([{"emptyDir":{},"name":"tmp"},{"emptyDir":{},"name":"model"}])");
  CHECK(first.claims ==
        std::map<std::string, Access>{{"code", Access::ReadWrite}, {"data", Access::ReadWrite}});
}

TEST_CASE("what several parts bring along differently fails, and is not left out") {
  const auto helper = [](const std::string& name, const std::string& argument) {
    return helper_parts({.name = name, .arguments = {argument}}, default_settings());
  };
  auto parts = helper("clone-a", "a");
  parts += helper("clone-b", "b");
  CHECK_NOTHROW(parts += helper("clone-a", "a"));
  CHECK(parts.init_containers.size() == 2);
  CHECK_THROWS_WITH(parts += helper("clone-a", "b"),
                    "the pod would need two different init containers of the name clone-a");
  PodParts other;
  other.volumes = {
      json::object({{"name", "sync-tmp"}, {"emptyDir", json::object({{"medium", "Memory"}})}})};
  CHECK_THROWS_WITH(parts += other,
                    "the pod would need two different volumes of the name sync-tmp");
}

TEST_CASE("a claim that nobody writes is attached read-only") {
  PodParts parts;
  parts.claims = {{"code", Access::ReadWrite}, {"data", Access::ReadOnly}};
  CHECK(json::text(json::array(pod_volumes(parts))) ==
        R"([{"name":"claim-code","persistentVolumeClaim":{"claimName":"code"}},)"
        R"({"name":"claim-data","persistentVolumeClaim":{"claimName":"data","readOnly":true}}])");
}

TEST_CASE("paths are joined with one slash") {
  CHECK(join("/opt/repos", "code") == "/opt/repos/code");
  CHECK(join("/opt/repos/", "code") == "/opt/repos/code");
  CHECK(join("/", "code") == "/code");
}

TEST_CASE("Kubernetes gives a helper its arguments as they were meant") {
  const Helper helper{.name = "clone-a", .arguments = {"$(HOME)", "$$", "a$", "plain"}};
  const auto parts = helper_parts(helper, default_settings());
  CHECK(json::text(json::at(parts.init_containers.at(0), {"args"})) ==
        R"~(["$$(HOME)","$$$$","a$$","plain"])~");
}

TEST_CASE("the termination messages of a pod fit into what the kubelet keeps of them") {
  const auto spec = [](std::size_t repositories, std::size_t models) {
    DeploymentSpec result;
    result.repositories = Repositories{};
    result.repositories->items.resize(repositories);
    result.models.resize(models);
    return result;
  };
  CHECK(message_bytes(spec(1, 0)) == 4096);
  CHECK(message_bytes(spec(2, 0)) == 4096);
  CHECK(message_bytes(spec(2, 1)) == 3072);
  CHECK(message_bytes(spec(20, 20)) == 299);
}
