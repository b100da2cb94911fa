#: bench [content|sharing|sources|COUNT...]     measure the operator against etcd and an API server (100 and 1000 objects), or content; writes docs/benchmarks.md
#: bench namespaces [COUNT...]                 measure what namespaces cost that the operator is told to watch
# One process of ours, no controllers: nothing but the operator writes to the objects that are counted. Figures come from /proc and from
# the API server's own request counters, not from the operator.
export GRADIENT_CLUSTER=bench
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
case ${1:-} in
	content | sharing | sources) exec bash "$SCRIPTS/bench_content.sh" "$1" ;;
esac
source "$SCRIPTS/processes.sh"
source "$SCRIPTS/binaries.sh"
source "$SCRIPTS/bench_report.sh"
source "$SCRIPTS/bench_namespaces.sh"

OPERATOR=$ROOT/build/release/bin/gradient-operator
NAMESPACE=bench
IDLE_SECONDS=60
QUIET_SECONDS=2
OURS='gradientdeployments|datasets|models|containerregistries|deployments|services|horizontalpodautoscalers|poddisruptionbudgets|secrets|persistentvolumeclaims'
work=$(mktemp -d)
operator_pid=

clean_up() {
	stop_operator
	"$ROOT/dev" cluster down >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap clean_up EXIT

kube() { "$(binary kubectl)" --kubeconfig "$KUBECONFIG" "$@"; }

# How often the API server was asked to change objects of ours or our children, whoever asked.
writes() {
	kube get --raw /metrics | awk -v ours="^($OURS)$" '
		/^apiserver_request_total/ && /verb="(APPLY|PATCH|POST|PUT|DELETE|DELETECOLLECTION)"/ && !/code="[45]/ {
			match($0, /resource="[^"]*"/); name = substr($0, RSTART + 10, RLENGTH - 11)
			if (name ~ ours) sum += $NF
		}
		END { printf "%d\n", sum }'
}

requests_sent() { curl -fs "http://$metrics/metrics" | awk '/^rest_client_requests_total/ && !/method="GET"/ { sum += $NF } END { printf "%d\n", sum }'; }

cpu_ms() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%d\n", ($12 + $13) * 1000 / tick }' "/proc/$operator_pid/stat"; }

status_kb() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$operator_pid/status"; } # VmRSS, VmHWM, Threads

operator_options=()
start_operator() {
	"$OPERATOR" run --kubeconfig "$KUBECONFIG" --metrics-address "$metrics" "${operator_options[@]}" >"$work/operator.log" 2>&1 &
	operator_pid=$!
	until curl -fso /dev/null "http://$metrics/readyz"; do
		[[ -d /proc/$operator_pid ]] || { cat "$work/operator.log" >&2; fail "the operator ended"; }
		read -rt 0.05 <> <(:) || true
	done
}

stop_operator() {
	[[ -n $operator_pid ]] || return 0
	kill "$operator_pid" 2>/dev/null || true
	wait "$operator_pid" 2>/dev/null || true
	operator_pid=
}

now_ms() { date +%s%3N; }

# Waits until no write was sent for QUIET_SECONDS; prints the time of the last one.
last_write_ms() { # AT-LEAST
	local seen=-1 count last
	last=$(now_ms)
	while :; do
		count=$(requests_sent)
		if ((count != seen)); then seen=$count last=$(now_ms); fi
		((seen >= $1 && $(now_ms) - last > QUIET_SECONDS * 1000)) && break
		read -rt 0.5 <> <(:) || true # a scrape costs the operator about 2 ms
	done
	echo "$last"
}

deployment() { # NAME
	cat <<END
{"apiVersion":"gradient-operator.dev/v1alpha1","kind":"GradientDeployment","metadata":{"name":"$1","namespace":"$NAMESPACE"},"spec":{
"image":"registry.example.com/team/server:1.0","containerRegistry":"registry","port":8501,
"env":[{"name":"MODEL_BASE_PATH","value":"/opt/models"}],"models":[{"id":"model","path":"/opt/models"}],
"repositories":{"dataset":"dataset","mountPath":"/opt/repos","repositories":[{"url":"https://git.example.com/team/code.git","name":"code","ref":"main"}]},
"resources":{"replicas":1,"instanceType":"C4"}}}
END
}

