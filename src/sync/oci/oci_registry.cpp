#include "sync/oci/oci_registry.h"

#include "base/base64.h"
#include "base/files.h"
#include "base/process.h"
#include "sync/oci/registry_login.h"
#include "sync/program/environment.h"
#include "sync/program/local_addresses.h"
#include "sync/program/secret_file.h"
#include "sync/rclone/rclone.h"
#include "sync/report/failure.h"
#include "sync/report/retry_after.h"

#include <algorithm>
#include <stdexcept>

namespace content {
namespace {

using json::Json;

constexpr std::string_view scheme = "oci://";
constexpr std::size_t largest_secret = 1U << 20U;  // as the API server has it

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
    list += (i == 0 ? "" : ", ") + names[i];
  return names.size() > most ? list + ", ..." : list;
}

/// As render mounts the pull secret (gradient/render/credentials).
RegistryLogin login_for(const std::string& repository, const Path& credentials,
                        const std::string& url) {
  const auto file = credentials / "config.json";
  try {
    const auto configuration = base::read_file(file, largest_secret);
    if (auto login = registry_login(configuration, repository)) return *std::move(login);
    const auto others = registries_of(configuration);
    throw Failure("ModelAuthenticationFailed",
                  url +
                      ": the ContainerRegistry that source.containerRegistry names has a login "
                      "for " +
                      (others.empty() ? "no registry" : joined(others)) +
                      ", and not for this repository; correct its server");
  } catch (const std::invalid_argument&) {
    throw Failure("ModelAuthenticationFailed",
                  url +
                      ": the Secret of the ContainerRegistry that source.containerRegistry names "
                      "is not JSON; make it with kubectl create secret docker-registry");
  } catch (const std::runtime_error& error) {
    if (dynamic_cast<const Failure*>(&error) != nullptr) throw;
    throw Failure("SyncFailed", error.what());
  }
}

}  // namespace

bool is_oci(const Source& source) {
  return source.url.starts_with(scheme);
}

OciRegistry::OciRegistry(const Source& source, std::stop_token stop)
    : url_(source.url),
      reference_(source.url.substr(std::min(scheme.size(), source.url.size()))),
      credentials_(source.credentials),
      allow_local_addresses_(source.allow_local_addresses),
      stop_(std::move(stop)) {
  const auto at = std::min(reference_.find('@'), reference_.size());
  if (at < reference_.size()) digest_ = reference_.substr(at + 1);
  const auto slash = std::min(reference_.find('/'), reference_.size());
  repository_ = reference_.substr(0, std::min(at, reference_.find(':', slash)));
}

std::string OciRegistry::digest() const {
  if (!digest_.empty()) return digest_;
  const auto output = run({.words = {"digest", reference_}}, stop_);
  return output.substr(0, output.find('\n'));
}

OciDocument OciRegistry::document(const std::string& digest) const {
  const auto reference = digest.empty() ? reference_ : repository_ + "@" + digest;
  try {
    const auto answer = json::parse(run({.words = {"manifest", reference}}, stop_));
    return {.digest = json::string_at(answer, {"digest"}),
            .media_type = json::string_at(answer, {"mediaType"}),
            .content = json::at(answer, {"manifest"})};
  } catch (const std::invalid_argument&) {
    throw Failure("UnexpectedAnswer", url_ +
                                          ": the registry sends no JSON for the manifest; check "
                                          "that the address is that of a registry");
  }
}

void OciRegistry::fetch(const std::vector<WantedLayer>& layers,
                        const std::function<void(std::int64_t)>& on_bytes,
                        const std::function<void(std::size_t)>& on_whole) const {
  std::vector<Json> wanted;
  for (const auto& layer : layers) {
    wanted.push_back(json::object({{"digest", "sha256:" + layer.sha256},
                                   {"bytes", layer.bytes},
                                   {"file", layer.file.string()}}));
  }
  run({.words = {"layers", reference_},
       .layers = json::array(std::move(wanted)),
       .on_line =
           [&](const Json& line) {
             if (json::at(line, {"bytes"}).is_integer())
               on_bytes(json::integer_at(line, {"bytes"}));
             if (json::at(line, {"done"}).is_integer())
               on_whole(static_cast<std::size_t>(json::integer_at(line, {"done"})));
           }},
      stop_);
}

void OciRegistry::fetch_range(const std::string& sha256, const RangeRequest& request,
                              const std::stop_token& stop) const {
  const auto& [begin, end] = request.range;
  run({.words = {"range", reference_, "sha256:" + sha256, std::to_string(begin),
                 std::to_string(end)},
       .output = request.output,
       .on_line =
           [&](const Json& line) {
             if (!json::at(line, {"served"}).is_null()) request.confirm();
           }},
      stop);
}

std::string OciRegistry::run(const Call& call, const std::stop_token& stop) const {
  RegistryLogin login;
  if (!credentials_.empty()) login = login_for(repository_, credentials_, url_);
  std::vector<std::string> arguments{"oci-pull"};
  arguments.insert(arguments.end(), call.words.begin(), call.words.end());
  auto environment = environment_for_programs();
  set_variables(environment,
                local_address_check({.named = {repository_}, .allow_all = allow_local_addresses_}));
  std::string errors;
  std::string asked_to_wait;
  auto finished = base::run(
      {.arguments = std::move(arguments),
       .environment = std::move(environment),
       .secret_file = json::text(json::object(
           {{"username", login.username}, {"password", login.password}, {"layers", call.layers}})),
       .output = call.output,
       .on_error_line =
           [&](std::string_view text) {
             try {
               const auto line = json::parse(text);
               errors += json::string_at(line, {"error"});
               if (!json::at(line, {"retryAfter"}).is_null())
                 asked_to_wait = "Retry-After: " + json::string_at(line, {"retryAfter"});
               if (call.on_line) call.on_line(line);
             } catch (const std::invalid_argument&) {  // the language's own words for a crash
               errors += std::string(text.substr(0, 300)) + "\n";
             }
           }},
      stop);
  if (finished.exit_code == 0) return std::move(finished.output);
  const auto sent = base::base64_encode(login.username + ":" + login.password);
  throw with_retry_after(
      oci_failure(without_secrets(without_queries(errors), {login.password, sent}), url_),
      asked_to_wait);
}

}  // namespace content
