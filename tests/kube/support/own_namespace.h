#pragma once

#include "kube/http/client.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>

namespace kube {

/// A namespace on the API server that KUBECONFIG names, deleted at the end. What is in it are
/// ConfigMaps with one value.
class OwnNamespace {
 public:
  OwnNamespace()
      : transport_(make_transport(load_config("", ""))),
        client_(*transport_),
        ns_("kube-runtime-" + std::to_string(std::random_device()())) {
    uid_ = uid_of(client_.create(namespaces, "", object(namespaces, {"", ns_}, Json())));
  }
  ~OwnNamespace() {
    try {
      client_.remove(namespaces, {"", ns_}, uid_);
    } catch (const std::exception& error) {
      WARN("namespace " << ns_ << " is left behind: " << error.what());
    }
  }
  OwnNamespace(const OwnNamespace&) = delete;
  OwnNamespace& operator=(const OwnNamespace&) = delete;

  Client& client() { return client_; }
  Transport& transport() { return *transport_; }
  const std::string& name() const { return ns_; }
  Key key(const std::string& name) const { return {ns_, name}; }

  /// Creates it, or changes its value.
  Json put(const std::string& name, const std::string& value) {
    return client_.apply(config_maps, intent(name, value), "test", Force::Yes);
  }
  void remove(const std::string& name) {
    const auto live = client_.get(config_maps, key(name));
    REQUIRE(live);
    client_.remove(config_maps, key(name), uid_of(*live));
  }
  Json intent(const std::string& name, const std::string& value) const {
    return object(config_maps, key(name), json::object({{"value", value}}));
  }

 private:
  static constexpr Kind namespaces{"v1", "Namespace", "namespaces"};

  static Json object(const Kind& kind, const Key& key, const Json& data) {
    return json::object(
        {{"apiVersion", std::string(kind.api_version)},
         {"kind", std::string(kind.kind)},
         {"metadata", json::object({{"name", key.name},
                                    {"namespace", key.ns.empty() ? Json() : Json(key.ns)}})},
         {"data", data}});
  }

  std::unique_ptr<Transport> transport_;
  Client client_;
  std::string ns_, uid_;
};

}  // namespace kube
