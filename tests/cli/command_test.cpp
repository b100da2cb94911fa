#include "cli/support/command.h"

#include "cli/exit_code.h"
#include "cli/support/session.h"
#include "kube/support/raw_server.h"

#include <catch2/catch.hpp>

#include <atomic>

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using command::kubeconfig;
using command::run;

namespace {

/// Answers every GET of a deployment, and every list with nothing.
void serve_deployment(Peer& peer, int /*number*/) {
  while (const auto request = peer.receive()) {
    const bool is_deployment = request->line.find("gradientdeployments/demo") != std::string::npos;
    const std::string body =
        is_deployment ? R"({"metadata":{"name":"demo","namespace":"ns"}})" : R"({"items":[]})";
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  }
}

}  // namespace

TEST_CASE("the exit code says whether the input, the call or the world was wrong") {
  const session::Folder folder;
  folder.add("good.yaml", "image: app\nresources: {instanceType: C4}\n");
  folder.add("bad.yaml", "image: app\n");
  CHECK(run("validate -f good.yaml").code == cli::Fine);
  CHECK(run("validate -f bad.yaml").code == cli::ProblemsInInput);
  CHECK(run("validate -f good.yaml bad.yaml").code == cli::ProblemsInInput);
  CHECK(run("render -f - < good.yaml").code == cli::ProblemsInInput);  // it has no name
  CHECK(run("render -f good.yaml --name demo").code == cli::Fine);
  CHECK(run("import -f good.yaml --name demo").code == cli::Fine);
  CHECK(run("import -f - < good.yaml").code == cli::ProblemsInInput);
  CHECK(run("import -f good.yaml --name demo >/dev/full").code == cli::Failure);
  const auto missing = run("validate -f missing.yaml");
  CHECK(missing.code == cli::Failure);
  CHECK(missing.output == "gradient-operator: missing.yaml: No such file or directory\n");
  const auto full = run("render -f good.yaml --name demo >/dev/full");
  CHECK(full.code == cli::Failure);
}

TEST_CASE("a disk that is full is told by all that write") {
  const session::Folder folder;
  const RawServer server(serve_deployment);
  folder.add("kubeconfig", kubeconfig(server.url()));
  folder.add("good.yaml", "image: app\nresources: {instanceType: C4}\n");
  const auto command =
      GENERATE(as<std::string>{}, "render -f good.yaml --name demo",
               "import -f good.yaml --name demo", "status demo --kubeconfig kubeconfig");
  INFO(command);
  REQUIRE(run(command).code == cli::Fine);
  const auto full = run(command + " 2>message >/dev/full; code=$?; cat message; exit $code");
  CHECK(full.code == cli::Failure);
  CHECK(full.output == "gradient-operator: standard output cannot be written\n");
}

TEST_CASE("a call that cannot be understood is exit code 2 and says why") {
  const auto arguments =
      GENERATE(as<std::string>{}, "frobnicate", "validate", "validate -f", "validate -x",
               "render -f - -o xml", "render", "logs", "logs demo --since 5", "logs demo -f -p",
               "completion tcsh", "import", "import -f", "run --workers 0", "run --workers x",
               "run --log-level loud", "run --lease-name A_b", "run --log-format xml");
  INFO(arguments);
  const auto outcome = run(arguments);
  CHECK(outcome.code == cli::Usage);
  CHECK_THAT(outcome.output, Contains("Run with --help for more information."));
}

TEST_CASE("a deployment is asked for by a name that one can have") {
  const auto command = GENERATE(as<std::string>{}, "status", "logs", "logs -f");
  const auto name = GENERATE(as<std::string>{}, "''", "My_App", "gdep/A", "gdep/", "7a", "..");
  INFO(command + " " + name);
  const auto outcome = run(command + " " + name);
  CHECK(outcome.code == cli::Usage);
  CHECK_THAT(outcome.output,
             StartsWith("NAME: must be a DNS label of at most 50 characters that begins with a "
                        "letter, such as my-app"));
}

