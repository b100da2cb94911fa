#include "docs/page.h"

#include <catch2/catch.hpp>

namespace {

using Names = std::set<std::string>;

/// Words in capitals, between the same folders' quotes, that are no reasons of ours: of
/// Kubernetes, its runtimes, servers and signals.
const Names& words_of_others() {
  static const Names words{
      // kinds, and types and values of conditions
      "AWS", "Accepted", "Available", "Bound", "Complete", "ContainerRegistry", "ContainersReady",
      "ContentSynced", "Dataset", "Failed", "False", "GradientDeployment", "Lost", "Model",
      "Pending", "PodScheduled", "Progressing", "ReadWriteMany", "Reconciling",
      "ReferencesResolved", "ReplicaFailure", "ReplicaSet", "ResolvedRefs", "ScalingActive",
      "Secret", "SpecValid", "Stalled", "Succeeded", "True", "Unknown",
      // what kubelet, scheduler and controllers say
      "Conflict", "ContainerCannotRun", "ContainerCreating", "ContainerStatusUnknown",
      "CreateContainerConfigError", "CreateContainerError", "Created", "ErrImageNeverPull",
      "ErrImagePull", "FailedAttachVolume", "FailedCreate", "FailedCreatePodSandBox",
      "FailedMapVolume", "FailedMount", "FailedPostStartHook", "FailedScheduling",
      "ImageInspectError", "ImagePullBackOff", "Killing", "OOMKilled", "PodInitializing",
      "PostStartHookError", "PreStartHookError", "Pulled", "Pulling", "ReadinessGatesNotReady",
      "RegistryUnavailable", "RunContainerError", "ScalingDisabled", "SignatureValidationFailed",
      "StartError", "Started", "SuccessfulAttachVolume", "Unhealthy", "VolumeResizeFailed",
      // what servers and programs say
      "AccessDenied", "AuthorizationHeaderMalformed", "DefaultAzureCredential",
      "InvalidAccessKeyId", "InvalidBucketName", "NoSuchBucket", "NoSuchKey",
      "SignatureDoesNotMatch", "SlowDown",
      // fields, units, variables, signals, and what the log alone says
      "Apply", "Bytes", "CPU", "Collected", "GiB", "HEAD", "Hashes", "KiB", "Metadata", "MiB",
      "MimeType", "ModTime", "Other", "PATH", "Path", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL",
      "SIGKILL", "SIGPIPE", "SIGSEGV", "SIGTERM", "Size", "URL", "TMPDIR", "Update", "Warning",
      "XXXXXX"};
  return words;
}

/// Said by Kubernetes of a Job, and passed on.
const Names reasons_of_jobs{"BackoffLimitExceeded", "DeadlineExceeded"};

Names literals() {
  return page::in_sources({"gradient/status", "gradient/spec/access_mode_conflicts.cpp",
                           "gradient/spec/found.h", "gradient/spec/needs.cpp", "reconcile", "sync"},
                          R"re("([A-Z][A-Za-z]+)")re");
}

/// All that a condition, an event or a helper's last message can have as its reason.
Names reasons() {
  auto found = page::missing(literals(), words_of_others());
  for (const char* end : {"NotFound", "NotReady"}) {  // of the resolver, behind a kind
    if (found.erase(end) == 0) continue;
    for (const char* kind : {"Dataset", "Model", "ContainerRegistry"})
      found.insert(std::string(kind) + end);
  }
  return found;
}

Names headings() {
  Names found;
  for (const auto& heading : page::of_docs("troubleshooting.md").headings) {
    for (auto& name : page::names(heading))
      found.insert(std::move(name));
  }
  return found;
}

}  // namespace

TEST_CASE("the status shows every reason that a helper can have") {
  const std::string in_quotes = R"re("([A-Z][A-Za-z]+)")re";
  auto of_helpers = page::missing(page::in_sources({"sync"}, in_quotes), words_of_others());
  of_helpers.erase("Forbidden");  // a word in answers of storage, and a reason of the operator's
  CHECK(of_helpers.size() > 25);
  CHECK(page::missing(of_helpers,
                      page::in_sources({"gradient/status/sync_reasons.h"}, in_quotes)) == Names{});
}

TEST_CASE("troubleshooting.md has a heading for every reason in the code") {
  CHECK(reasons().size() > 60);
  CHECK(page::missing(reasons(), headings()) == Names{});
}

TEST_CASE("troubleshooting.md has no heading for what nothing says") {
  auto known = reasons();
  known.insert(reasons_of_jobs.begin(), reasons_of_jobs.end());
  CHECK(page::missing(headings(), known) == Names{});
}

TEST_CASE("the words that are no reasons are all in the code") {
  CHECK(page::missing(words_of_others(), literals()) == Names{});
}

TEST_CASE("an entry of troubleshooting.md says what is seen, why, and what to do") {
  for (const auto& heading : page::of_docs("troubleshooting.md").headings) {
    if (page::names(heading).empty()) continue;
    INFO(heading.text);
    for (const char* part : {"**See:**", "**Why:**", "**Do:**"})
      CHECK(heading.body.find(part) != std::string::npos);
  }
}
