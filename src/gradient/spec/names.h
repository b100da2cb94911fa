#pragma once

#include "gradient/spec/parent.h"
#include "gradient/spec/spec.h"

#include <string>
#include <string_view>
#include <vector>

/// Every name, label and annotation of a child; nothing of it is spelled anywhere else.
namespace gradient::names {

inline constexpr std::string_view group = "gradient-operator.dev";
inline constexpr const char* api_version = "gradient-operator.dev/v1alpha1";
inline constexpr const char* deployment_label = "gradient-operator.dev/deployment";
inline constexpr const char* dataset_label = "gradient-operator.dev/dataset";
inline constexpr const char* model_label = "gradient-operator.dev/model";
inline constexpr const char* registry_label = "gradient-operator.dev/registry";
inline constexpr const char* applied_annotation = "gradient-operator.dev/applied";
inline constexpr const char* rendering_rules_annotation = "gradient-operator.dev/rendering-rules";
/// On a claim: the UID of the Dataset that made it, and "Delete" of whoever allows that another
/// Dataset deletes it.
inline constexpr const char* dataset_uid_annotation = "gradient-operator.dev/dataset-uid";
inline constexpr const char* reclaim_policy_annotation = "gradient-operator.dev/reclaim-policy";
inline constexpr const char* sync_annotation = "gradient-operator.dev/sync";
/// On a GradientDeployment: has the operator change nothing of it (see is_paused()).
inline constexpr const char* paused_annotation = "gradient-operator.dev/paused";
/// On a podTemplate: its init containers that run before the clones, "NAME,NAME".
inline constexpr const char* run_first_annotation = "gradient-operator.dev/run-first";
/// On pods that restart with their Secrets: a keyed hash of the values in their environment.
inline constexpr const char* secrets_hash_annotation = "gradient-operator.dev/secrets-hash";
/// On a Secret, "true": specs may name it where the configuration demands that.
inline constexpr const char* secret_label = "gradient-operator.dev/allowed";
inline constexpr const char* managed_by = "gradient-operator";
inline constexpr const char* app_container = "app";
/// Of the app container's port. The Service refers to it by name, so that pods of before and after
/// a change of `port` both answer.
inline constexpr const char* app_port = "http";

/// Whether a label or annotation has our prefix.
bool is_of_group(std::string_view key);

/// `prefix` + `name` as a DNS-1123 label of at most 63 characters. A name that has to be changed or
/// cut ends in a hash of the original, and so does one that ends as if it had been: two names with
/// the same prefix never meet.
std::string container(std::string_view prefix, std::string_view name);

/// "demo-team.apps.example.com": where a deployment is reached. Where its name or namespace has a
/// dash, digits of a hash follow: no two deployments have the same. Before the domain is one label,
/// with a dash in it.
std::string host(const Parent& parent, const std::string& domain);

/// How the names of the helpers' containers begin: of a repository's and of a model's.
inline constexpr std::string_view clone_prefix = "clone-";
inline constexpr std::string_view sync_prefix = "sync-";
std::string clone_container(std::string_view repository);
std::string sync_container(std::string_view model);

/// Content revision of a repository: a hash over url, ref, name, the sync annotation, and what else
/// changes a checkout.
std::string content_revision(const Repository& repository, const std::string& sync);

/// Folder of a checkout below .gradient/checkouts: deployment's UID, repository, revision.
std::string checkout_key(const Parent& parent, const Repository& repository);

/// The deployment's UID in a checkout's key.
std::string checkout_owner(const std::string& key);

}  // namespace gradient::names