TEST_CASE("a deployment may be called as kubectl calls it, and nothing else") {
  const session::Folder folder;
  const RawServer server(serve_deployment);
  folder.add("kubeconfig", kubeconfig(server.url()));
  const auto kind = GENERATE(as<std::string>{}, "gdep", "GDEP", "gradientdeployment",
                             "gradientdeployments.gradient-operator.dev");
  CHECK_THAT(run("status " + kind + "/demo --kubeconfig kubeconfig").output,
             StartsWith("GradientDeployment ns/demo\n"));
  for (const char* command : {"status", "logs"})
    CHECK_THAT(run(command + std::string(" deployment/demo")).output,
               StartsWith("NAME: must be the name of a GradientDeployment, such as my-app or "
                          "gdep/my-app"));
}

TEST_CASE("without a name status has a line for each deployment") {
  const session::Folder folder;
  const RawServer server([](Peer& peer, int /*number*/) {
    while (const auto request = peer.receive()) {
      const bool is_of_all = request->line.find("/namespaces/") == std::string::npos;
      const std::string items =
          R"({"metadata":{"name":"demo","namespace":"ns"},"spec":{},
              "status":{"ready":"1/2","conditions":[{"type":"Ready","status":"False",
              "reason":"Syncing","message":"model llm is being fetched"}]}})" +
          std::string(is_of_all ? R"(,{"metadata":{"name":"b","namespace":"other"}})" : "");
      const auto body = R"({"items":[)" + items + "]}";
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  });
  folder.add("kubeconfig", kubeconfig(server.url()));
  CHECK(run("status --kubeconfig kubeconfig").output ==
        "NAME   READY   WHY       AGE   MESSAGE\n"
        "demo   1/2     Syncing         model llm is being fetched\n");
  CHECK(run("status -A --kubeconfig kubeconfig").output ==
        "NAMESPACE   NAME   READY   WHY       AGE   MESSAGE\n"
        "ns          demo   1/2     Syncing         model llm is being fetched\n"
        "other       b      -       -               no operator has observed it yet\n");
  CHECK(run("status demo -A --kubeconfig kubeconfig").code == cli::Usage);
}

TEST_CASE("a watch prints again what has changed, until the cluster does not answer") {
  const session::Folder folder;
  std::atomic<int> looks = 0;
  const RawServer server([&](Peer& peer, int /*number*/) {
    while (peer.receive()) {
      const int look = ++looks;
      if (look > 3) return;
      const std::string ready = look < 3 ? "0" : "1";
      const auto body = R"({"items":[{"metadata":{"name":"demo","namespace":"ns"},"spec":{},)"
                        R"("status":{"ready":")" +
                        ready + R"(/1","conditions":[{"type":"Ready","reason":"R"}]}}]})";
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  });
  folder.add("kubeconfig", kubeconfig(server.url()));
  const auto watched = run("status --watch --kubeconfig kubeconfig 2>/dev/null");
  CHECK(watched.code == cli::Failure);
  const std::string header = "NAME   READY   WHY   AGE   MESSAGE\n";
  CHECK(watched.output == header + "demo   0/1     R\n\n" + header + "demo   1/1     R\n");
}

TEST_CASE("a namespace without deployments is told") {
  const session::Folder folder;
  const RawServer server(serve_deployment);
  folder.add("kubeconfig", kubeconfig(server.url()));
  const auto empty = run("status --kubeconfig kubeconfig");
  CHECK(empty.code == cli::Fine);
  CHECK(empty.output ==
        "there is no GradientDeployment in the namespace ns; -A looks at all namespaces\n");
}