companions() {
	cat <<END
apiVersion: gradient-operator.dev/v1alpha1
kind: ContainerRegistry
metadata: {name: registry, namespace: $NAMESPACE}
spec: {server: registry.example.com, username: bench, password: "SECRET:registry-password"}
---
{apiVersion: v1, kind: Secret, metadata: {name: gradient-secrets, namespace: $NAMESPACE}, stringData: {registry-password: bench}}
---
{apiVersion: gradient-operator.dev/v1alpha1, kind: Dataset, metadata: {name: dataset, namespace: $NAMESPACE}, spec: {size: 1Gi, accessModes: [ReadWriteMany]}}
---
{apiVersion: gradient-operator.dev/v1alpha1, kind: Model, metadata: {name: model, namespace: $NAMESPACE}, spec: {source: {url: "https://models.example.com/model.bin"}}}
END
}

# Sends the requests that were noted down, as a client that does nothing else.
: >"$work/requests"
request() { # METHOD PATH CONTENT-TYPE FILE
	[[ ! -s $work/requests ]] || echo next >>"$work/requests"
	printf '%s\n' "url = \"$server$2\"" "request = \"$1\"" "data = \"@$4\"" "header = \"Content-Type: $3\"" 'output = "/dev/null"' \
		"cacert = \"$work/ca\"" "cert = \"$work/cert\"" "key = \"$work/key\"" http1.1 >>"$work/requests"
}
send() { # PARALLEL
	curl -sS --no-progress-meter --fail-early --parallel --parallel-max "$1" --config "$work/requests"
	: >"$work/requests"
}

OURS_PATH=/apis/gradient-operator.dev/v1alpha1/namespaces/$NAMESPACE/gradientdeployments
# Not by kubectl: its own rate limit would be what is measured.
create() { # PREFIX COUNT
	local i
	for ((i = 0; i < $2; i++)); do
		deployment "$1-$i" >"$work/$1-$i.json"
		request POST $OURS_PATH application/json "$work/$1-$i.json"
	done
	send 16
}

# What the operator sends for an object, and nothing of what it does to know that.
bare_requests() { # COUNT
	local i name kind apply=application/apply-patch+yaml options='fieldManager=bare&force=true&fieldValidation=Strict'
	local -A body
	{ companions; echo ---; deployment some-name; } >"$work/bare.yaml"
	"$OPERATOR" render -f "$work/bare.yaml" --assume-missing -o json >"$work/rendered" 2>/dev/null
	for kind in Deployment Service; do
		body[$kind]=$(jq -c --arg kind $kind '.items[] | select(.kind == $kind) | del(.metadata.ownerReferences)' "$work/rendered")
	done
	for ((i = 0; i < $1; i++)); do
		name=bare-$i
		for kind in Deployment Service; do
			printf '%s' "${body[$kind]//some-name/$name}" >"$work/$name.$kind"
		done
		request PATCH "/apis/apps/v1/namespaces/$NAMESPACE/deployments/$name?$options" $apply "$work/$name.Deployment"
		request PATCH "/api/v1/namespaces/$NAMESPACE/services/$name?$options" $apply "$work/$name.Service"
		request PATCH "$OURS_PATH/$name/status?fieldManager=bare&fieldValidation=Strict" application/merge-patch+json "$work/status"
	done
}

credentials() {
	local field
	for field in ca:clusters[0].cluster.certificate-authority cert:users[0].user.client-certificate key:users[0].user.client-key; do
		kube config view --raw --minify --flatten -o "jsonpath={.${field#*:}-data}" | base64 -d >"$work/${field%%:*}"
	done
}

row() { printf '| %s | %s | %s |\n' "$1" "$2" "$3" >>"$work/table"; }

per() { awk -v a="$1" -v n="$2" 'BEGIN { printf "%.2f", a / n }'; }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.1f", ms / 1000 }'; }

begin() { # a new control plane without controllers
	"$ROOT/dev" cluster down >/dev/null 2>&1 || true
	eval "$("$ROOT/dev" cluster up --control-plane | tail -1)"
	stop kube-controller-manager
	credentials
	metrics=127.0.0.1:$((20000 + RANDOM % 10000))
	kube apply -f "$ROOT/crds" >/dev/null
	kube wait --for=condition=Established crd --all --timeout=30s >/dev/null
	server=$(kube config view --minify -o 'jsonpath={.clusters[0].cluster.server}')
	kube create namespace $NAMESPACE >/dev/null
}

