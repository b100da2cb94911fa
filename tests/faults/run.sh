#!/usr/bin/env bash
# Seeded runs of the operator behind a proxy that disturbs (proxy.go), against a control plane with two API servers.
# usage: run.sh [RUNS] [SEED] [OPTION-OF-fault-runs...]
# With GRADIENT_CLUSTER the control plane of that name, which is up, is used.
set -euo pipefail
is_ours=''
[[ ${GRADIENT_CLUSTER:-} ]] || is_ours=1
export GRADIENT_CLUSTER=${GRADIENT_CLUSTER:-faults}
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/common.sh"
for part in packages binaries processes control_plane chart; do
	# shellcheck source=/dev/null
	source "$SCRIPTS/$part.sh"
done

# With sanitizers: what a broken connection leads to is where memory goes wrong.
OPERATOR=$ROOT/build/asan/bin/gradient-operator
RESULTS=$ROOT/build/faults
SECOND=second-api-server

kube() { "$KUBECTL" --kubeconfig "$KUBECONFIG" "$@"; }

# The Leases are in the namespaces of the runs.
install_operator_rights() {
	local -a apply=(apply --server-side --force-conflicts) # without a schema, which takes long to fetch
	kube "${apply[@]}" -f "$ROOT/crds"
	kube "${apply[@]}" -f "$INSTALL" -l app.kubernetes.io/component=rights
	{
		kube create clusterrole fault-runs-leases --verb get,create,update --resource leases.coordination.k8s.io --dry-run=client -o yaml
		for role in gradient-operator fault-runs-leases; do
			echo ---
			kube create clusterrolebinding "$role-outside" --clusterrole "$role" --user gradient-operator --dry-run=client -o yaml
		done
	} | kube "${apply[@]}" -f -
	kube wait --for=condition=Established --timeout=30s -f "$ROOT/crds"
}

# On the same etcd: what one has written, the other sees a moment later.
start_second_api_server() {
	local API_SERVER=$SECOND API_PORT=$second_port AUDIT_LOG=$STATE/log/$SECOND-audit.log
	start_api_server
	wait_for "$SECOND" 180 api_get /readyz
}

# Of a kind that is new a server says for a moment that its storage is being initialized.
await_kinds() {
	local port
	for port in "$API_PORT" "$second_port"; do
		wait_for kube-apiserver 60 kube --server "https://127.0.0.1:$port" get gradientdeployments,datasets,models,containerregistries -A
	done
}

finish() {
	stop "$SECOND"
	[[ ! $is_ours ]] || "$ROOT/dev" cluster down
}

runs=${1:-1000} seed=${2:-1}
shift $(($# < 2 ? $# : 2))
build_binaries fault-runs
trap finish EXIT
if [[ $is_ours ]]; then
	"$ROOT/dev" cluster down # what a killed run left
	"$ROOT/dev" cluster up --control-plane >/dev/null
fi
settings=$("$ROOT/dev" cluster env)
eval "$settings"
stop "$SECOND" # of a killed run
second_port=$((API_PORT + 1))
while ! port_is_free "$second_port"; do second_port=$((second_port + 1)); done
steps 2
step "CRDs and rights" install_operator_rights
step "a second API server" start_second_api_server
await_kinds
mkdir -p "$RESULTS"
printf 'images: {sync: registry.example.com/sync:1}\nendpoint: {domain: apps.example.com, ingressClass: nginx}\n' >"$RESULTS/config.yaml"
say "$runs runs from seed $seed"
"$(binary fault-runs)" --server "https://127.0.0.1:$API_PORT,https://127.0.0.1:$second_port" --pause "$(process_id "$SECOND")" --pki "$STATE/pki" \
	--operator "$OPERATOR" --config "$RESULTS/config.yaml" --folder "$RESULTS" --runs "$runs" --seed "$seed" "$@"
