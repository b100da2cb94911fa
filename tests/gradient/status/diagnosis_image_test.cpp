#include "gradient/status/support/cluster.h"

#include <catch2/catch.hpp>

using namespace cluster;

namespace {

struct Row {
  std::string name;
  std::string reason, text;  ///< what the kubelet says of the waiting container
  std::string told;
};

constexpr const char* image = "registry.example.com/team/app:1";

}  // namespace

TEST_CASE("an image that does not come is explained by what the registry answered") {
  const auto row = GENERATE(values<Row>({
      {"a tag that does not exist", "ErrImagePull",
       "rpc error: code = NotFound desc = failed to pull and unpack image "
       "\"registry.example.com/team/app:1\": failed to resolve reference "
       "\"registry.example.com/team/app:1\": registry.example.com/team/app:1: not found",
       "False ImageNotFound: pod demo-new-1: there is no image registry.example.com/team/app:1: "
       "failed to pull and unpack image \"registry.example.com/team/app:1\": failed to resolve "
       "reference \"registry.example.com/team/app:1\": registry.example.com/team/app:1: not "
       "found; check name and tag in spec.image"},
      {"the same while the kubelet waits before it tries again", "ImagePullBackOff",
       "Back-off pulling image \"registry.example.com/team/app:1\": ErrImagePull: rpc error: code "
       "= NotFound desc = registry.example.com/team/app:1: not found",
       "False ImageNotFound: pod demo-new-1: there is no image registry.example.com/team/app:1: "
       "registry.example.com/team/app:1: not found; check name and tag in spec.image"},
      {"a repository that does not exist", "ErrImagePull", "manifest unknown: manifest unknown",
       "False ImageNotFound: pod demo-new-1: there is no image registry.example.com/team/app:1: "
       "manifest unknown: manifest unknown; check name and tag in spec.image"},
      {"an image for other machines", "ErrImagePull",
       "no match for platform in manifest: not found",
       "False ImageNotFound: pod demo-new-1: there is no image registry.example.com/team/app:1: "
       "no match for platform in manifest: not found; check name and tag in spec.image"},
      {"an image that must be on the node but is not", "ErrImageNeverPull",
       "Container image \"registry.example.com/team/app:1\" is not present with pull policy of "
       "Never",
       "False ImageNotFound: pod demo-new-1: there is no image registry.example.com/team/app:1: "
       "Container image \"registry.example.com/team/app:1\" is not present with pull policy of "
       "Never; check name and tag in spec.image"},
      {"a wrong password", "ErrImagePull",
       "failed to authorize: failed to fetch oauth token: unexpected status from GET request to "
       "https://auth.example.com/token?scope=repository%3Ateam: 401 Unauthorized",
       "False RegistryRefused: pod demo-new-1: the registry refused image "
       "registry.example.com/team/app:1: failed to authorize: failed to fetch oauth token: "
       "unexpected status from GET request to https://auth.example.com/token 401 Unauthorized; "
       "name a ContainerRegistry with the credentials in spec.containerRegistry, and check "
       "spec.image"},
      {"no password where one is needed", "ErrImagePull",
       "pull access denied, repository does not exist or may require authorization: "
       "authorization failed: no basic auth credentials",
       "False RegistryRefused: pod demo-new-1: the registry refused image "
       "registry.example.com/team/app:1: pull access denied, repository does not exist or may "
       "require authorization: authorization failed: no basic auth credentials; name a "
       "ContainerRegistry with the credentials in spec.containerRegistry, and check spec.image"},
      {"a password without the right to this repository", "ErrImagePull",
       "unexpected status from HEAD request to https://registry.example.com/v2/: 403 Forbidden",
       "False RegistryRefused: pod demo-new-1: the registry refused image "
       "registry.example.com/team/app:1: unexpected status from HEAD request to "
       "https://registry.example.com/v2/: 403 Forbidden; name a ContainerRegistry with the "
       "credentials in spec.containerRegistry, and check spec.image"},
      {"a host without an address", "ErrImagePull",
       "failed to do request: Head \"https://registry.example.com/v2/team/app/manifests/1\": dial "
       "tcp: lookup registry.example.com on 10.0.0.2:53: no such host",
       "False RegistryUnreachable: pod demo-new-1: the registry of image "
       "registry.example.com/team/app:1 cannot be reached: failed to do request: Head "
       "\"https://registry.example.com/v2/team/app/manifests/1\": dial tcp: lookup "
       "registry.example.com on 10.0.0.2:53: no such host; check the host in spec.image and the "
       "network of the nodes"},
      {"a host that does not listen", "ErrImagePull",
       "dial tcp 10.1.2.3:443: connect: connection refused",
       "False RegistryUnreachable: pod demo-new-1: the registry of image "
       "registry.example.com/team/app:1 cannot be reached: dial tcp 10.1.2.3:443: connect: "
       "connection refused; check the host in spec.image and the network of the nodes"},
      {"a certificate that the node does not trust", "ErrImagePull",
       "tls: failed to verify certificate: x509: certificate signed by unknown authority",
       "False RegistryUnreachable: pod demo-new-1: the registry of image "
       "registry.example.com/team/app:1 cannot be reached: tls: failed to verify certificate: "
       "x509: certificate signed by unknown authority; check the host in spec.image and the "
       "network of the nodes"},
      {"a reference that is none", "InvalidImageName",
       "Failed to apply default image tag \"registry.example.com/team/app:1\": couldn't parse "
       "image name: invalid reference format",
       "False InvalidImageName: pod demo-new-1: image registry.example.com/team/app:1 is no valid "
       "image reference: Failed to apply default image tag \"registry.example.com/team/app:1\": "
       "couldn't parse image name: invalid reference format; correct spec.image"},
      {"a text that nobody foresaw", "ErrImagePull", "layer is corrupt",
       "False StartFailed: pod demo-new-1: image registry.example.com/team/app:1 cannot be "
       "pulled: layer is corrupt"},
  }));
  DYNAMIC_SECTION(row.name) {
    const auto pod = Pod().app(waits(row.reason, row.text));
    CHECK(text_of(status(plain_spec(), observed({}, {pod}))) == row.told);
  }
}

