# shellcheck shell=bash
# What the demo and the end-to-end tests have in common: the operator on a cluster of ./dev, and requests to what it deploys.
# Sourced after common.

for part in binaries processes kind images chart; do
	# shellcheck source=/dev/null
	source "$SCRIPTS/$part.sh"
done

OPERATOR=$ROOT/build/release/bin/gradient-operator
OPERATOR_LOG=$STATE/log/gradient-operator.log

# Makes the variables of `./dev cluster env` and a kubectl for them.
use_cluster() {
	local settings
	settings=$("$ROOT/dev" cluster env)
	eval "$settings"
	export KUBECONFIG
	# shellcheck source=/dev/null
	source "$SCRIPTS/servers.sh"
}

# In NAMESPACE where it is set.
kubectl() { command "$KUBECTL" ${NAMESPACE:+--namespace "$NAMESPACE"} "$@"; }

install_crds() {
	kubectl apply -f "$ROOT/crds"
	kubectl apply -f "$INSTALL" -l app.kubernetes.io/component=rights
	# An operator outside the cluster, with a client certificate of this name.
	kubectl create clusterrolebinding gradient-operator-outside --clusterrole gradient-operator --user gradient-operator \
		--dry-run=client -o yaml | kubectl apply -f -
	kubectl wait --for=condition=Established --timeout=30s -f "$ROOT/crds"
}

operator_answers() { curl --silent --fail --max-time 2 "http://$OPERATOR_ADDRESS/readyz"; }

# What the operator is told; the tests tell it more.
operator_settings() { printf 'images:\n  sync: %s\n' "$SYNC_IMAGE"; }

# As a process of this machine, with the rights of manifests/install.yaml and nothing more. One that runs already is replaced.
start_operator() { # [ARGUMENT...]
	stop gradient-operator
	operator_settings >"$STATE/operator.yaml"
	start gradient-operator "$OPERATOR" run --kubeconfig "$STATE/operator.kubeconfig" --config "$STATE/operator.yaml" \
		--metrics-address "${OPERATOR_ADDRESS:=$HOST_ADDRESS:9464}" "$@"
	wait_for gradient-operator 30 operator_answers
}

# Sends a request through the Service's cluster IP, which this machine reaches, but not that of a cluster in Docker.
request() { # NAME[/PATH] [CURL-ARGUMENT...]
	local address path='' from=()
	[[ $1 != */* ]] || path=${1#*/}
	address=$(kubectl get service "${1%%/*}" -o jsonpath='{.spec.clusterIP}')
	shift
	[[ $MODE != kind ]] || from=(docker exec "$(kind_name)-control-plane")
	"${from[@]}" curl --silent --show-error --fail --max-time 10 "$@" "http://$address/$path"
}

# The first request through a Service: its proxy hears of a pod that is ready later than others do, and drops or refuses until then.
first_request() { request "$@" --connect-timeout 2 --retry 10 --retry-all-errors; } # NAME[/PATH] [CURL-ARGUMENT...]
