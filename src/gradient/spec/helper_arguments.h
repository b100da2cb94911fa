#pragma once

#include "json/json.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The arguments of helper containers, in both directions: what render writes into a pod's template
/// the status, the clean-up and an upgrade read back from live pods, here and nowhere else. They
/// are gradient-sync's command line.
namespace gradient {

/// A credential for URLs that begin so. Empty: left out.
struct CredentialArguments {
  std::string url{}, username{}, file{}, app_id{}, installation_id{}, api_url{};
  bool operator==(const CredentialArguments&) const = default;
};

/// Of an init container that makes a checkout: `gradient-sync repository`. Empty: left out.
struct RepositoryArguments {
  std::string volume{}, key{}, name{}, url{}, ref{}, username{}, password_file{},
      known_hosts_file{}, known_hosts{}, revision{};
  bool no_submodules = false, no_lfs = false;
  std::vector<std::string> submodules = {}, lfs = {};  ///< these alone; empty: all, or none
  std::vector<std::string> paths = {};
  std::vector<CredentialArguments> credentials = {};
  bool full_history = false, read_only = false, allow_git_protocol = false;
  bool allow_local_addresses = false;
  std::optional<std::int64_t> max_files = {}, max_bytes = {}, max_depth = {}, message_bytes = {};
  bool operator==(const RepositoryArguments&) const = default;
};

/// Of a sidecar that keeps a model in sync: `gradient-sync model`. Empty: left out.
struct ModelArguments {
  std::string source{}, endpoint{}, region{}, credentials{}, digest{}, target{}, name{}, account{},
      fetch_request{};
  bool path_style = false, requester_pays = false, workload_identity = false;
  bool allow_local_addresses = false;
  std::vector<std::string> include = {}, exclude = {};
  bool unpack = false;
  std::optional<std::int64_t> refresh_seconds = {}, grace_seconds = {};
  std::optional<std::int64_t> max_files = {}, max_bytes = {}, max_depth = {}, message_bytes = {};
  bool operator==(const ModelArguments&) const = default;
};

/// Of a Job that cleans a volume up: `gradient-sync collect`.
struct CollectArguments {
  std::string volume{};
  std::optional<std::int64_t> grace_seconds = {};
  std::optional<std::int64_t> listed_at = {};  ///< Unix time at which `keep` was true
  std::set<std::string> owners = {}, keep = {}, models = {};
  bool operator==(const CollectArguments&) const = default;
};

/// Of a sidecar's startup probe: `gradient-sync ready`.
struct ReadyArguments {
  std::string target{};
};

std::vector<std::string> words(const RepositoryArguments& arguments);
std::vector<std::string> words(const ModelArguments& arguments);
std::vector<std::string> words(const CollectArguments& arguments);
std::vector<std::string> words(const ReadyArguments& arguments);

/// `args` of a container, which Kubernetes expands: a dollar is written twice.
json::Json container_arguments(std::vector<std::string> words);

/// What a container of a pod's spec was given; empty when it does something else. Its command does
/// not matter: a copy of a helper for debugging uses what the helper used.
std::optional<RepositoryArguments> repository_arguments(const json::Json& container);
std::optional<ModelArguments> model_arguments(const json::Json& container);
std::optional<CollectArguments> collect_arguments(const json::Json& container);

/// The program of helper containers; their whole `command`.
inline constexpr const char* helper_program = "gradient-sync";

/// Whether the container runs that program.
bool is_helper(const json::Json& container);

}  // namespace gradient
