# shellcheck shell=bash
# shellcheck disable=SC2034,SC2016 # read by who sources this; what has a $ within quotes is for jq
# For the bench: a control plane of its own, without controllers, and one operator. Nothing but the operator writes to the objects that
# are counted. Figures come from /proc and from the API server's own request counters, not from the operator. Sourced after common.sh.
source "$SCRIPTS/processes.sh"
source "$SCRIPTS/binaries.sh"
source "$SCRIPTS/bench_report.sh"
source "$SCRIPTS/bench_client.sh"

OPERATOR=$ROOT/build/release/bin/gradient-operator
NAMESPACE=bench
IDLE_SECONDS=60
QUIET_SECONDS=2
OURS='gradientdeployments|datasets|models|containerregistries|deployments|services|horizontalpodautoscalers|poddisruptionbudgets|secrets|persistentvolumeclaims'
work=$(mktemp -d)
operator_pid='' bare_pid='' churn_pid=''
declare -A figure # what was measured; of the bare client where it begins with "bare "

clean_up() {
	stop_child "$churn_pid"
	stop_operator
	stop_bare_watch
	"$ROOT/dev" cluster down >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap clean_up EXIT

kube() { "$(binary kubectl)" --kubeconfig "$KUBECONFIG" "$@"; }

pause() { read -rt "$1" <> <(:) || true; }
now_ms() { date +%s%3N; }
per() { awk -v a="$1" -v n="$2" 'BEGIN { printf "%.2f", a / n }'; }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.1f", ms / 1000 }'; }
mib() { awk -v kb="$1" 'BEGIN { printf "%.1f", kb / 1024 }'; }
ms_per() { awk -v s="$1" -v n="$2" 'BEGIN { printf n == 1 ? "%.0f" : "%.2f", s * 1000 / n }'; } # SECONDS COUNT

# How often the API server was asked to change objects of ours or our children, or to give them, whoever asked.
requests_of() { # VERB|VERB...
	kube get --raw /metrics | awk -v ours="^($OURS)$" -v verbs="verb=\"($1)\"" '
		/^apiserver_request_total/ && $0 ~ verbs && !/code="[45]/ {
			match($0, /resource="[^"]*"/); name = substr($0, RSTART + 10, RLENGTH - 11)
			if (name ~ ours) sum += $NF
		}
		END { printf "%d\n", sum }'
}
writes() { requests_of 'APPLY|PATCH|POST|PUT|DELETE|DELETECOLLECTION'; }

# As the operator counts its own.
sent_requests() { # AWK-CONDITION
	curl -fs "http://$metrics/metrics" | awk "/^rest_client_requests_total/ && $1 { sum += \$NF } END { printf \"%d\n\", sum }"
}
sent_writes() { sent_requests '!/method="GET"/'; }
sent_reads() { sent_requests '/method="GET"/'; }

# Of the operator, or of another process.
cpu_ms() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%d\n", ($12 + $13) * 1000 / tick }' "/proc/${1:-$operator_pid}/stat"; }
status_kb() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/${2:-$operator_pid}/status"; } # VmRSS, VmHWM, Threads
open_files() { find "/proc/$operator_pid/fd" -mindepth 1 | wc -l; }
api_cpu_ms() { cpu_ms "$(process_id kube-apiserver)"; }

operator_options=()
start_operator() {
	"$OPERATOR" run --kubeconfig "$KUBECONFIG" --metrics-address "$metrics" "${operator_options[@]}" >"$work/operator.log" 2>&1 &
	operator_pid=$!
	until curl -fso /dev/null "http://$metrics/readyz"; do
		[[ -d /proc/$operator_pid ]] || { cat "$work/operator.log" >&2; fail "the operator ended"; }
		pause 0.05
	done
}

stop_operator() {
	stop_child "$operator_pid"
	operator_pid=
}

stop_bare_watch() {
	stop_child "$bare_pid"
	bare_pid=
}

stop_child() { # PID, or nothing
	[[ $1 ]] || return 0
	kill "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# Waits until no write was sent for QUIET_SECONDS, and so many in all. When the last one was seen is in last_write_ms.
await_writes() { # AT-LEAST
	local seen=-1 count quiet_ms
	while :; do
		count=$(sent_writes)
		if ((count != seen)); then seen=$count last_write_ms=$(now_ms); fi
		quiet_ms=$(($(now_ms) - last_write_ms))
		((seen < $1 || quiet_ms <= QUIET_SECONDS * 1000)) || return 0
		((quiet_ms < 120000)) || fail "the operator has sent $seen writes and no more, not $1"
		pause 0.5 # a scrape costs the operator about 2 ms
	done
}

# Waits until a process used at most a fiftieth of a processor for QUIET_SECONDS.
await_quiet() { # [PID]
	local before now limit=$((SECONDS + 600))
	now=$(cpu_ms "${1:-}")
	while :; do
		before=$now
		pause $QUIET_SECONDS
		now=$(cpu_ms "${1:-}")
		((now - before > QUIET_SECONDS * 20)) || return 0
		((SECONDS < limit)) || fail "process ${1:-$operator_pid} did not come to rest in ten minutes"
	done
}

credentials() {
	local field
	for field in ca:clusters[0].cluster.certificate-authority cert:users[0].user.client-certificate key:users[0].user.client-key; do
		kube config view --raw --minify --flatten -o "jsonpath={.${field#*:}-data}" | base64 -d >"$work/${field%%:*}"
	done
}

begin_with_controllers() { # a new control plane
	"$ROOT/dev" cluster down >/dev/null 2>&1 || true
	eval "$("$ROOT/dev" cluster up --control-plane | tail -1)"
	credentials
	metrics=127.0.0.1:$((20000 + RANDOM % 10000))
	kube apply -f "$ROOT/crds" >/dev/null
	kube wait --for=condition=Established crd --all --timeout=30s >/dev/null
	server=$(kube config view --minify -o 'jsonpath={.clusters[0].cluster.server}')
}

begin() {
	begin_with_controllers
	stop kube-controller-manager
	add_namespaces "[\"$NAMESPACE\"]"
}

# With the service account that a controller would add, without which no pod is accepted.
add_namespaces() { # JSON-ARRAY
	made '$names[] | namespace | post' --argjson names "$1" | make
	made '$names[] | service_account | post' --argjson names "$1" | make
}
