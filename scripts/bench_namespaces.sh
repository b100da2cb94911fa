# shellcheck shell=bash
# shellcheck disable=SC2154 # work, metrics and operator_pid are set by bench.sh
# What namespaces cost that are named to the operator, with nothing in them, for bench.sh: a section of its own.

measure_namespaces() { # COUNT
	local i cpu started ready
	operator_options=()
	say "bench: $1 namespaces"
	for ((i = 0; i < $1; i++)); do
		printf '{apiVersion: v1, kind: Namespace, metadata: {name: team-%d}}\n---\n' "$i"
	done | kube apply -f - >/dev/null
	for ((i = 0; i < $1; i++)); do operator_options+=(--namespace "team-$i"); done
	started=$(now_ms)
	start_operator
	ready=$(seconds $(($(now_ms) - started)))
	read -rt 5 <> <(:) || true # until all watches are open
	cpu=$(cpu_ms)
	read -rt "$IDLE_SECONDS" <> <(:) || true
	printf '| %d | %s | %.0f | %d | %d | %d |\n' "$1" "$ready" "$(($(status_kb VmRSS) / 1024))" "$(status_kb Threads)" \
		"$(find "/proc/$operator_pid/fd" -mindepth 1 | wc -l)" "$(($(cpu_ms) - cpu))" >>"$work/table"
	stop_operator
}

namespaces_section() {
	cat <<-END
		The operator is told which namespaces to watch, and nothing is in them. Each has ten watches.

		    ./dev bench namespaces $*

		$(nproc) cores, Kubernetes $(kube version -o json | jq -r .serverVersion.gitVersion), release build of $(git -C "$ROOT" describe --always).

		| namespaces | s until ready | MiB resident | threads | files | ms CPU in $IDLE_SECONDS idle s |
		|--:|--:|--:|--:|--:|--:|
	END
	cat "$work/table"
}

bench_namespaces() { # COUNT...
	local count
	[[ $# -gt 0 ]] || set -- 1 60 200 500
	begin
	for count; do measure_namespaces "$count"; done
	namespaces_section "$@" | replace_section Namespaces
	cat "$work/table" >&2
}
