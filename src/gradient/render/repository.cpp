#include "gradient/render/repository.h"

#include "gradient/render/credentials.h"
#include "gradient/render/helper.h"
#include "gradient/spec/helper_arguments.h"
#include "gradient/spec/names.h"

#include <algorithm>

namespace gradient {
namespace {

using json::Json;
using json::object;

constexpr const char* hidden_folder = ".gradient";
constexpr const char* mask_volume = "mask";
constexpr const char* mounts_volume = "repositories";

std::vector<CredentialArguments> credentials(const DeploymentSpec& spec) {
  std::vector<CredentialArguments> result;
  for (const auto& credential : spec.repositories->credentials) {
    auto& written =
        result.emplace_back(CredentialArguments{.url = credential.url,
                                                .username = credential.username,
                                                .file = host_credential_file(result.size())});
    if (const auto* const app = std::get_if<GitHubApp>(&credential.secret)) {
      written.app_id = app->app_id;
      written.installation_id = app->installation_id;
      written.api_url = app->api_url;
    }
  }
  return result;
}

RepositoryArguments arguments(const Parent& parent, const DeploymentSpec& spec,
                              const Repository& repository, const Settings& settings) {
  const bool over_ssh = repository.over_ssh;
  RepositoryArguments result{.volume = helper_paths::volume,
                             .key = names::checkout_key(parent, repository),
                             .name = repository.name,
                             .url = repository.url,
                             .ref = repository.ref,
                             .username = repository.username,
                             .password_file = repository.password ? password_file : "",
                             .known_hosts_file = over_ssh ? known_hosts_file : "",
                             .known_hosts = over_ssh ? settings.known_hosts : "",
                             .revision = names::content_revision(repository, parent.sync),
                             .no_submodules = repository.submodules.which == Selection::Which::None,
                             .no_lfs = repository.large_files.which == Selection::Which::None,
                             .submodules = repository.submodules.listed,
                             .lfs = repository.large_files.listed,
                             .paths = repository.paths,
                             .credentials = credentials(spec),
                             .full_history = repository.full_history,
                             .read_only = repository.read_only,
                             .allow_git_protocol = settings.allow_git_protocol,
                             .allow_local_addresses = settings.allow_local_addresses,
                             .message_bytes = message_bytes(spec)};
  set_limits(result, settings.limits);
  return result;
}

PodParts clone_parts(const Parent& parent, const DeploymentSpec& spec, const Repository& repository,
                     const FoundDataset& dataset, const Settings& settings) {
  PodParts parts;
  Helper helper{.name = names::clone_container(repository.name),
                .arguments = words(arguments(parent, spec, repository, settings)),
                .volume_mounts = {mount(claim_volume(dataset.claim), helper_paths::volume,
                                        Access::ReadWrite)},
                .dataset = &dataset,
                .resources = spec.repositories->resources};
  if (repository.password) {
    const auto volume = password_volume(repository, settings);
    parts.volumes = {volume};
    helper.volume_mounts.push_back(credentials_mount(volume));
  }
  if (!spec.repositories->credentials.empty())
    helper.volume_mounts.push_back(host_credentials_mount());
  return parts += helper_parts(helper, settings);
}

Access access(bool read_only) {
  return read_only ? Access::ReadOnly : Access::ReadWrite;
}

/// Where the app sees its checkouts. Their mount points are in a volume of the pod: Linux lets a
/// folder be removed that is a mount point in another mount namespace only, and takes that mount
/// away (detach_mounts in fs/namei.c, since 3.18), so none may be where another pod reaches it. The
/// sub paths exist: the init containers have ended before the app starts.
PodParts checkout_parts(const Parent& parent, const Repositories& repositories,
                        const std::string& volume) {
  PodParts parts;
  parts.volumes = {empty_volume(mounts_volume)};
  parts.volume_mounts = {mount(mounts_volume, repositories.mount_path, Access::ReadWrite)};
  for (const auto& repository : repositories.items) {
    const auto tree = ".gradient/checkouts/" + names::checkout_key(parent, repository) + "/tree";
    parts.volume_mounts.push_back(mount(volume, join(repositories.mount_path, repository.name),
                                        access(repository.read_only), tree));
  }
  return parts;
}

/// Where the app sees the dataset's own files, if anywhere: its root without our folder. The mask
/// is the one mount below it. Each app with the root has the mask, and so none can remove its mount
/// point.
PodParts dataset_parts(const Repositories& repositories, const std::string& volume) {
  PodParts parts;
  const auto& path = repositories.dataset_path;
  if (path.empty()) return parts;
  parts.volumes = {empty_volume(mask_volume)};
  parts.volume_mounts = {mount(volume, path, access(repositories.dataset_read_only)),
                         mount(mask_volume, join(path, hidden_folder), Access::ReadOnly)};
  return parts;
}

/// git refuses a checkout that belongs to another user unless safe.directory names it. All are
/// named: what submodules there are is not known here, and git before 2.46 takes no pattern.
std::vector<Json> git_environment(const DeploymentSpec& spec) {
  const bool taken = std::any_of(spec.env.begin(), spec.env.end(), [](const EnvVar& variable) {
    return variable.name.starts_with("GIT_CONFIG_");
  });
  if (taken) return {};
  return {object({{"name", "GIT_CONFIG_COUNT"}, {"value", "1"}}),
          object({{"name", "GIT_CONFIG_KEY_0"}, {"value", "safe.directory"}}),
          object({{"name", "GIT_CONFIG_VALUE_0"}, {"value", "*"}})};
}

}  // namespace

PodParts repository_parts(const Parent& parent, const DeploymentSpec& spec, const Found& found,
                          const Settings& settings) {
  if (!spec.repositories) return {};
  const auto& dataset = found.datasets.at(spec.repositories->dataset);
  PodParts parts;
  parts.claims = {{dataset.claim, Access::ReadWrite}};
  parts.env = git_environment(spec);
  parts += checkout_parts(parent, *spec.repositories, claim_volume(dataset.claim));
  parts += dataset_parts(*spec.repositories, claim_volume(dataset.claim));
  if (const auto& hosts = spec.repositories->credentials; !hosts.empty())
    parts.volumes.push_back(host_credentials_volume(hosts, settings));
  for (const auto& repository : spec.repositories->items)
    parts += clone_parts(parent, spec, repository, dataset, settings);
  return parts;
}

}  // namespace gradient
