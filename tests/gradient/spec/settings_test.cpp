#include "base/files.h"
#include "gradient/spec/documents.h"
#include "gradient/spec/read_settings.h"

#include <catch2/catch.hpp>

#include <filesystem>

namespace fs = std::filesystem;
using gradient::Settings;
using Lines = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

namespace {

Settings settings(std::string_view yaml) {
  const auto reading = gradient::read_settings(documents::document(yaml));
  INFO(Catch::StringMaker<Lines>::convert(documents::problems(reading)));
  REQUIRE(std::holds_alternative<Settings>(reading));
  return std::get<Settings>(reading);
}

struct Case {
  std::string name, yaml;
  Lines problems;
};

}  // namespace

TEST_CASE("without a file there are Gradient's machines and the defaults of the design") {
  const auto defaults = gradient::default_settings();
  CHECK(defaults.sync_image == "gradient-sync:" PROJECT_VERSION);
  CHECK(defaults.secret_name == "gradient-secrets");
  CHECK(defaults.run_as_user == 65532);
  CHECK(defaults.fs_group == 65532);
  CHECK(defaults.cluster_domain == "cluster.local");
  CHECK_FALSE(defaults.spare_gpus);
  CHECK(defaults.drain_seconds == 5);

  const auto* c4 = defaults.instance_type("C4");
  REQUIRE(c4 != nullptr);
  CHECK(c4->cpu_request == "1");
  CHECK(c4->cpu_limit == "2");
  CHECK(c4->memory_request == "4Gi");
  CHECK(c4->memory_limit == "4Gi");
  CHECK(c4->gpus == 0);
  CHECK(c4->shared_memory.empty());
  CHECK(c4->node_selector.is_null());

  CHECK(defaults.instance_type("c1")->cpu_request == "500m");
  CHECK(defaults.instance_type("C1")->memory_limit == "512Mi");
  const auto* gpus = defaults.instance_type("a4000X4");
  REQUIRE(gpus != nullptr);
  CHECK(gpus->name == "A4000x4");
  CHECK(gpus->gpus == 4);
  CHECK(gpus->gpu_resource == "nvidia.com/gpu");
  CHECK(gpus->memory_limit == "180Gi");
  CHECK(gpus->shared_memory == "90Gi");
  CHECK(defaults.instance_type("A4000")->shared_memory == "23040Mi");
  CHECK(defaults.instance_type("H100x8")->memory_limit == "2Ti");
  CHECK(defaults.instance_type("C99") == nullptr);
}

TEST_CASE("the names of the catalogue are listed in the order people count") {
  const auto names = gradient::default_settings().instance_type_names();
  CHECK(names.find("C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, GPU+") != std::string::npos);
  CHECK(Settings().instance_type_names() == "none");
}

