#include "gradient/status/check_image.h"

#include "base/rfc3339.h"
#include "gradient/spec/pull_credentials.h"
#include "gradient/status/events.h"
#include "gradient/status/text.h"

#include <algorithm>
#include <array>

namespace gradient::diagnosis {
namespace {

using json::Json;

constexpr std::array<std::string_view, 17> unreachable_texts{"no such host",
                                                             "connection refused",
                                                             "i/o timeout",
                                                             "network is unreachable",
                                                             "no route to host",
                                                             "connection reset",
                                                             "deadline exceeded",
                                                             "client.timeout exceeded",
                                                             "temporary failure in name resolution",
                                                             "x509: ",
                                                             "tls: ",
                                                             "http response to https client",
                                                             "bad gateway",
                                                             "service unavailable",
                                                             "gateway time",
                                                             "internal server error",
                                                             "unexpected eof"};

constexpr std::array<std::string_view, 10> refused_texts{
    "401 unauthorized",     "403 forbidden",    "unauthorized",        "access denied",
    "authorization failed", "denied: ",         "failed to authorize", "insufficient_scope",
    "no basic auth",        "too many requests"};

constexpr std::array<std::string_view, 6> missing_texts{
    "not found", "manifest unknown",      "name unknown",
    "404",       "no match for platform", "no matching manifest"};

constexpr std::array<std::string_view, 7> pull_reasons{
    "ErrImagePull",        "ImagePullBackOff",  "ErrImageNeverPull",        "InvalidImageName",
    "RegistryUnavailable", "ImageInspectError", "SignatureValidationFailed"};

/// The runtime's own words. A back-off says them since Kubernetes 1.32 only; before that they are
/// in an event of the pod.
std::string pull_error(const ObservedPod& about, const Container& container) {
  constexpr std::string_view marker = "ErrImagePull: ";
  auto text = container.waiting_message();
  const auto at = text.find(marker);
  if (at != std::string::npos) return text.substr(at + marker.size());
  if (container.waiting_reason() != "ImagePullBackOff") return text;
  for (auto event = about.events.rbegin(); event != about.events.rend(); ++event) {
    const auto message = json::string_at(**event, {"message"});
    if (is_about(**event, container) && has(message, "failed to pull image")) {
      return message.substr(std::min(message.find(": ") + 2, message.size()));
    }
  }
  return text;
}

/// So that the name of an image is not taken for the cause.
std::string without(std::string text, const std::string& image) {
  for (auto at = text.find(image); !image.empty() && at != std::string::npos; at = text.find(image))
    text.erase(at, image.size());
  return text;
}

std::string image_field(const ObservedPod& about, const Container& container) {
  if (container.is_helper()) return "images.sync in the operator's configuration";
  if (container.role == Container::Role::App) return "spec.image";
  const auto field = about.pod_template.of_container(container.name, {"image"});
  return field.empty() ? "the image of " + container.subject : field;
}

std::string credentials_remedy(const ObservedPod& about, const Container& container) {
  if (container.is_helper()) {
    return "check images.sync and sync.pullSecret in the operator's configuration";
  }
  if (container.role == Container::Role::Foreign)
    return "name a Secret with the credentials in spec.podTemplate.spec.imagePullSecrets, and "
           "check " +
           image_field(about, container);
  if (about.spec.container_registry.empty()) {
    return "name a ContainerRegistry with the credentials in spec.containerRegistry, and check "
           "spec.image";
  }
  const auto registry = "ContainerRegistry " + about.spec.container_registry;
  if (!about.pull_servers.empty() && !pull::covers(about.pull_servers, container.image())) {
    return registry + " is for " + pull::text(about.pull_servers) + ", the image is at " +
           pull::registry_of(container.image()) +
           ": host, port and path must be those that spec.image begins with";
  }
  return "see whether user and password of " + registry +
         " are right, have not expired and may pull this image, and check spec.image";
}

/// The kubelet of a new pod may pull before it sees the pull secret, as if there were none, and
/// again some seconds later.
bool may_lack_its_secret(const ObservedPod& about) {
  constexpr int seconds_to_see_it = 30;
  if (json::elements_at(about.pod.object(), {"spec", "imagePullSecrets"}).size() == 0) return false;
  return base::seconds_between(about.pod.first_created(), about.now).value_or(seconds_to_see_it) <
         seconds_to_see_it;
}

}  // namespace

std::optional<Cause> image_not_pulled(const ObservedPod& about, const Container& container) {
  const auto reason = container.waiting_reason();
  if (std::find(pull_reasons.begin(), pull_reasons.end(), reason) == pull_reasons.end()) {
    return std::nullopt;
  }
  const auto image = container.image();
  const auto error = pull_error(about, container);
  const auto text = without(error, image);
  const auto said = (error.empty() ? "" : ": " + excerpt(error));
  const auto cause = [&](const char* name, const std::string& message) {
    return Cause{name, message, container.name};
  };
  if (reason == "InvalidImageName" || has(text, "invalid reference format")) {
    return cause("InvalidImageName", "image " + image + " is no valid image reference" + said +
                                         "; correct " + image_field(about, container));
  }
  if (reason == "RegistryUnavailable" || has_any(text, unreachable_texts)) {
    return cause("RegistryUnreachable", "the registry of image " + image + " cannot be reached" +
                                            said + "; check the host in " +
                                            image_field(about, container) +
                                            " and the network of the nodes");
  }
  if (has_any(text, refused_texts)) {
    if (may_lack_its_secret(about)) return std::nullopt;
    return cause("RegistryRefused", "the registry refused image " + image + said + "; " +
                                        credentials_remedy(about, container));
  }
  if (reason == "ErrImageNeverPull" || has_any(text, missing_texts)) {
    return cause("ImageNotFound", "there is no image " + image + said + "; check name and tag in " +
                                      image_field(about, container));
  }
  return cause("StartFailed", "image " + image + " cannot be pulled" + said);
}

}  // namespace gradient::diagnosis
