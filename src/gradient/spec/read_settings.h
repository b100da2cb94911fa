#pragma once

#include "gradient/spec/settings.h"
#include "json/problem.h"

#include <variant>

namespace gradient {

// clang-format off
/// The operator's configuration file. Every key is optional, unknown ones are refused; what is left
/// out is as in default_settings(). With every key:
///
///     instanceTypes:              # adds machines, changes shipped ones, null takes one away
///       C4: {nodeSelector: {paperspace.com/pool-name: C4}}   # the rest stays as shipped
///       C1: null
///       My-GPU:
///         requests: {cpu: 4, memory: 30Gi}
///         limits: {cpu: 8, memory: 30Gi, nvidia.com/gpu: 1}  # one extended resource at most
///         sharedMemory: 15Gi      # of /dev/shm; default with GPUs: half of the memory
///         nodeSelector: {pool: gpu}
///         tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]
///         runtimeClassName: nvidia
///     instanceTypeLabel: paperspace.com/pool-name   # node label with the machine's name; selects
///                                                   # nodes for machines without nodeSelector
///     images: {sync: "registry.example.com/gradient-sync:1.0"}
///     podSecurity: baseline       # or restricted, for the app's container
///     secretName: gradient-secrets                  # the Secret behind SECRET:NAME
///     secrets: {allow: all}       # or labelled: which Secrets specs may name
///     automountServiceAccountToken: false
///     allowProbeHost: false       # whether health checks may name a host to ask
///     sync:                       # the helper containers
///       resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 1Gi}}
///       pullSecret: sync-pull
///       runAsUser: 65532          # null leaves it out
///       fsGroup: 65532            # null leaves it out
///       knownHosts: |             # host keys for git over ssh, as ssh-keyscan prints them, for all
///         git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAB   # whose Secret has none
///       caBundle: |               # authorities of private servers, in addition to the public ones
///         -----BEGIN CERTIFICATE-----
///         MIIBszCCAVmgAwIBAgIUQ2xvdWQgb2YgYSBwcml2YXRlIG9uZTEw
///         -----END CERTIFICATE-----
///       httpProxy: http://proxy.example.com:3128    # for http:// and, next, https:// sources; not
///       httpsProxy: http://proxy.example.com:3128   # for ssh, sftp and git://
///       noProxy: .svc,.cluster.local,10.0.0.0/8     # reached directly
///       allowGitProtocol: false   # whether git:// URLs may be used; nothing protects what they give
///       allowLocalAddresses: false  # whether sources may lead to addresses of the pod and its node
///       collectAfter: 10m         # after a change, what nobody uses leaves a dataset; null: never
///       limits: {files: 2000000, bytes: 16Ti, depth: 100}   # of a checkout or a model
///     rollout:
///       spareGpus: false          # whether a new pod finds GPUs while the old one still runs
///       drainSeconds: 5           # how long a terminating pod serves before its SIGTERM
///       defaultReadiness: true    # a port without a readiness check: whether something listens
///     placement: scheduler        # or spread: preferred anti-affinity for nodes and zones
///     podTemplate:                # of all pods, below each deployment's own
///       allowed: true             # whether a deployment may have one
///       maySetMachine: false      # whether it may set what the machine says
///       metadata: {labels: {team: nlp}, annotations: {example.com/a: b}}
///       spec: {priorityClassName: serving}   # a part of a PodSpec
///     clusterDomain: cluster.local
///     endpoint:                   # a URL for each deployment; left out: none
///       domain: apps.example.com  # https://<name>-<namespace>.apps.example.com
///       ingressClass: nginx       # an Ingress each; or, for an HTTPRoute each,
///       # gateway: {namespace: infra, name: public, sectionName: https}
///       scheme: https             # default: https with tls or gateway, else http
///       tls: {clusterIssuer: letsencrypt}    # or issuer, or secretName; not with gateway
///       annotations: {nginx.ingress.kubernetes.io/proxy-body-size: 64m}
///       allowedHosts:             # below the domain, by namespace ("*": all): what deployments may
///         team-a: [chat, chat.team-a]   # choose; "*" is any. Default: none
///       allowedAnnotations: [nginx.ingress.kubernetes.io/proxy-*]   # likewise; default: none
///     metrics:
///       requestDuration:          # an external metric: average seconds per replica
///         name: request_duration_seconds
///         selector: {service: "${name}", namespace: "${namespace}"}
///       labels: [namespace, name, reason]   # of the metrics of objects; fewer count them together
///
// clang-format on
std::variant<Settings, json::Problems> read_settings(const json::Json& document);

}  // namespace gradient
