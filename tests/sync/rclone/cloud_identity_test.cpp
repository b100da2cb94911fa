#include "base/files.h"
#include "sync/support/helper_run.h"
#include "sync/support/s3_server.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

// The pod's own identity, with small servers that speak the clouds' exchange of tokens.

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char* pod_token = "canary-token-of-the-pod";
constexpr const char* far_away = "2099-01-01T00:00:00Z";

/// A CGI script that answers a request whose body and headers have `expected` with `answer`, and
/// any other with a refusal.
std::string exchange(const std::string& expected, const std::string& type,
                     const std::string& answer) {
  return "asked=\"$(cat) $HTTP_AUTHORIZATION $HTTP_METADATA_FLAVOR\"\n"
         "case \"$asked\" in *'" +
         expected + "'*) printf 'Content-Type: " + type + "\\r\\n\\r\\n'; cat <<'END'\n" + answer +
         "\nEND\n;; *) printf 'Status: 403\\r\\n\\r\\n';; esac\n";
}

/// A helper of a pod that has no Secret, but what a cloud's webhook gives it.
struct Pod {
  explicit Pod(std::vector<std::string> variables) {
    helper.password = "";
    for (auto& variable : variables)
      helper.environment.push_back(std::move(variable));
  }
  std::string model(const std::string& url, std::vector<std::string> more = {}) {
    more.emplace_back("--workload-identity");
    return helper.model(url, more);
  }
  HelperRun helper;
};

}  // namespace

