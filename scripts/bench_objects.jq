# What `./dev bench` makes in the cluster: objects as users, controllers and kubelets write them, and the requests that do so.

def plural:
  {GradientDeployment: "gradientdeployments", Dataset: "datasets", Model: "models", ContainerRegistry: "containerregistries",
   Deployment: "deployments", ReplicaSet: "replicasets", PodDisruptionBudget: "poddisruptionbudgets"}[.kind]
  // (.kind | ascii_downcase + "s");

def collection:
  (if .apiVersion | contains("/") then "/apis/" else "/api/" end) + .apiVersion
  + (if .metadata.namespace then "/namespaces/" + .metadata.namespace else "" end) + "/" + plural;

def path: collection + "/" + .metadata.name;

# Requests. The operator's own are as its applier sends them.
def get: {method: "GET", path: .};
def post: {method: "POST", path: collection, type: "application/json", body: .};
def delete: {method: "DELETE", path: path};
def merge($subresource): {method: "PATCH", path: (path + $subresource), type: "application/merge-patch+json", body: del(.apiVersion, .kind)};
def as_created:
  {method: "PATCH", path: (path + "?fieldManager=bare&force=false&fieldValidation=Strict"), type: "application/apply-patch+yaml",
   body: (.metadata.resourceVersion = "1")};

# For curl's --config, each request behind a line "next"; --arg server and folder.
def to_curl:
  "next", "fail", "url = \($server + .path | tojson)", "request = \(.method)", "output = /dev/null", "http1.1",
  "cacert = \($folder)/ca", "cert = \($folder)/cert", "key = \($folder)/key",
  (if .method == "GET" then "retry = 10" else empty end), # a server that has just begun may ask for patience
  (if .body then "header = \("Content-Type: " + .type | tojson)", "data = \(.body | tojson | tojson)" else empty end);

def named($kind; $api; $namespace; $name): {apiVersion: $api, kind: $kind, metadata: {name: $name, namespace: $namespace}};

def owner: {apiVersion, kind, name: .metadata.name, uid: .metadata.uid, controller: true, blockOwnerDeletion: true};

# With nothing that pods would have to report.
def plain_deployment($namespace; $name; $replicas):
  named("GradientDeployment"; "gradient-operator.dev/v1alpha1"; $namespace; $name)
  | .spec = {image: "registry.example.com/team/server:1.0", port: 8501, env: [{name: "MODEL_BASE_PATH", value: "/opt/models"}],
             resources: {replicas: $replicas, instanceType: "C4"}};

# With all that becomes part of its pods.
def full_deployment($namespace; $name):
  plain_deployment($namespace; $name; 2)
  | .spec += {containerRegistry: "registry", models: [{id: "model", path: "/opt/models"}],
              repositories: {dataset: "dataset", mountPath: "/opt/repos",
                             repositories: [{url: "https://git.example.com/team/code.git", name: "code", ref: "main"}]}};

def with_secrets($names): .spec.env += [$names[] | {name: ("SECRET_" + gsub("-"; "_") | ascii_upcase), value: "SECRET:\(.)/value"}];

# What the operator writes for a GradientDeployment; --slurpfile rendered and status, of one named some-name.
def written($rendered; $status):
  . as $parent
  | def of_it: tojson | split("some-name") | join($parent.metadata.name) | fromjson;
    ($rendered[] | of_it | .metadata += {namespace: $parent.metadata.namespace, ownerReferences: [$parent | owner]} | as_created),
    ($parent | {apiVersion, kind, metadata: {name: .metadata.name, namespace: .metadata.namespace}} + ($status | of_it) | merge("/status?fieldManager=bare&fieldValidation=Strict"));

def namespace: ({apiVersion: "v1", kind: "Namespace", metadata: {name: .}});
def service_account: named("ServiceAccount"; "v1"; .; "default");

def secret($namespace; $name; $bytes):
  named("Secret"; "v1"; $namespace; $name) | .data = {value: ("x" * ($bytes * 3 / 4 | floor) | @base64)};

# The items of a list have neither apiVersion nor kind.
def listed($kind): {apiVersion: "apps/v1", kind: $kind} + .;

# What the Deployment controller makes of a live Deployment.
def hash: "5d4f8c7b9";
def replica_set:
  [owner] as $owners
  | named("ReplicaSet"; "apps/v1"; .metadata.namespace; .metadata.name + "-" + hash)
    + {spec: {replicas: .spec.replicas, selector: (.spec.selector | .matchLabels["pod-template-hash"] = hash),
              template: (.spec.template | .metadata.labels["pod-template-hash"] = hash)}}
  | .metadata += {labels: .spec.template.metadata.labels, ownerReferences: $owners};

def time: now | todate;
def condition($type; $status): {type: $type, status: $status, lastTransitionTime: time};
def complete_status:
  named(.kind; .apiVersion; .metadata.namespace; .metadata.name)
  + {status: {observedGeneration: .metadata.generation, replicas: .spec.replicas, updatedReplicas: .spec.replicas,
              readyReplicas: .spec.replicas, availableReplicas: .spec.replicas,
              conditions: [condition("Available"; "True") + {reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability.", lastUpdateTime: time},
                           condition("Progressing"; "True") + {reason: "NewReplicaSetAvailable", lastUpdateTime: time,
                             message: "ReplicaSet \"\(.metadata.name)-\(hash)\" has successfully progressed."}]}};

# The pods of a live ReplicaSet, bound to nodes that do not exist.
def pods:
  . as $set
  | [owner] as $owners
  | range(.spec.replicas)
  | . as $number
  | named("Pod"; "v1"; $set.metadata.namespace; "\($set.metadata.name)-\($number)")
  | .metadata += {labels: $set.spec.template.metadata.labels, annotations: $set.spec.template.metadata.annotations, generateName: ($set.metadata.name + "-"),
                ownerReferences: $owners}
  | .spec = $set.spec.template.spec + {nodeName: "node-\($number % 100)"};

# As a kubelet reports it; `ready` with a message of its own makes each report another one.
def pod_status($ready; $message):
  def state: if $ready then {running: {startedAt: time}} else {waiting: {reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container"}} end;
  ($ready | if . then "True" else "False" end) as $is
  | named("Pod"; "v1"; .metadata.namespace; .metadata.name)
  + {status: {phase: "Running", startTime: time, hostIP: "10.0.0.1", hostIPs: [{ip: "10.0.0.1"}], podIP: "10.1.0.1", podIPs: [{ip: "10.1.0.1"}],
              conditions: [condition("PodReadyToStartContainers"; "True"), condition("Initialized"; "True"), condition("Ready"; $is) + {message: $message},
                           condition("ContainersReady"; $is), condition("PodScheduled"; "True")],
              containerStatuses: [.spec.containers[] | {name, image, ready: $ready, started: $ready, restartCount: 0, state: state,
                imageID: "registry.example.com/team/server@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                containerID: "containerd://0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]}}
  | merge("/status");

def event($reason; $type; $message):
  named("Event"; "v1"; .metadata.namespace; "\(.metadata.name).\($reason | ascii_downcase)")
  + {involvedObject: {apiVersion, kind, name: .metadata.name, namespace: .metadata.namespace, uid: .metadata.uid}, reason: $reason, type: $type, message: $message,
     count: 1, firstTimestamp: time, lastTimestamp: time, source: {component: "kubelet", host: "node-0"}};
