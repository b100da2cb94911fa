#include "reconcile/hash_key.h"

#include "base/base64.h"
#include "base/hash.h"
#include "gradient/spec/names.h"
#include "kube/http/error.h"

#include <stdexcept>

namespace reconcile {
namespace {

constexpr std::size_t key_size = 32;

/// Empty where there is none.
std::string key_in(const json::Json& secret) {
  auto key = base::base64_decode(json::string_at(secret, {"data", "key"}));
  return key && key->size() >= key_size ? *std::move(key) : std::string();
}

json::Json new_secret(const kube::Key& name) {
  return json::object(
      {{"apiVersion", "v1"},
       {"kind", "Secret"},
       {"metadata", json::object({{"name", name.name},
                                  {"namespace", name.ns},
                                  {"labels", json::object({{"app.kubernetes.io/managed-by",
                                                            gradient::names::managed_by}})}})},
       {"immutable", true},
       {"data", json::object({{"key", base::base64_encode(base::random_bytes(key_size))}})}});
}

}  // namespace

std::string HashKey::get(const std::stop_token& stop) {
  const auto known = key_.with([](const auto& key) { return key; });
  if (!known.empty()) return known;
  auto read = read_or_make(stop);
  return key_.with([&](auto& key) { return key = std::move(read); });
}

/// Another operator, or another worker, may make it at the same time: then its key counts.
std::string HashKey::read_or_make(const std::stop_token& stop) {
  auto secret = client_.get(kube::secrets, name_, stop);
  if (!secret) {
    try {
      secret = client_.create(kube::secrets, name_.ns, new_secret(name_), stop);
    } catch (const kube::ApiError& error) {
      if (!error.conflict()) throw;
      secret = client_.get(kube::secrets, name_, stop);
    }
  }
  auto key = secret ? key_in(*secret) : std::string();
  if (key.empty())
    throw kube::ApiError(422, "",
                         "data.key of Secret " + kube::to_string(name_) +
                             " has not 32 bytes; delete the Secret, and it is made anew");
  return key;
}

}  // namespace reconcile
