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

RepositoryArguments arguments(const Parent& parent, const DeploymentSpec& spec,
                              const Repository& repository, const Settings& settings) {
  const bool over_ssh = repository.over_ssh;
  return {.volume = helper_paths::volume,
          .key = names::checkout_key(parent, repository),
          .name = repository.name,
          .url = repository.url,
          .ref = repository.ref,
          .username = repository.username,
          .password_file = repository.password ? password_file : "",
          .known_hosts_file = over_ssh ? known_hosts_file : "",
          .known_hosts = over_ssh ? settings.known_hosts : "",
          .revision = names::content_revision(repository, parent.sync),
          .full_history = repository.full_history,
          .allow_git_protocol = settings.allow_git_protocol,
          .message_bytes = message_bytes(spec)};
}

PodParts clone_parts(const Parent& parent, const DeploymentSpec& spec, const Repository& repository,
                     const FoundDataset& dataset, const Settings& settings) {
  PodParts parts;
  Helper helper{.name = names::clone_container(repository.name),
                .arguments = words(arguments(parent, spec, repository, settings)),
                .volume_mounts = {mount(claim_volume(dataset.claim), helper_paths::volume,
                                        Access::ReadWrite)},
                .dataset = &dataset};
  if (repository.password) {
    const auto volume = password_volume(repository, settings);
    parts.volumes = {volume};
    helper.volume_mounts.push_back(credentials_mount(volume));
  }
  return parts += helper_parts(helper, settings);
}

/// What the app sees: the dataset as it is, without our own folder, and over its empty folders the
/// checkouts. Their sub paths exist: the init containers have ended before the app starts.
std::vector<Json> app_mounts(const Parent& parent, const Repositories& repositories,
                             const std::string& volume) {
  const auto access = repositories.read_only ? Access::ReadOnly : Access::ReadWrite;
  std::vector<Json> mounts = {
      mount(volume, repositories.mount_path, Access::ReadWrite),
      mount(mask_volume, join(repositories.mount_path, hidden_folder), Access::ReadOnly)};
  for (const auto& repository : repositories.items) {
    const auto tree = ".gradient/checkouts/" + names::checkout_key(parent, repository) + "/tree";
    mounts.push_back(mount(volume, join(repositories.mount_path, repository.name), access, tree));
  }
  return mounts;
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
  parts.volumes = {empty_volume(mask_volume)};
  parts.volume_mounts = app_mounts(parent, *spec.repositories, claim_volume(dataset.claim));
  parts.env = git_environment(spec);
  for (const auto& repository : spec.repositories->items)
    parts += clone_parts(parent, spec, repository, dataset, settings);
  return parts;
}

}  // namespace gradient