measure() { # COUNT
	local count=$1 started before empty settled cpu
	say "bench: $count objects: cold start"
	begin
	start_operator
	read -rt 3 <> <(:) || true # resident memory with no objects, after start-up has settled
	empty=$(status_kb VmRSS)
	stop_operator
	companions | kube apply -f - >/dev/null
	create cold "$count"
	before=$(writes) started=$(now_ms)
	start_operator
	row "$count" "cold start, until the last write" "$(seconds $(($(last_write_ms $((3 * count))) - started))) s"
	cpu=$(cpu_ms) settled=$(status_kb VmRSS)
	row "$count" "CPU per object" "$(per "$cpu" "$count") ms"
	kube get -n $NAMESPACE gradientdeployment cold-0 -o json | jq -c '{status}' >"$work/status"
	row "$count" "writes per object" "$(per $(($(writes) - before)) "$count")"
	row "$count" "resident: empty, settled, peak" "$empty, $settled, $(status_kb VmHWM) KB"
	row "$count" "resident per object" "$(per $((settled - empty)) "$count") KB"
	row "$count" "threads" "$(status_kb Threads)"

	say "bench: $count objects: burst with the operator running"
	before=$(requests_sent) cpu=$(cpu_ms) started=$(now_ms)
	create burst "$count"
	row "$count" "burst of as many again, until the last write" "$(seconds $(($(last_write_ms $((before + 3 * count))) - started))) s"
	row "$count" "CPU per object in the burst" "$(per $(($(cpu_ms) - cpu)) "$count") ms"

	say "bench: $count objects: $IDLE_SECONDS idle seconds"
	before=$(writes) cpu=$(cpu_ms)
	read -rt $IDLE_SECONDS <> <(:) || true
	row "$count" "idle $IDLE_SECONDS s: writes; CPU" "$(($(writes) - before)); $(($(cpu_ms) - cpu)) ms"

	say "bench: $count objects: restart"
	stop_operator
	before=$(writes) started=$(now_ms)
	start_operator
	row "$count" "restart: until all stores are filled" "$(seconds $(($(now_ms) - started))) s"
	last_write_ms 0 >/dev/null
	row "$count" "restart: writes; CPU until quiet" "$(($(writes) - before)); $(cpu_ms) ms"
	stop_operator
}

bare() { # COUNT
	local started cpu TIMEFORMAT='%U %S'
	say "bench: $1 objects: the same requests by curl"
	begin
	create bare "$1"
	bare_requests "$1"
	started=$(now_ms)
	cpu=$({ time send 10; } 2>&1)
	row "$1" "cold start's requests sent by curl, 10 at a time" "$(seconds $(($(now_ms) - started))) s"
	row "$1" "CPU per object of curl" "$(awk -v n="$1" '{ printf "%.2f", ($1 + $2) * 1000 / n }' <<<"$cpu") ms"
}

report() {
	cat <<END
# Benchmarks

The operator with a real etcd and API server on the same machine. Nothing else runs: no controllers, no nodes. Every
GradientDeployment has a repository, a model and a pull secret, and becomes a Deployment, a Service and a status. "Writes" are
what the API server counts for our kinds and our children; CPU and memory are the operator's, from /proc. At first memory grows
by what the first rounds touch (code, buffers), then by the objects only.

    ./dev bench $*

$(nproc) cores ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)), $(awk '/MemTotal/ { printf "%d GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r),
Kubernetes $(kube version -o json | jq -r .serverVersion.gitVersion), release build of $(git -C "$ROOT" describe --always).

| objects | what | measured |
|--:|---|---|
$(cat "$work/table")
END
}

"$ROOT/dev" build release
: >"$work/table"
if [[ ${1:-} == namespaces ]]; then
	bench_namespaces "${@:2}"
	exit
fi
[[ $# -gt 0 ]] || set -- 100 1000
for count; do
	measure "$count"
	bare "$count"
done
{
	report "$@"
	conclusion '# Benchmarks'
	echo
	sed -n '/^## /,$p' "$REPORT"
} >"$work/report"
mkdir -p "$ROOT/docs"
install -m 644 "$work/report" "$REPORT"
cat "$work/table" >&2