TEST_CASE("logs asks for what its options say, and shows helpers' lines to people") {
  const session::Folder folder;
  const RawServer server([](Peer& peer, int /*number*/) {
    while (const auto request = peer.receive()) {
      std::string body = R"({"metadata":{"name":"demo","namespace":"ns"}})";
      if (request->line.find("/pods?") != std::string::npos) {
        body = R"({"items":[{"metadata":{"name":"demo-1","namespace":"ns"},"status":{
          "initContainerStatuses":[{"name":"sync-llm","containerID":"a"}],
          "containerStatuses":[{"name":"app","containerID":"b",
                                "lastState":{"terminated":{"containerID":"c"}}}]}}]})";
      } else if (request->line.find("/log?") != std::string::npos) {
        body = request->line + "\n" +
               R"({"time":"2026-01-31T16:28:39Z","level":"warning","event":"retry","reason":)"
               R"("HostUnknown","message":"no host; trying again in 4 s"})" +
               "\n";
      }
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  });
  folder.add("kubeconfig", kubeconfig(server.url()));
  const std::string begin = "GET /api/v1/namespaces/ns/pods/demo-1/log?container=";
  const auto logs = [](const std::string& options) {
    return session::lines(run("logs --kubeconfig kubeconfig " + options).output);
  };
  const auto all = logs("demo");
  REQUIRE(all.size() == 4);
  CHECK_THAT(all[0],
             StartsWith("demo-1/sync-llm: " + begin + "sync-llm&tailLines=100&follow=false"));
  CHECK(all[1] == "demo-1/sync-llm: 16:28:39 warning HostUnknown: no host; trying again in 4 s");
  CHECK_THAT(all[3], StartsWith("demo-1/app: {"));  // an app's lines are its own
  CHECK_THAT(logs("demo --raw").at(1), StartsWith("demo-1/sync-llm: {"));
  CHECK_THAT(logs("gdep/demo -c app --since 10m").at(0),
             StartsWith("demo-1/app: " + begin + "app&follow=false&sinceSeconds=600"));
  const auto previous = logs("demo -p --tail 7");
  REQUIRE(previous.size() == 2);
  CHECK_THAT(previous[0],
             StartsWith("demo-1/app: " + begin + "app&tailLines=7&follow=false&previous=true"));
  CHECK(logs("-l team=search").size() == 4);
  const auto other = run("logs demo -c web --kubeconfig kubeconfig");
  CHECK(other.code == cli::ProblemsInInput);
  CHECK(other.output == "there is no container web; there are: app, sync-llm\n");
}

TEST_CASE("a log that cannot be read is told, and the others are shown") {
  const session::Folder folder;
  const RawServer server([](Peer& peer, int /*number*/) {
    while (const auto request = peer.receive()) {
      std::string status = "200 OK";
      std::string body = R"({"metadata":{"name":"demo","namespace":"ns"}})";
      if (request->line.find("/pods?") != std::string::npos) {
        body = R"({"items":[{"metadata":{"name":"demo-1","namespace":"ns"},"status":{
          "containerStatuses":[{"name":"app","containerID":"a"},
                               {"name":"web","containerID":"b"}]}}]})";
      } else if (request->line.find("container=app") != std::string::npos) {
        status = "400 Bad Request";
        body = R"({"kind":"Status","message":"its log is gone","reason":"BadRequest","code":400})";
      } else if (request->line.find("/log?") != std::string::npos) {
        body = "hello\n";
      }
      peer.send("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  });
  folder.add("kubeconfig", kubeconfig(server.url()));
  const auto outcome = run("logs demo --kubeconfig kubeconfig");
  CHECK(outcome.code == cli::Failure);
  CHECK_THAT(outcome.output, Contains("its log is gone\n") && EndsWith("demo-1/web: hello\n"));
  // Whoever follows what nobody can read ends.
  const auto full = run("logs demo -f --kubeconfig kubeconfig -c web 2>&1 >/dev/full");
  CHECK(full.code == cli::Failure);
  CHECK(full.output == "gradient-operator: standard output cannot be written\n");
}