TEST_CASE("a back-off without a text is explained by the event of the pull before it") {
  const auto pod = Pod().app(waits("ImagePullBackOff", "Back-off pulling image"));
  const auto pulled = event("Failed",
                            "Failed to pull image \"registry.example.com/team/app:1\": "
                            "unexpected status: 401 Unauthorized",
                            {.container = "app"});
  CHECK(text_of(status(plain_spec(), observed({}, {pod}, {pulled}))) ==
        "False RegistryRefused: pod demo-new-1: the registry refused image "
        "registry.example.com/team/app:1: unexpected status: 401 Unauthorized; name a "
        "ContainerRegistry with the credentials in spec.containerRegistry, and check spec.image");
}

TEST_CASE("where a ContainerRegistry is named, the remedy names it") {
  auto spec = plain_spec();
  spec.container_registry = "private";
  const auto world =
      observed({}, {Pod().app(waits("ErrImagePull", "unexpected status: 401 Unauthorized"))});
  const auto told_with = [&](const std::vector<std::string>& pull_servers) {
    Given given;
    given.found.pull_servers = pull_servers;
    return text_of(status_with(given, spec, world));
  };
  const std::string refused =
      "False RegistryRefused: pod demo-new-1: the registry refused image "
      "registry.example.com/team/app:1: unexpected status: 401 Unauthorized; ";
  const auto accepts = refused +
                       "see whether user and password of ContainerRegistry private are right, have "
                       "not expired and may pull this image, and check spec.image";
  CHECK(told_with({}) == accepts);
  CHECK(told_with({"other.example.com", "registry.example.com/team"}) == accepts);
  CHECK(told_with({"registry.example.com:443", "docker.io"}) ==
        refused +
            "ContainerRegistry private is for registry.example.com:443, docker.io, the image is "
            "at registry.example.com: host, port and path must be those that spec.image begins "
            "with");
}

TEST_CASE("a password counts as wrong when the kubelet has had time to see the pull secret") {
  auto spec = plain_spec();
  spec.container_registry = "private";
  const auto told = [&](const std::string& created, bool has_secret = true) {
    Json pod = Pod().created(created).app(waits("ErrImagePull", "no basic auth credentials"));
    if (has_secret) pod["spec"]["imagePullSecrets"] = json::parse(R"([{"name":"private"}])");
    return text_of(status(spec, observed({}, {pod})));
  };
  const auto* const refused = "False RegistryRefused: ";
  CHECK(told("2026-01-02T11:59:31Z") ==
        "False MinimumReplicasUnavailable: 0 of 1 replica is available; pod demo-new-1: container "
        "app waits: ErrImagePull: no basic auth credentials");
  CHECK(told("2026-01-02T11:59:30Z").starts_with(refused));
  CHECK(told("2026-01-02T11:59:31Z", false).starts_with(refused));
}

TEST_CASE("the image of a helper is the operator's configuration") {
  const auto pod = Pod()
                       .code(waits("ErrImagePull", "registry.example.com/sync:1: not found"))
                       .app(waits("PodInitializing"));
  CHECK(text_of(status(content_spec(), observed({}, {pod}))) ==
        "False ImageNotFound: pod demo-new-1: there is no image registry.example.com/sync:1: "
        "registry.example.com/sync:1: not found; check name and tag in images.sync in the "
        "operator's configuration");
}

TEST_CASE("the name of an image is not taken for the cause") {
  auto spec = plain_spec();
  Json pod = Pod().app(waits("ErrImagePull", "x/unauthorized:1: not found"));
  pod["spec"]["containers"][0]["image"] = Json("x/unauthorized:1");
  CHECK(text_of(status(spec, observed({}, {pod}))) ==
        "False ImageNotFound: pod demo-new-1: there is no image x/unauthorized:1: "
        "x/unauthorized:1: not found; check name and tag in spec.image");
}
