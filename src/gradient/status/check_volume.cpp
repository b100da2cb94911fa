#include "gradient/status/check_volume.h"

#include "gradient/status/events.h"
#include "gradient/status/text.h"

#include <array>

namespace gradient::diagnosis {
namespace {

using json::Json;

/// The last such event while it is the last word: once a container has run or an image is being
/// pulled, all volumes are there.
const Json* trouble(const ObservedPod& about, std::initializer_list<std::string_view> reasons) {
  if (!about.pod.is_scheduled() || about.pod.has_begun()) return nullptr;
  const auto* event = last(about, reasons);
  const auto* success = last(about, {"Pulling", "Pulled", "Created", "Started"});
  if (event == nullptr || (success != nullptr && seen(*success) >= seen(*event))) return nullptr;
  return event;
}

std::string message_of(const Json& event) {
  return json::string_at(event, {"message"});
}

/// The word after the last `before`, without what ends it.
std::string word_after(const std::string& text, std::string_view before) {
  const auto at = text.rfind(before);
  if (at == std::string::npos) return {};
  const auto begin = at + before.size();
  return text.substr(begin, text.find_first_of(" ,;\"", begin) - begin);
}

const Json& volume(const Pod& pod, const std::string& name) {
  return json::element_with(json::at(pod.object(), {"spec", "volumes"}), "name", name);
}

/// The Secret that is to give a volume this key: its own, or one of several projected into it.
std::string secret_of(const Json& volume, const std::string& key) {
  for (const auto& source : json::elements_at(volume, {"projected", "sources"})) {
    for (const auto& item : json::elements_at(source, {"secret", "items"})) {
      if (json::string_at(item, {"key"}) == key) return json::string_at(source, {"secret", "name"});
    }
  }
  return json::string_at(volume, {"secret", "secretName"});
}

}  // namespace

std::optional<Cause> volume_without_secret(const ObservedPod& about) {
  constexpr std::string_view missing_key = "references non-existent secret key: ";
  const auto* event = trouble(about, {"FailedMount"});
  if (event == nullptr) return std::nullopt;
  const auto text = message_of(*event);
  const auto& where = about.parent.ns;
  if (has(text, missing_key)) {
    const auto key = word_after(text, missing_key);
    const auto secret = secret_of(volume(about.pod, in_quotes(text)), key);
    return Cause{"SecretKeyNotFound",
                 "Secret " + secret + " in namespace " + where + " has no key " + key + "; add it",
                 "secret"};
  }
  if (has(text, "secret \"") && has(text, "not found")) {
    const auto secret = word_after(text, "secret \"");
    return Cause{"SecretNotFound",
                 "there is no Secret " + secret + " in namespace " + where + "; create it",
                 "secret"};
  }
  return std::nullopt;
}

std::optional<Cause> volume_not_attached(const ObservedPod& about) {
  const auto* event = trouble(about, {"FailedAttachVolume"});
  const auto* success = last(about, {"SuccessfulAttachVolume"});
  if (event == nullptr || (success != nullptr && seen(*success) >= seen(*event))) {
    return std::nullopt;
  }
  const auto text = message_of(*event);
  const std::string remedy = has(text, "multi-attach")
                                 ? "; a volume that one node at a time may use is still in use: "
                                   "wait for the other pod to end, or use a Dataset with "
                                   "ReadWriteMany"
                                 : "";
  return Cause{"VolumeNotAttached",
               "a volume cannot be attached to node " +
                   json::string_at(about.pod.object(), {"spec", "nodeName"}) + ": " +
                   excerpt(text) + remedy,
               "volume"};
}

std::optional<Cause> volume_not_mounted(const ObservedPod& about) {
  const auto* event = trouble(about, {"FailedMount", "FailedMapVolume", "VolumeResizeFailed"});
  if (event == nullptr) return std::nullopt;
  const auto text = message_of(*event);
  const auto field = about.pod_template.of_element("volumes", "name", in_quotes(text));
  return Cause{"VolumeNotMounted",
               "a volume cannot be mounted on node " +
                   json::string_at(about.pod.object(), {"spec", "nodeName"}) + ": " +
                   excerpt(text) + (field.empty() ? "" : "; check " + field),
               "volume"};
}

std::optional<Cause> no_sandbox(const ObservedPod& about) {
  const auto* event = trouble(about, {"FailedCreatePodSandBox"});
  if (event == nullptr) return std::nullopt;
  return Cause{"StartFailed", excerpt(message_of(*event)), "sandbox"};
}

}  // namespace gradient::diagnosis