TEST_CASE("S3 is read with the role that the pod's token is exchanged for") {
  if (S3Server::is_missing()) return;
  S3Server storage;
  storage.put("models");
  storage.put("models/llm/weights.bin", "w");
  const WebServer server;
  const Folder files;
  const auto token = files.write("token", pod_token).string();
  const auto read = [&](Pod& pod) {
    return pod.model("s3://models/llm", {"--endpoint", storage.endpoint(), "--path-style"});
  };
  SECTION("by STS, as IRSA has it") {
    server.folder().write_script(
        "cgi/sts",
        exchange(std::string("WebIdentityToken=") + pod_token, "text/xml",
                 std::string("<AssumeRoleWithWebIdentityResponse "
                             "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                             "<AssumeRoleWithWebIdentityResult><Credentials>"
                             "<AccessKeyId>jane</AccessKeyId><SecretAccessKey>") +
                     canary + "</SecretAccessKey><SessionToken></SessionToken><Expiration>" +
                     far_away +
                     "</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
                     "</AssumeRoleWithWebIdentityResponse>"));
    Pod pod({"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/reader",
             "AWS_WEB_IDENTITY_TOKEN_FILE=" + token,
             "AWS_ENDPOINT_URL_STS=" + server.url("cgi/sts")});
    CHECK(read(pod) == "published");
    CHECK_FALSE(base::read_file(pod.helper.log()).find(pod_token) != std::string::npos);
  }
  SECTION("by the agent of EKS Pod Identity") {
    server.folder().write_script(
        "cgi/agent", exchange(pod_token, "application/json",
                              std::string(R"({"AccessKeyId":"jane","SecretAccessKey":")") + canary +
                                  R"(","Token":"","Expiration":")" + far_away + "\"}"));
    Pod pod({"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + server.url("cgi/agent"),
             "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + token});
    CHECK(read(pod) == "published");
  }
  SECTION("and is not, where the role does not trust the pod") {
    server.folder().write_script("cgi/sts", exchange("another token", "text/xml", ""));
    Pod pod({"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/reader",
             "AWS_WEB_IDENTITY_TOKEN_FILE=" + token,
             "AWS_ENDPOINT_URL_STS=" + server.url("cgi/sts")});
    CHECK_THAT(read(pod), StartsWith("ModelAuthenticationFailed: s3://models/llm: the cloud gives "
                                     "the pod no credentials"));
  }
}

TEST_CASE("an identity that the pod has is not used for a source that does not name it") {
  if (S3Server::is_missing()) return;
  S3Server storage;
  storage.put("models");
  const WebServer server;
  const Folder files;
  HelperRun helper;
  helper.password = "";
  helper.environment.push_back("AWS_CONTAINER_CREDENTIALS_FULL_URI=" + server.url("cgi/agent"));
  helper.environment.push_back("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" +
                               files.write("token", pod_token).string());
  CHECK_THAT(helper.model("s3://models/llm", {"--endpoint", storage.endpoint(), "--path-style"}),
             StartsWith("ModelAccessDenied: "));
  CHECK(server.log().empty());
}

TEST_CASE("Google's storage is read with the token that the node's metadata server gives") {
  WebServer server;
  server.rewrite("^/computeMetadata/(.*)", "/cgi/metadata/$1");
  server.folder().write_script(
      "cgi/metadata",
      exchange("Google", "application/json",
               R"({"access_token":"token-of-the-cloud","expires_in":3600,"token_type":"Bearer"})"));
  server.folder().write_script(
      "cgi/storage",
      "case \"$HTTP_AUTHORIZATION\" in 'Bearer token-of-the-cloud') ;; *) printf 'Status: "
      "401\\r\\n\\r\\n'; exit;; esac\n"
      "case \"$PATH_INFO\" in */media) printf 'Content-Type: text/plain\\r\\n\\r\\nw'; exit;; "
      "esac\n"
      "case \"$PATH_INFO\" in */o | */weights.bin) ;; *) printf 'Status: 404\\r\\n\\r\\n'; exit;; "
      "esac\n"
      "printf 'Content-Type: application/json\\r\\n\\r\\n'\n"
      "object='{\"name\":\"llm/weights.bin\",\"bucket\":\"models\",\"size\":\"1\",\"updated\":"
      "\"2026-01-01T00:00:00Z\",\"mediaLink\":\"" +
          server.url("cgi/storage/media") +
          "\"}'\n"
          "case \"$PATH_INFO\" in */o) echo '{\"items\":['$object']}';; *) echo $object;; esac\n");
  Pod pod({"GCE_METADATA_HOST=127.0.0.1:" + std::to_string(server.port())});
  CHECK(pod.model("gs://models/llm", {"--endpoint", server.url("cgi/storage/")}) == "published");
  CHECK(base::read_file(pod.helper.folder() / "volume/..data/weights.bin") == "w");
}

TEST_CASE("Azure's storage is read with the token that Entra gives for the pod's") {
  const Folder files;
  const auto certificate = (files / "server.pem").string();
  shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " +
        certificate + " -out " + certificate +
        ".crt -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null && cat " +
        certificate + ".crt >>" + certificate);
  WebServer server(0, certificate);
  server.rewrite("^/tenant/(.*)", "/cgi/entra/$1");
  const auto authority = server.url("");
  server.folder().write_script(
      "cgi/entra",
      "case \"$PATH_INFO\" in */openid-configuration) printf 'Content-Type: "
      "application/json\\r\\n\\r\\n'; echo '{\"authorization_endpoint\":\"" +
          authority + "tenant/oauth2/v2.0/authorize\",\"token_endpoint\":\"" + authority +
          "tenant/oauth2/v2.0/token\",\"issuer\":\"" + authority +
          "tenant/v2.0\"}'; exit;; esac\n" +
          exchange(
              std::string("client_assertion=") + pod_token, "application/json",
              R"({"access_token":"token-of-the-cloud","expires_in":3600,"token_type":"Bearer"})"));
  Pod pod({"AZURE_CLIENT_ID=reader", "AZURE_TENANT_ID=tenant", "AZURE_AUTHORITY_HOST=" + authority,
           "AZURE_FEDERATED_TOKEN_FILE=" + files.write("token", pod_token).string(),
           "SSL_CERT_FILE=" + certificate + ".crt"});
  // The storage has the account in its host's name, which no server here has: so it ends there.
  CHECK_THAT(pod.model("azureblob://models/llm",
                       {"--account", "examplemodels", "--endpoint", "https://storage.invalid"}),
             StartsWith("HostUnknown: "));
  CHECK_THAT(server.full_log(), Contains("/tenant/oauth2/v2.0/token"));
  CHECK_THAT(server.full_log(), !Contains(" 403"));
}