TEST_CASE("every key of the configuration file arrives") {
  const auto read = settings(R"(
instanceTypes:
  C4: {nodeSelector: {paperspace.com/pool-name: pool-c4}}
  C1: null
  My-GPU:
    requests: {cpu: 4, memory: 30Gi}
    limits: {cpu: 8, memory: 30Gi, amd.com/gpu: 2}
    tolerations: [{key: amd.com/gpu, operator: Exists, effect: NoSchedule}]
    runtimeClassName: amd
  Half: {requests: {cpu: 0.5}, sharedMemory: 1Gi}
instanceTypeLabel: paperspace.com/pool-name
images: {sync: "registry.example.com/gradient-sync:1.0"}
podSecurity: restricted
secretName: team-secrets
secrets: {allow: labelled}
automountServiceAccountToken: true
allowProbeHost: true
placement: spread
sync:
  resources: {limits: {memory: 2048Mi}, requests: {cpu: 0.1}}
  pullSecret: sync-pull
  runAsUser: 1000
  fsGroup: null
  knownHosts: |
    # ours
    git.example.com ssh-ed25519 AAAA

    @cert-authority *.example.com ssh-rsa AAAA comment
  caBundle: |
    -----BEGIN CERTIFICATE-----
    AAAA
    -----END CERTIFICATE-----
  httpProxy: http://proxy.example.com:3128
  httpsProxy: socks5://10.0.0.1:1080/
  noProxy: .svc,10.0.0.0/8
  allowGitProtocol: true
  allowLocalAddresses: true
  collectAfter: 1h30m
  limits: {files: 1000, bytes: 1.5Ti, depth: 20}
rollout: {spareGpus: true, drainSeconds: 25, defaultReadiness: false}
podTemplate:
  allowed: false
  maySetMachine: true
  metadata: {labels: {team: nlp}}
  spec: {priorityClassName: serving}
clusterDomain: example.org
metrics: {requestDuration: {name: request_seconds, selector: {service: "${name}"}}, labels: [namespace]}
)");
  CHECK(read.allow_probe_host);
  CHECK(read.labelled_secrets_only);
  CHECK(read.placement == gradient::Placement::Spread);
  CHECK(read.metric_labels.ns);
  CHECK_FALSE(read.metric_labels.name);
  CHECK_FALSE(read.metric_labels.reason);
  CHECK_FALSE(read.default_readiness);
  CHECK_FALSE(read.pod_template_is_allowed);
  CHECK(read.pod_template_may_set_machine);
  CHECK(read.pod_template.labels.at("team") == "nlp");
  CHECK(json::text(read.pod_template.spec) == R"({"priorityClassName":"serving"})");
  CHECK(read.limits.files == 1000);
  CHECK(read.limits.bytes == std::int64_t{3} << 39);
  CHECK(read.limits.depth == 20);
  CHECK(json::text(read.instance_type("C4")->node_selector) ==
        R"({"paperspace.com/pool-name":"pool-c4"})");
  CHECK(read.instance_type("C4")->memory_limit == "4Gi");
  CHECK(read.instance_type("C1") == nullptr);
  CHECK(json::text(read.instance_type("C5")->node_selector) ==
        R"({"paperspace.com/pool-name":"C5"})");
  const auto* mine = read.instance_type("my-gpu");
  REQUIRE(mine != nullptr);
  CHECK(mine->name == "My-GPU");
  CHECK(mine->cpu_request == "4");
  CHECK(mine->gpus == 2);
  CHECK(mine->gpu_resource == "amd.com/gpu");
  CHECK(mine->shared_memory == "15Gi");
  CHECK(json::text(mine->tolerations) ==
        R"([{"effect":"NoSchedule","key":"amd.com/gpu","operator":"Exists"}])");
  CHECK(mine->runtime_class == "amd");
  CHECK(read.instance_type("half")->cpu_request == "500m");
  CHECK(read.instance_type("half")->shared_memory == "1Gi");
  CHECK(read.sync_image == "registry.example.com/gradient-sync:1.0");
  CHECK(read.pod_security == gradient::PodSecurity::Restricted);
  CHECK(read.secret_name == "team-secrets");
  CHECK(read.automount_service_account_token);
  CHECK(json::text(read.sync_resources) ==
        R"({"limits":{"memory":"2Gi"},"requests":{"cpu":"100m"}})");
  CHECK(read.sync_pull_secret == "sync-pull");
  CHECK(read.run_as_user == 1000);
  CHECK_FALSE(read.fs_group);
  CHECK(read.known_hosts ==
        "# ours\ngit.example.com ssh-ed25519 AAAA\n\n"
        "@cert-authority *.example.com ssh-rsa AAAA comment\n");
  CHECK(read.ca_bundle == "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  CHECK(read.http_proxy == "http://proxy.example.com:3128");
  CHECK(read.https_proxy == "socks5://10.0.0.1:1080/");
  CHECK(read.no_proxy == ".svc,10.0.0.0/8");
  CHECK(read.allow_git_protocol);
  CHECK(read.allow_local_addresses);
  CHECK(read.collect_after == 5400);
  CHECK(read.spare_gpus);
  CHECK(read.drain_seconds == 25);
  CHECK(read.cluster_domain == "example.org");
  CHECK(read.request_duration_metric == "request_seconds");
  CHECK(json::text(read.request_duration_selector) == R"({"service":"${name}"})");
}

TEST_CASE("hosts and annotations that deployments may choose are read") {
  const auto endpoint = *settings(R"(
endpoint:
  domain: a.example
  ingressClass: c
  allowedHosts: {team: [chat, chat.team], "*": ["*"], none: null}
  allowedAnnotations: [a.example/b, a.example/c-*, "*"]
)")
                             .endpoint;
  CHECK(endpoint.allowed_hosts == std::map<std::string, std::vector<std::string>>{
                                      {"*", {"*"}}, {"none", {}}, {"team", {"chat", "chat.team"}}});
  CHECK(endpoint.allowed_annotations ==
        std::vector<std::string>{"a.example/b", "a.example/c-*", "*"});
}

TEST_CASE("an endpoint is read, with the scheme that its certificate or gateway means") {
  CHECK_FALSE(gradient::default_settings().endpoint);
  const auto by_ingress = *settings(R"(
endpoint: {domain: apps.example.com, ingressClass: nginx, annotations: {example.com/size: 64m}}
)")
                               .endpoint;
  CHECK(by_ingress.domain == "apps.example.com");
  CHECK(by_ingress.by_ingress());
  CHECK(by_ingress.ingress_class == "nginx");
  CHECK_FALSE(by_ingress.https);
  CHECK(by_ingress.annotations == Texts{{"example.com/size", "64m"}});

  const auto by_gateway = *settings(R"(
endpoint: {domain: a.example, gateway: {namespace: infra, name: public, sectionName: https}}
)")
                               .endpoint;
  CHECK_FALSE(by_gateway.by_ingress());
  CHECK(by_gateway.gateway_namespace == "infra");
  CHECK(by_gateway.gateway_name == "public");
  CHECK(by_gateway.gateway_section == "https");
  CHECK(by_gateway.https);

  const auto https = [](const std::string& rest) {
    return settings("endpoint: {domain: a.example, " + rest + "}").endpoint->https;
  };
  CHECK(https("ingressClass: c, tls: {secretName: s}"));
  CHECK(https("ingressClass: c, scheme: https"));
  CHECK_FALSE(https("gateway: {namespace: infra, name: g}, scheme: http"));
}

TEST_CASE("a certificate of cert-manager is asked for by the annotation of its issuer's kind") {
  const auto endpoint = [](const std::string& tls) {
    return *settings("endpoint: {domain: a.example, ingressClass: c, tls: " + tls + "}").endpoint;
  };
  CHECK(endpoint("{secretName: s}").tls_secret == "s");
  CHECK(endpoint("{secretName: s}").issuer.empty());
  CHECK(endpoint("{clusterIssuer: all}").issuer == "all");
  CHECK(endpoint("{clusterIssuer: all}").issuer_annotation == "cert-manager.io/cluster-issuer");
  CHECK(endpoint("{issuer: mine}").issuer == "mine");
  CHECK(endpoint("{issuer: mine}").issuer_annotation == "cert-manager.io/issuer");
}

TEST_CASE("what is not written of the limits is as shipped") {
  const auto limits = settings("sync: {limits: {depth: 7}}").limits;
  CHECK(limits.files == 2'000'000);
  CHECK(limits.bytes == std::int64_t{16} << 40);
  CHECK(limits.depth == 7);
}

TEST_CASE("clean-up of datasets can be switched off") {
  CHECK(gradient::default_settings().collect_after == 600);
  CHECK_FALSE(settings("sync: {collectAfter: null}").collect_after);
}

TEST_CASE("the example that documents the file is valid") {
  const auto header =
      base::read_file(std::string(SOURCE_DIR) + "/src/gradient/spec/read_settings.h");
  std::string yaml;
  const std::string start = "///     ";
  for (std::size_t from = 0; from < header.size();) {
    const auto to = header.find('\n', from);
    const auto line = header.substr(from, to - from);
    if (line.rfind(start, 0) == 0) yaml += line.substr(start.size()) + "\n";
    from = to + 1;
  }
  CHECK(settings(yaml).instance_type("My-GPU")->gpus == 1);
}

TEST_CASE("the configurations that the chart must not refuse are valid") {
  std::size_t count = 0;
  for (const auto& file : fs::directory_iterator(fs::path(SOURCE_DIR) / "tests/chart")) {
    const auto name = file.path().filename().string();
    if (name.rfind("config-", 0) != 0) continue;
    ++count;
    INFO(name);
    const auto values = documents::document(base::read_file(file.path()));
    CHECK(documents::problems(gradient::read_settings(json::at(values, {"config"}))) == Lines{});
  }
  CHECK(count > 1);
}

TEST_CASE("problems of the configuration are reported") {
  const auto test = GENERATE(values<Case>({
      {"unknown keys",
       "instanceType: {}\nsync: {image: x}",
       {"sync.image: unknown field; remove it (known here: allowGitProtocol, "
        "allowLocalAddresses, caBundle, collectAfter, fsGroup, httpProxy, httpsProxy, knownHosts, "
        "limits, noProxy, pullSecret, "
        "resources, "
        "runAsUser)",
        "instanceType: unknown field; did you mean instanceTypes?"}},
      {"types",
       "instanceTypes: []\nimages: x\nmetrics: {requestDuration: {selector: x}}",
       {"instanceTypes: must be a mapping of machine names to requests and limits",
        "images: must be a mapping, not a string",
        "metrics.requestDuration.name: is required; write it, such as request_duration_seconds",
        "metrics.requestDuration.selector: must be a mapping of labels to values"}},
      {"labels of metrics",
       "metrics: {labels: [pod, name]}",
       {"metrics.labels[0]: must be namespace, name or reason",
        "metrics.labels: name says nothing without namespace; add that, or remove name"}},
      {"fractions of bytes",
       "instanceTypes: {M: {requests: {cpu: 0.5, memory: 0.5}, limits: {memory: 500m}, "
       "sharedMemory: '1.5'}, N: {requests: {memory: 128974848000m}, limits: {memory: 1.5Gi}}}",
       {"instanceTypes.M.requests.memory: would have a fraction of a byte; write the unit that is "
        "meant, such as 0.5Gi",
        "instanceTypes.M.limits.memory: would have a fraction of a byte; write the unit that is "
        "meant, such as 500Mi",
        "instanceTypes.M.sharedMemory: would have a fraction of a byte; write the unit that is "
        "meant, such as 1.5Gi"}},
      {"machines",
       "instanceTypes: {'a b': {}, M: {requests: {gpu: 1, cpu: 2, memory: lots}, limits: {cpu: 1, "
       "pods: 3, nvidia.com/gpu: 1.5}, nodeSelector: {a: 1}, tolerations: [{key: a, effect: No}], "
       "runtimeClassName: A_b, memory: 1}}",
       {"instanceTypes.M.requests.gpu: must be cpu or memory; extended resources belong to limits",
        "instanceTypes.M.requests.memory: must be a resource and its quantity, such as cpu: 500m",
        "instanceTypes.M.limits[\"nvidia.com/gpu\"]: must be cpu, memory, or an extended resource "
        "such as nvidia.com/gpu with a whole number up to 64",
        "instanceTypes.M.limits.pods: must be cpu, memory, or an extended resource such as "
        "nvidia.com/gpu with a whole number up to 64",
        "instanceTypes.M.requests: cpu is more than the limit; lower it or raise limits.cpu",
        "instanceTypes.M.nodeSelector.a: must be a node label and its value as a string",
        "instanceTypes.M.tolerations[0].effect: must be one of NoSchedule, PreferNoSchedule, "
        "NoExecute",
        "instanceTypes.M.runtimeClassName: must be the name of a RuntimeClass, such as nvidia",
        "instanceTypes.M.memory: unknown field; remove it (known here: limits, nodeSelector, "
        "requests, runtimeClassName, sharedMemory, tolerations)",
        "instanceTypes[\"a b\"]: must be the name of a machine, such as C4 or P4000x2"}},
      {"the way to servers",
       "sync: {caBundle: ca.pem, httpProxy: 'http://user:canary@proxy:3128', httpsProxy: proxy, "
       "noProxy: \"a\\nb\", allowGitProtocol: 'yes', allowLocalAddresses: 1}",
       {"sync.caBundle: must be certificates in PEM, each from -----BEGIN CERTIFICATE----- to "
        "-----END CERTIFICATE-----",
        "sync.httpProxy: must not carry a user or password, which would be shown in every pod; use "
        "a proxy that needs none from this cluster",
        "sync.httpsProxy: must be the URL of a proxy, such as http://proxy.example.com:3128",
        "sync.noProxy: must not contain line breaks or control characters; write it on one line",
        "sync.allowGitProtocol: must be true or false, not a string",
        "sync.allowLocalAddresses: must be true or false, not a number"}},
      {"a private key for a certificate",
       "sync: {caBundle: \"-----BEGIN PRIVATE KEY-----\\ncanary\"}",
       {"sync.caBundle: must have certificates only; remove the private key, and take it out of "
        "use"}},
      {"an endpoint without a way, with two, and of other types",
       "endpoint: {}",
       {"endpoint.domain: is required; write it, such as apps.example.com",
        "endpoint: must have exactly one of ingressClass and gateway"}},
      {"an endpoint with two ways",
       "endpoint: {domain: '*.example.com', ingressClass: A_b, gateway: {name: g}, tsl: {}}",
       {"endpoint.domain: must be a DNS domain of lower-case letters, digits, '-' and '.', such as "
        "apps.example.com",
        "endpoint.ingressClass: must be the name of a IngressClass (lower-case letters, digits, "
        "'-' "
        "and '.'), such as nginx",
        "endpoint.gateway.namespace: is required; write it, such as infra",
        "endpoint: must have exactly one of ingressClass and gateway",
        "endpoint.tsl: unknown field; did you mean tls?"}},
      {"an endpoint with what would have no effect",
       "endpoint: {domain: a.example, gateway: {namespace: infra, name: g}, tls: {secretName: s}}",
       {"endpoint.tls: has no effect with gateway, whose listeners have the certificates; remove "
        "it"}},
      {"an endpoint with a certificate of two origins",
       "endpoint: {domain: a.example, ingressClass: c, scheme: http, tls: {issuer: i, "
       "secretName: s}}",
       {"endpoint.tls: must have exactly one of secretName, clusterIssuer, issuer",
        "endpoint.scheme: is https with tls; remove one of the two"}},
      {"an endpoint with annotations that are none, ours, or said twice",
       "endpoint: {domain: a.example, ingressClass: c, tls: {issuer: i}, annotations: {'a b': x, "
       "example.com/n: 1, gradient-operator.dev/applied: x, cert-manager.io/issuer: x}}",
       {"endpoint.annotations[\"a b\"]: is no annotation; write one such as "
        "nginx.ingress.kubernetes.io/proxy-body-size",
        "endpoint.annotations[\"cert-manager.io/issuer\"]: is what endpoint.tls says already; "
        "remove it",
        "endpoint.annotations[\"example.com/n\"]: must be a string, not a number; put it in "
        "quotes",
        "endpoint.annotations[\"gradient-operator.dev/applied\"]: is the operator's own; remove "
        "it"}},
      {"hosts and annotations that nobody can be allowed",
       "endpoint: {domain: a.example, ingressClass: c, allowedHosts: {A_b: [chat], team: [chat, "
       "A, demo-team, '*.team', 7], more: chat}, allowedAnnotations: ['a b', 'a b*', "
       "gradient-operator.dev/x, cert-manager.io/issuer, 'a*']}",
       {"endpoint.allowedHosts.A_b: must be the name of a namespace, or \"*\" for all",
        "endpoint.allowedHosts.more: must be a list, not a string; begin each entry with '- '",
        "endpoint.allowedHosts.team[1]: must be the name of a host without the domain, such as "
        "chat or chat.team, or \"*\" for any",
        "endpoint.allowedHosts.team[2]: is of the form that the hosts of deployments without one "
        "have, one label with a dash; write it without a dash, or as several labels, such as "
        "chat.team",
        "endpoint.allowedHosts.team[3]: must be the name of a host without the domain, such as "
        "chat or chat.team, or \"*\" for any",
        "endpoint.allowedAnnotations[0]: must be an annotation, or how annotations begin and '*', "
        "such as nginx.ingress.kubernetes.io/proxy-*",
        "endpoint.allowedAnnotations[1]: must be an annotation, or how annotations begin and '*', "
        "such as nginx.ingress.kubernetes.io/proxy-*",
        "endpoint.allowedAnnotations[2]: is the operator's own; remove it",
        "endpoint.allowedAnnotations[3]: is for endpoint.tls to say; remove it"}},
      {"hosts for no mapping",
       "endpoint: {domain: a.example, ingressClass: c, allowedHosts: [chat]}",
       {"endpoint.allowedHosts: must be a mapping, not a list"}},
      {"one machine in two letter cases",
       "instanceTypes: {Big: {limits: {cpu: 1}}, big: {limits: {cpu: 2}}, c4: null, C4: {}}",
       {"instanceTypes.big: is the machine Big again, as letter case does not count; keep one of "
        "the two",
        "instanceTypes.c4: is the machine C4 again, as letter case does not count; keep one of the "
        "two"}},
      {"two kinds of GPU",
       "instanceTypes: {M: {limits: {amd.com/gpu: 1, nvidia.com/gpu: 1}}}",
       {"instanceTypes.M.limits[\"nvidia.com/gpu\"]: is a second extended resource; one is "
        "supported"}},
      {"tolerations that the API server refuses",
       "instanceTypes: {M: {tolerations: [{}, {operator: Equal, value: x}, {operator: Exists, key: "
       "x, value: x}, {key: a, tolerationSeconds: 3}, {key: a, value: 'x y'}, x]}}",
       {"instanceTypes.M.tolerations[0]: tolerates nothing; write a key, or operator: Exists for "
        "all taints",
        "instanceTypes.M.tolerations[1].key: is required with operator Equal; write it, such as "
        "nvidia.com/gpu",
        "instanceTypes.M.tolerations[2].value: is not compared with operator Exists; remove one of "
        "the two",
        "instanceTypes.M.tolerations[3].tolerationSeconds: holds for effect NoExecute; write that, "
        "or remove it",
        "instanceTypes.M.tolerations[4].value: must be the value of a taint, such as present",
        "instanceTypes.M.tolerations[5]: must be a mapping, not a string"}},
      {"the name that a quota has for GPUs",
       "instanceTypes: {M: {limits: {requests.nvidia.com/gpu: 1}}}",
       {"instanceTypes.M.limits[\"requests.nvidia.com/gpu\"]: must be cpu, memory, or an extended "
        "resource such as nvidia.com/gpu with a whole number up to 64"}},
      {"resources of helpers that the API server refuses",
       "sync: {resources: {requests: {cpu: 2, memory: 1Gi, ephemeral-storage: 2Gi}, limits: {cpu: "
       "1, ephemeral-storage: 1Gi, foo: 1, nvidia.com/gpu: 1}}}",
       {"sync.resources.limits.foo: unknown field; remove it (known here: cpu, ephemeral-storage, "
        "memory)",
        "sync.resources.limits[\"nvidia.com/gpu\"]: unknown field; remove it (known here: cpu, "
        "ephemeral-storage, memory)",
        "sync.resources.requests: cpu is more than the limit; lower it or raise limits.cpu",
        "sync.resources.requests: ephemeral-storage is more than the limit; lower it or raise "
        "limits.ephemeral-storage"}},
      {"which Secrets may be named",
       "secrets: {allow: some, deny: none}",
       {"secrets.allow: must be one of all, labelled",
        "secrets.deny: unknown field; remove it (known here: allow)"}},
      {"limits of content",
       "sync: {limits: {files: 0, bytes: 16X, depth: 4096, entries: 1}}",
       {"sync.limits.files: must be a whole number from 1 to 1000000000",
        "sync.limits.depth: must be a whole number from 1 to 2048",
        "sync.limits.bytes: must be a number of bytes from 1 to 8Pi, such as 16Ti",
        "sync.limits.entries: unknown field; remove it (known here: bytes, depth, files)"}},
      {"scalars",
       "podSecurity: none\nsecretName: A_b\nclusterDomain: -x\nimages: {sync: 'a b'}\n"
       "sync: {runAsUser: 0, knownHosts: 'git.example.com ssh-ed25519', collectAfter: 5s}\n"
       "rollout: {spareGpus: maybe, drainSeconds: 301}\ninstanceTypeLabel: a/b/c",
       {"instanceTypeLabel: must be the name of a label, such as paperspace.com/pool-name",
        "images.sync: must not contain blanks or line breaks; write one reference such as "
        "registry.example.com/team/app:1.4",
        "sync.runAsUser: must be a whole number from 1 to 2147483647",
        "sync.knownHosts: must be lines of a host, the type of its key and the key, as ssh-keyscan "
        "prints them",
        "sync.collectAfter: must be a duration from 1m to 720h, such as 10m, or null for never",
        "rollout.spareGpus: must be true or false, not a string",
        "rollout.drainSeconds: must be a whole number from 0 to 300",
        "podSecurity: must be one of baseline, restricted",
        "secretName: must be the name of a Secret (lower-case letters, digits, '-' and '.'), such "
        "as gradient-secrets",
        "clusterDomain: must be a DNS domain, such as cluster.local"}},
  }));
  DYNAMIC_SECTION(test.name) {
    CHECK(documents::problems(gradient::read_settings(documents::document(test.yaml))) ==
          test.problems);
  }
}
