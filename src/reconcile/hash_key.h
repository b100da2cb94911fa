#pragma once

#include "kube/guarded.h"
#include "kube/http/client.h"

#include <stop_token>
#include <string>

namespace reconcile {

/// The key of hashes of Secrets' values. Whoever sees a hash without the key learns nothing of a
/// value, however short. It is in the Secret gradient-operator-hash-key of the operator's own
/// namespace, made when it is needed first, and stays the same for as long as that exists. Safe to
/// share between threads.
class HashKey {
 public:
  static constexpr const char* secret_name = "gradient-operator-hash-key";

  /// `ns`: the operator's own namespace.
  HashKey(kube::Client& client, std::string ns)
      : client_(client), name_{std::move(ns), secret_name} {}

  /// 32 bytes. Throws kube::ApiError where it can be neither read nor made.
  std::string get(const std::stop_token& stop);

 private:
  std::string read_or_make(const std::stop_token& stop);

  kube::Client& client_;
  const kube::Key name_;
  kube::Guarded<std::string> key_;
};

}  // namespace reconcile