TEST_CASE("colours are for terminals, or when they are asked for") {
  const session::Folder folder;
  folder.add("bad.yaml", "image: 5\nresources: {instanceType: C4}\n");
  const std::string red = "\x1b[31mbad.yaml:1\x1b[0m: image: must be a string";
  CHECK_THAT(run("validate bad.yaml").output, StartsWith("bad.yaml:1: image: must be a string"));
  CHECK_THAT(run("validate bad.yaml --color always").output, StartsWith(red));
  const auto on_terminal = [](const std::string& before, const std::string& arguments) {
    return command::shell(before +
                          " script --quiet --return --command \"'" OPERATOR "' validate bad.yaml " +
                          arguments + "\" /dev/null")
        .output;
  };
  CHECK_THAT(on_terminal("TERM=xterm", ""), StartsWith(red));
  CHECK_THAT(on_terminal("TERM=xterm", "--color never"), StartsWith("bad.yaml:1: "));
  CHECK_THAT(on_terminal("TERM=xterm NO_COLOR=1", ""), StartsWith("bad.yaml:1: "));
  CHECK_THAT(on_terminal("TERM=dumb", ""), StartsWith("bad.yaml:1: "));
}

TEST_CASE("a cluster without the CRDs is told from one without the deployment") {
  const session::Folder folder;
  const RawServer server([](Peer& peer, int /*number*/) {
    while (peer.receive())
      peer.send(
          "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 19\r\n\r\n"
          "404 page not found\n");
  });
  folder.add("kubeconfig", kubeconfig(server.url()));
  folder.add("good.yaml", "image: app\nresources: {instanceType: C4}\n");
  const auto command =
      GENERATE(as<std::string>{}, "status demo", "logs demo", "diff -f good.yaml --name demo");
  INFO(command);
  const auto outcome = run(command + " --kubeconfig kubeconfig");
  CHECK(outcome.code == cli::Failure);
  CHECK(outcome.output ==
        "gradient-operator: get GradientDeployment ns/demo: 404: no matches for kind; "
        "install the custom resource definitions: kubectl apply -f crds/\n");
}

TEST_CASE("a command that there is not is named, with the one that is meant") {
  const std::string help = "\nRun with --help for more information.\n";
  CHECK(run("rendr -f spec.yaml").output ==
        "gradient-operator: there is no command \"rendr\"; did you mean render?" + help);
  CHECK(
      run("apply -f spec.yaml").output ==
      "gradient-operator: there is no command \"apply\"; there are validate, render, import, diff, "
      "status, logs, run, completion, version, help" +
          help);
}

TEST_CASE("one object given twice is told alike by all that read files") {
  const session::Folder folder;
  const std::string bare = "image: app\nresources: {instanceType: C4}\n";
  folder.add("f.yaml", bare + "---\n" + bare);
  folder.add("nowhere.yaml", kubeconfig("http://127.0.0.1:1"));
  for (const char* command : {"validate", "render", "diff --kubeconfig nowhere.yaml"}) {
    INFO(command);
    CHECK(run(std::string(command) + " -f f.yaml --name demo >/dev/null").output ==
          "f.yaml:4: defines the object of f.yaml:1 again; keep one of the two\n");
  }
}

TEST_CASE("a configuration with problems ends run before anything is watched") {
  const session::Folder folder;
  folder.add("config.yaml", "secretNmae: x\n");
  const auto outcome = run("run --config config.yaml --metrics-address ''");
  CHECK(outcome.code == cli::ProblemsInInput);
  CHECK(outcome.output == "config.yaml:1: secretNmae: unknown field; did you mean secretName?\n");
  CHECK(run("run --config missing.yaml").code == cli::Failure);
}

TEST_CASE("a kubeconfig that is not there ends run with its name") {
  const auto outcome =
      run("run --kubeconfig /nonexistent/config --metrics-address '' --log-format json");
  CHECK(outcome.code == cli::Failure);
  CHECK_THAT(outcome.output, Contains("/nonexistent/config"));
}
