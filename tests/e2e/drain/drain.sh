# shellcheck shell=bash
# A whole node is drained, twice: a second kubelet, with a containerd of its own, is a second node of the same address.

for part in certificates sandbox; do
	# shellcheck source=/dev/null
	source "$SCRIPTS/$part.sh"
done
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/../scenarios/requests.sh"

NODES=(local second) # NODE_NAME of scripts/node.sh

a_drain_of_each_node_loses_no_request() {
	local node
	second_node
	impatient 4
	for node in "${NODES[@]}"; do (($(pods_on "$node") > 0)); done
	loses_nothing_while drains "${NODES[@]}"
	equals "$(pods_on second)" 0
	equals "$(kubectl get deployment app -o jsonpath='{.status.readyReplicas}')" 4
}

a_drain_goes_on_past_pods_that_crash() {
	second_node
	hello app <<<'command: [sh, -c, "exit 1"]
resources: {instanceType: small, replicas: 3}'
	until_why app CrashLoop
	drains "${NODES[@]}"
}

# Each in turn, with the others to take its pods.
drains() { # NODE...
	local node
	for node; do
		kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout=120s
		equals "$(pods_on "$node")" 0
		kubectl uncordon "$node"
	done
}

pods_on() { # NODE
	kubectl get pods -l gradient-operator.dev/deployment=app --field-selector "spec.nodeName=$1" -o name | wc -l
}

second_is_ready() { kubectl wait node/second --for=condition=Ready --timeout=1s; }

# Goes with the cluster. It has the network of the first node, and so its address and its kube-proxy.
second_node() {
	local own=$STATE/second folder
	if second_is_ready; then return; fi
	mkdir -p "$own"
	issue second "/O=system:nodes/CN=system:node:second"
	write_kubeconfig "$own/kubeconfig" second
	sed "s|^root = .*|root = \"$own/containerd\"|; s|^state = .*|state = \"/run/containerd/second\"|; s|$STATE/containerd.sock|$own/containerd.sock|" \
		"$STATE/containerd.toml" >"$own/containerd.toml"
	sed "s|$STATE/containerd.sock|$own/containerd.sock|; s|^cgroupRoot: .*|&/second|" "$STATE/kubelet.yaml" >"$own/kubelet.yaml"
	printf '%s\n' "port: 10260" "healthzPort: 10258" "podLogsDir: $own/logs" >>"$own/kubelet.yaml"
	for folder in $(cgroup_folders); do second_cgroup "$folder"; done
	start_in_node containerd-second containerd --config "$own/containerd.toml"
	wait_for containerd-second 60 ctr --address "$own/containerd.sock" version
	CONTAINERD_SOCKET=$own/containerd.sock pause_image
	CONTAINERD_SOCKET=$own/containerd.sock app_image
	start_in_node kubelet-second "$(binary kubelet)" --config="$own/kubelet.yaml" --kubeconfig="$own/kubeconfig" \
		--root-dir="$own/kubelet" --node-ip="$NODE_ADDRESS" --hostname-override=second
	wait_for kubelet-second 120 second_is_ready
}

# With cgroup v1, its processors and memory nodes have to be said before a process can be in it.
second_cgroup() { # FOLDER
	local file
	mkdir -p "$1/second"
	for file in cpuset.cpus cpuset.mems; do
		[[ ! -s $1/$file || -s $1/second/$file ]] || cat "$1/$file" >"$1/second/$file"
	done
}
