# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # work and the like are set by bench_cluster.sh; what has a $ within quotes is for jq
# What namespaces cost that are named to the operator, with nothing in them. Sourced.

WATCHED_SECONDS=10

measure_namespaces() { # COUNT
	local i cpu started ready cells
	say "bench: $1 namespaces"
	operator_options=()
	for ((i = 0; i < $1; i++)); do operator_options+=(--namespace "team-$i"); done
	started=$(now_ms)
	start_operator
	ready=$(seconds $(($(now_ms) - started)))
	pause 5 # until all watches are open
	cpu=$(cpu_ms)
	pause "$WATCHED_SECONDS"
	cells=("$1" "$ready" "$(mib "$(status_kb VmRSS)")" "$(status_kb Threads)" "$(open_files)" "$(($(cpu_ms) - cpu))")
	stop_operator
	operator_options=()
	mapfile -t names < <(printf 'team-%d\n' $(seq 0 $(($1 - 1))))
	send_lists "${names[@]}"
	read -ra bare <"$work/sent"
	row "${cells[@]}" "${bare[0]}" "${bare[2]}"
}

namespaces_section() {
	cat <<-END
		The operator is told which namespaces to watch, and nothing is in them. Each has ten watches. The bare client reads the lists
		that these begin with, ten at a time.

		    ./dev bench namespaces $*

		$(machine)

		| namespaces | s until ready | MiB resident | threads | files | ms CPU in $WATCHED_SECONDS idle s | bare client: s | bare client: MiB |
		|--:|--:|--:|--:|--:|--:|--:|--:|
		$(cat "$work/table")
	END
}

bench_namespaces() { # COUNT...
	local bare names
	begin
	add_namespaces "$(printf '%s\n' "$@" | jq -cs '[range(max) | "team-\(.)"]')"
	for count; do measure_namespaces "$count"; done
	namespaces_section "$@" | replace_section Namespaces
}
