#include "kube/http/tls.h"

#include "kube/http/transport.h"
#include "kube/support/raw_server.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

#include <future>

namespace kube {
namespace {

using Validity = CertificateOptions::Validity;

const Request get{.path = "/version"};

/// Answers with what the handshake told about the client.
void tell(Peer& peer, int) {
  while (peer.receive())
    peer.send(http_response("200 OK", peer.server_name() + "," + peer.client_name()));
}

std::string outcome(const ClusterConfig& config) {
  try {
    return make_transport(config)->send(get, {}, std::chrono::minutes(1)).body;
  } catch (const TransportError& error) {
    return error.what();
  }
}

bool has_ipv6() {
  try {
    const RawServer server([](Peer&, int) {}, {.address = "::1"});
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("the server is who its certificate's alternative names say") {
  struct Case {
    std::string name;
    CertificateOptions certificate;
    std::string address = "127.0.0.1";
    std::string tls_server_name;
    std::string failure;    ///< empty: trusted
    std::string asked_for;  ///< the name in the handshake
  };
  const auto sample = GENERATE(values<Case>({
      {"an IPv4 address", {.names = {"DNS:x", "IP:127.0.0.1"}}, "127.0.0.1", "", "", ""},
      {"an IPv6 address", {.names = {"IP:::1"}}, "::1", "", "", ""},
      {"another address",
       {.names = {"IP:127.0.0.2"}},
       "127.0.0.1",
       "",
       "the server's certificate is not valid for 127.0.0.1",
       ""},
      {"an address as a DNS name",
       {.names = {"DNS:127.0.0.1"}},
       "127.0.0.1",
       "",
       "the server's certificate is not valid for 127.0.0.1",
       ""},
      {"the name that the configuration gives",
       {.names = {"DNS:api.example"}},
       "127.0.0.1",
       "api.example",
       "",
       "api.example"},
      {"a wildcard",
       {.names = {"DNS:*.c.example"}},
       "127.0.0.1",
       "api.c.example",
       "",
       "api.c.example"},
      {"a wildcard over two labels",
       {.names = {"DNS:*.c.example"}},
       "127.0.0.1",
       "a.api.c.example",
       "the server's certificate is not valid for a.api.c.example",
       ""},
      {"part of a wildcard label",
       {.names = {"DNS:a*.c.example"}},
       "127.0.0.1",
       "api.c.example",
       "the server's certificate is not valid for api.c.example",
       ""},
      {"an address that the configuration gives",
       {.names = {"IP:10.0.0.1"}},
       "127.0.0.1",
       "10.0.0.1",
       "",
       ""},
      {"another name",
       {.names = {"DNS:api.example"}},
       "127.0.0.1",
       "other.example",
       "the server's certificate is not valid for other.example",
       ""},
      {"a common name alone",
       {.common_name = "api.example"},
       "127.0.0.1",
       "api.example",
       "the server's certificate is not valid for api.example",
       ""},
      {"expired",
       {.names = {"IP:127.0.0.1"}, .validity = Validity::Past},
       "127.0.0.1",
       "",
       "the server's certificate is not trusted: certificate has expired",
       ""},
  }));
  DYNAMIC_SECTION(sample.name) {
    if (sample.address == "::1" && !has_ipv6()) return;
    const auto authority = make_authority();
    const RawServer server(
        tell, {.address = sample.address, .certificate = issue(authority, sample.certificate)});
    const auto expected = sample.failure.empty()
                              ? sample.asked_for + ","
                              : server.url() + ": the TLS handshake failed: " + sample.failure;
    CHECK(outcome({.server = server.url(),
                   .tls_server_name = sample.tls_server_name,
                   .ca_pem = authority.certificate}) == expected);
  }
}

TEST_CASE("only the configured authority is trusted") {
  const auto ours = make_authority("ours");
  const auto other = make_authority("other");
  const CertificateOptions options{.names = {"IP:127.0.0.1"}};
  const RawServer server(tell, {.certificate = issue(other, options)});

  SECTION("a certificate of another authority is refused") {
    CHECK(outcome({.server = server.url(), .ca_pem = ours.certificate}) ==
          server.url() +
              ": the TLS handshake failed: the server's certificate is not trusted: unable to get "
              "local issuer certificate");
  }
  SECTION("several may be configured") {
    CHECK(outcome({.server = server.url(), .ca_pem = ours.certificate + other.certificate}) == ",");
  }
  SECTION("the system's authorities count when none is configured, and this is none") {
    CHECK(outcome({.server = server.url()}) ==
          server.url() +
              ": the TLS handshake failed: the server's certificate is not trusted: unable to get "
              "local issuer certificate");
  }
  SECTION("nothing is checked when that is asked for") {
    CHECK(outcome({.server = server.url(), .insecure_skip_tls_verify = true}) == ",");
  }
}

TEST_CASE("the system's authorities do not count beside a configured one") {
  const auto ours = make_authority("ours");
  const auto system = make_authority("system");
  const Folder folder;
  const auto bundle = folder.write("system.pem", system.certificate);
  setenv("SSL_CERT_FILE", bundle.c_str(), 1);  // where OpenSSL looks for the system's
  const RawServer server(tell, {.certificate = issue(system, {.names = {"IP:127.0.0.1"}})});
  const auto alone = outcome({.server = server.url()});
  const auto beside = outcome({.server = server.url(), .ca_pem = ours.certificate});
  unsetenv("SSL_CERT_FILE");
  CHECK(alone == ",");
  CHECK(beside ==
        server.url() +
            ": the TLS handshake failed: the server's certificate is not trusted: unable to get "
            "local issuer certificate");
}

TEST_CASE("a client certificate is presented, from text or from files") {
  const auto authority = make_authority();
  const auto client = issue(authority, {.common_name = "jane"});
  const RawServer server(tell, {.certificate = issue(authority, {.names = {"IP:127.0.0.1"}}),
                                .client_authority = authority});
  const Folder folder;
  CHECK(outcome({.server = server.url(),
                 .ca_pem = authority.certificate,
                 .client_certificate_pem = client.certificate,
                 .client_key_pem = client.key}) == ",jane");
  CHECK(outcome({.server = server.url(),
                 .ca_file = folder.write("ca", authority.certificate),
                 .client_certificate_file = folder.write("certificate", client.certificate),
                 .client_key_file = folder.write("key", client.key)}) == ",jane");
}

TEST_CASE("a renewed file of the client's certificate is presented at once") {
  const Folder folder;
  const auto authority = make_authority();
  const RawServer server(tell, {.certificate = issue(authority, {.names = {"IP:127.0.0.1"}}),
                                .client_authority = authority});
  const auto write = [&](const std::string& name) {
    const auto client = issue(authority, {.common_name = name});
    folder.write("key", client.key);
    return folder.write("certificate", client.certificate);
  };
  const auto certificate = write("jane");
  const auto transport = make_transport({.server = server.url(),
                                         .ca_pem = authority.certificate,
                                         .client_certificate_file = certificate,
                                         .client_key_file = folder / "key"});
  CHECK(transport->send(get, {}).body == ",jane");
  CHECK(transport->send(get, {}).body == ",jane");
  CHECK(server.connections() == 1);
  write("joe");
  CHECK(transport->send(get, {}).body == ",joe");
  CHECK(server.connections() == 2);
}

TEST_CASE("a plugin's client certificate is presented, and a newer one on connections of its own") {
  const auto authority = make_authority();
  const auto answer = [&](const std::string& name) {
    const auto client = issue(authority, {.common_name = name});
    return json::text(
        json::object({{"apiVersion", "client.authentication.k8s.io/v1"},
                      {"kind", "ExecCredential"},
                      {"status", json::object({{"clientCertificateData", client.certificate},
                                               {"clientKeyData", client.key}})}}));
  };
  const Folder folder;
  const auto script = folder.write_script("login", "cat " + (folder / "answer").string() + "\n");
  folder.write("answer", answer("jane"));
  const RawServer server(
      [&](Peer& peer, int) {
        while (peer.receive()) {
          const bool is_jane = peer.client_name() == "jane";
          if (is_jane) folder.write("answer", answer("joe"));
          peer.send(http_response(is_jane ? "401 Unauthorized" : "200 OK", peer.client_name()));
        }
      },
      {.certificate = issue(authority, {.names = {"IP:127.0.0.1"}}),
       .client_authority = authority});
  CHECK(outcome({.server = server.url(),
                 .ca_pem = authority.certificate,
                 .exec = ExecPlugin{.api_version = "client.authentication.k8s.io/v1",
                                    .command = script.string()}}) == "joe");
}

TEST_CASE("a kept connection that the server has ended meanwhile costs no request") {
  const auto authority = make_authority();
  std::promise<void> finished;
  const RawServer server(
      [&](Peer& peer, int number) {
        if (!peer.receive()) return;
        peer.send(http_response("200 OK", "{}"));
        if (number > 0) return;
        peer.finish();
        finished.set_value();
      },
      {.certificate = issue(authority, {.names = {"IP:127.0.0.1"}})});
  const auto transport = make_transport({.server = server.url(), .ca_pem = authority.certificate});
  const Request write{.method = Method::Patch, .path = "/p", .body = "{}"};
  CHECK(transport->send(write, {}).status == 200);
  finished.get_future().wait();
  CHECK(transport->send(write, {}).status == 200);
  CHECK(server.connections() == 2);
}

TEST_CASE("new connections use what the files hold by then") {
  const auto before = make_authority("before");
  const auto after = make_authority("after");
  const CertificateOptions options{.names = {"IP:127.0.0.1"}};
  const Folder folder;
  const auto ca = folder.write("ca", before.certificate);
  RawServer server(
      [](Peer& peer, int) {
        if (peer.receive()) {
          peer.send(http_response("200 OK", peer.client_name(), "Connection: close\r\n"));
        }
      },
      {.certificate = issue(before, options)});
  const auto transport = make_transport({.server = server.url(), .ca_file = ca});
  CHECK(transport->send(get, {}).status == 200);

  server.present(issue(after, options));
  CHECK_THROWS_AS(transport->send(get, {}), TransportError);
  folder.write("ca", after.certificate + "\n");
  CHECK(transport->send(get, {}).status == 200);

  folder.write("ca", "half a cert");  // a writer in the middle of its work
  CHECK(transport->send(get, {}).status == 200);
}

TEST_CASE("what cannot be used is named") {
  const auto authority = make_authority();
  const auto client = issue(authority, {.common_name = "jane"});
  const auto other = issue(authority, {.common_name = "joe"});
  const std::string encrypted =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  struct Case {
    ClusterConfig config;
    std::string problem;
  };
  const auto sample = GENERATE_COPY(values<Case>({
      {{.ca_pem = "nonsense"}, "certificate-authority-data: holds no PEM certificate"},
      {{.ca_file = "/no/such/ca"}, "certificate-authority: /no/such/ca: No such file or directory"},
      {{.ca_pem = authority.certificate,
        .client_certificate_pem = client.certificate,
        .client_key_pem = other.key},
       "client-certificate-data: does not belong to the key in client-key-data"},
      {{.ca_pem = authority.certificate,
        .client_certificate_pem = client.certificate,
        .client_key_pem = encrypted},
       "client-key-data: holds no PEM private key without a passphrase"},
  }));
  auto config = sample.config;
  config.server = "https://127.0.0.1:1";
  CHECK(outcome(config) == "https://127.0.0.1:1: " + sample.problem);
}

TEST_CASE("a handshake that breaks off is an error and nothing worse") {
  const RawServer server([](Peer& peer, int) {
    peer.send("no TLS\r\n");
    peer.finish();
  });
  const auto url = "https://127.0.0.1:" + std::to_string(server.port());
  CHECK(outcome({.server = url, .ca_pem = make_authority().certificate}) ==
        url + ": the TLS handshake failed");
}

}  // namespace kube
