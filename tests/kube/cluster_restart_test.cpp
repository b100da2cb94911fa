#include "kube/support/own_namespace.h"
#include "kube/support/tampered.h"
#include "kube/support/watched.h"
#include "support/api_server.h"
#include "support/skip.h"

#include <catch2/catch.hpp>

#include <atomic>

// Against the API server that KUBECONFIG names, if ./dev cluster has started it.

namespace kube {

TEST_CASE("a watch goes on after a restart of the API server and has missed nothing") {
  OwnNamespace ns;
  ns.put("changed", "1");
  ns.put("deleted", "1");
  Watched watched(ns.client(), ns.name());
  watched.await(ns.key("changed"), "1");
  watched.await(ns.key("deleted"), "1");

  if (!restart_api_server()) {
    support::skip("./dev cluster has not started the API server of KUBECONFIG");
    return;
  }

  ns.put("changed", "2");
  ns.remove("deleted");
  ns.put("new", "1");
  watched.await(ns.key("changed"), "2");
  watched.await(ns.key("deleted"), "none");
  watched.await(ns.key("new"), "1");
}

TEST_CASE("an expired version is followed by a list that shows what was missed") {
  if (!restart_api_server()) {  // it has forgotten what was before
    support::skip("./dev cluster has not started the API server of KUBECONFIG");
    return;
  }
  OwnNamespace ns;
  ns.put("gone", "1");
  ns.put("kept", "1");
  std::atomic<int> watches = 0;
  Tampered tampered(ns.transport(), [&](Request request) {
    if (is_watch(request) && watches++ == 0) {
      ns.remove("gone");
      ns.put("kept", "2");
      set_version(request, "1");
    }
    return request;
  });
  Client client(tampered);
  std::vector<Key> changes;
  {
    Watched watched(client, ns.name(), [&](const Key& key, const Json&) {
      if (key.name != "kube-root-ca.crt") changes.push_back(key);
    });
    watched.await(ns.key("gone"), "none");
    watched.await(ns.key("kept"), "2");
    ns.put("kept", "3");
    watched.await(ns.key("kept"), "3");
  }
  CHECK(watches == 2);
  CHECK(std::count(changes.begin(), changes.end(), ns.key("gone")) == 2);
  CHECK(std::count(changes.begin(), changes.end(), ns.key("kept")) == 3);
}

}  // namespace kube
