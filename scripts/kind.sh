# The same cluster by kind, where Docker can start its nodes. Sourced.

KIND_VOLUMES=/var/local/gradient-operator

kind_name() { echo "gradient-operator-$CLUSTER_ID"; }

kind_nodes() { kind get nodes --name "$(kind_name)"; }

# With KIND_WORKERS=N there are as many more nodes. All share one folder of this machine, as by NFS: volumes for many nodes at once.
kind_config() {
	local i mount
	mount="  extraMounts: [{hostPath: \"$STATE/volumes\", containerPath: $KIND_VOLUMES}]"
	cat "$ROOT/kind-config.yaml"
	((${KIND_WORKERS:-0} == 0)) || echo "$mount"
	for ((i = 0; i < ${KIND_WORKERS:-0}; i++)); do printf -- '- role: worker\n%s\n' "$mount"; done
}

# kind's own certificate authority signs our certificates, so that all else is as on the node without kind.
start_kind() {
	local node pki=$STATE/pki server i
	kind delete cluster --quiet --name "$(kind_name)" # what a killed run left
	((${KIND_WORKERS:-0} == 0)) || mkdir -p "$STATE/volumes"
	kind_config | kind create cluster --name "$(kind_name)" --config - --kubeconfig "$STATE/kind.kubeconfig" --wait 120s \
		${KIND_NODE_IMAGE:+--image "$KIND_NODE_IMAGE"} >&2
	node=$(kind_name)-control-plane
	mkdir -p "$pki"
	for file in ca.crt ca.key; do docker exec "$node" cat "/etc/kubernetes/pki/$file" >"$pki/$file"; done
	server=$(sed -n 's,.*server: https://,,p' "$STATE/kind.kubeconfig")
	API_ADDRESS=${server%:*} API_PORT=${server##*:}
	HOST_ADDRESS=$(docker network inspect kind | jq -r '[.[].IPAM.Config[].Gateway // empty | select(contains(":") | not)][0]')
	NODE_ADDRESS=$(docker inspect "$node" | jq -r '.[0].NetworkSettings.Networks.kind.IPAddress')
	issue admin /O=system:masters/CN=admin
	issue gradient-operator /CN=gradient-operator
	write_kubeconfig "$STATE/admin.kubeconfig" admin
	write_kubeconfig "$STATE/operator.kubeconfig" gradient-operator
	for ((i = 1; i <= VOLUMES; i++)); do echo "$KIND_VOLUMES/local-$i"; done | docker exec -i "$node" xargs install -d -m 0777
	apply_cluster_objects "$KIND_VOLUMES"
	"$(binary kubectl)" --kubeconfig "$STATE/admin.kubeconfig" annotate --overwrite storageclass standard storageclass.kubernetes.io/is-default-class=false >/dev/null
}
