#include "base/files.h"
#include "base/process.h"
#include "sync/program/environment.h"
#include "sync/support/server_process.h"
#include "sync/support/web_server.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <future>

// How the helpers reach servers, as the operator's configuration says: gradient-sync as a whole,
// since its environment is part of it.

using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

namespace {

class Pod {
 public:
  std::vector<std::string> environment = content::environment_for_programs();

  /// gradient-sync's termination message.
  std::string repository(const std::string& url, const std::string& more = "--full-history") const {
    run({"repository", "--volume", (folder_ / "").string(), "--key", "key", "--name", "app",
         "--url", url, more},
        {});
    return base::read_file(log_, 4096);
  }
  /// The same, or "ready" when the model is there; then it is stopped.
  std::string model(const std::string& url) const {
    const auto target = folder_ / "model";
    std::stop_source stop;
    auto end = std::async(std::launch::async, [&] {
      run({"model", "--name", "tables", "--target", target.string(), "--source", url},
          stop.get_token());
    });
    while (end.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
      if (std::filesystem::exists(target / "..data")) stop.request_stop();
    return stop.stop_requested() ? "ready" : base::read_file(log_, 4096);
  }

 private:
  void run(std::vector<std::string> arguments, const std::stop_token& stop) const {
    arguments.insert(arguments.begin(), GRADIENT_SYNC);
    arguments.insert(arguments.end(), {"--termination-log", log_});
    try {
      base::run({.arguments = std::move(arguments), .environment = environment}, stop);
    } catch (const base::Stopped&) {
    }
  }

  Folder folder_;
  std::string log_ = (folder_ / "termination").string();
};

}  // namespace

TEST_CASE("a private authority is trusted where the configuration names it, and not else") {
  const Folder authority;
  const auto certificate = (authority / "server.pem").string();
  shell(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
      "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout " +
      certificate + ".key -out " + certificate + ".crt 2>/dev/null && cat " + certificate +
      ".key " + certificate + ".crt >" + certificate);
  const WebServer server(0, certificate);
  const ServedRepository repository(server, "app.git");
  const auto commit = repository.commit("file", "text");
  server.folder().write("files/tables/one", "1");

  Pod pod;
  CHECK_THAT(pod.repository(repository.url()), Contains("TLSVerificationFailed"));
  CHECK_THAT(pod.model(server.url("files/tables/")), Contains("TLSVerificationFailed"));

  pod.environment.push_back("GRADIENT_CA_BUNDLE=" +
                            base::read_file(certificate + ".crt", 64U << 10U));
  CHECK_THAT(pod.repository(repository.url()), Contains(commit));
  CHECK_THAT(pod.model(server.url("files/tables/")), Equals("ready"));
}

TEST_CASE("sources are reached through the proxy that the configuration names") {
  const WebServer proxy;  // which answers for every host
  const ServedRepository repository(proxy, "app.git");
  const auto commit = repository.commit("file", "text");
  proxy.folder().write("files/tables/one", "1");

  Pod pod;
  pod.environment.push_back("http_proxy=" + proxy.url(""));
  CHECK_THAT(pod.repository("http://git.example.invalid/git/app.git"), Contains(commit));
  CHECK_THAT(pod.model("http://models.example.invalid/files/tables/"), Equals("ready"));

  Pod other;
  other.environment = pod.environment;
  other.environment.emplace_back("no_proxy=.example.invalid");
  CHECK_THAT(other.model("http://models.example.invalid/files/tables/"), Contains("HostUnknown"));
}

TEST_CASE("a proxy is not asked for an address that only the pod or its node has") {
  const WebServer proxy;  // which answers for every host
  const auto place = GENERATE("169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]");
  proxy.folder().write_script("cgi/app.git",
                              "printf 'Status: 307\\r\\nLocation: http://" + std::string(place) +
                                  "%s?%s\\r\\n\\r\\n' \"$PATH_INFO\" \"$QUERY_STRING\"\n");
  Pod pod;
  pod.environment.push_back("http_proxy=" + proxy.url(""));
  CHECK_THAT(pod.model("http://models.example.invalid/cgi/app.git/"),
             Contains("LocalAddressRefused"));
  // Debian's curl asks a proxy for all addresses of IPv6.
  if (place[0] != '[')
    CHECK_THAT(pod.repository("http://git.example.invalid/cgi/app.git"),
               Contains("LocalAddressRefused"));
  CHECK_THAT(proxy.full_log(), !Contains("rqst: GET http://" + std::string(place)));
}

TEST_CASE("git:// is used where the configuration allows it, and not else") {
  const Folder folder;
  const ServedRepository repository((folder / "app.git").string(), "");
  const auto commit = repository.commit("file", "text");
  const auto port = free_port();
  ServerProcess daemon;
  daemon.start({"/usr/lib/git-core/git-daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1",
                "--port=" + std::to_string(port), "--base-path=" + (folder / "").string()},
               port);
  const auto url = "git://127.0.0.1:" + std::to_string(port) + "/app.git";

  const Pod pod;
  CHECK_THAT(pod.repository(url), Contains("the URL must begin with https:// or http://"));
  CHECK_THAT(pod.repository(url, "--allow-git-protocol"), Contains(commit));
}
