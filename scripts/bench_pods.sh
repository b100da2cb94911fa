# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # work and the like are set by bench_cluster.sh; what has a $ within quotes is for jq
# What pods cost: one deployment of many, and many deployments of some. Pods are made by requests, as controllers and kubelets make
# them; there are neither. Sourced.

FEW_PODS=10
TOLD_EVENTS=500 # of one pod, one after the other

# As requests, of deployments without what pods would have to report.
plain_deployments() { # PREFIX COUNT REPLICAS
	made 'range($count) | plain_deployment($namespace; "\($prefix)-\(.)"; $replicas) | post' \
		--arg prefix "$1" --argjson count "$2" --argjson replicas "$3" --arg namespace "$NAMESPACE"
}

# The live ones of all namespaces, each in a line.
live() { # deployments|replicasets PREFIX
	kube get --raw "/apis/apps/v1/$1" | jq -c --arg prefix "$2-" '.items[] | select(.metadata.name | startswith($prefix))'
}
live_pods() { # JQ-CONDITION-OF-ITS-NAME
	kube get --raw /api/v1/pods | jq -c ".items[] | select(.metadata.name | $1)"
}

# The ReplicaSets and pods of the deployments with that prefix. All are ready, and have an event.
add_pods() { # PREFIX
	live deployments "$1" >"$work/live"
	requests 'listed("Deployment") | replica_set | post' <"$work/live" | make
	live replicasets "$1" >"$work/sets"
	requests 'listed("ReplicaSet") | pods | post' <"$work/sets" | make
	requests 'listed("ReplicaSet") | pods | pod_status(true; "")' <"$work/sets" | make
	requests 'listed("ReplicaSet") | pods | event("Started"; "Normal"; "Started container app") | post' <"$work/sets" | make
	requests 'listed("Deployment") | complete_status | merge("/status")' <"$work/live" | make
}

# Reports of the kubelets of these pods, each another one, and what one costs the operator, a process that is only told
# of them, and the API server.
tell_events() { # CONDITION COUNT PARALLEL
	local cpu bare api
	live_pods "$1" >"$work/pods"
	made 'range($count) as $number | $pods[$number % ($pods | length)] | pod_status(true; "report \($number)")' \
		--argjson count "$2" --slurpfile pods "$work/pods" | prepare events
	cpu=$(cpu_ms) bare=$(cpu_ms "$bare_pid") api=$(api_cpu_ms)
	send_prepared "$3" events
	await_quiet
	figure[event]="$(per $(($(cpu_ms) - cpu)) "$2") ms"
	figure[bare event]="$(per $(($(cpu_ms "$bare_pid") - bare)) "$2") ms"
	figure[event api]="$(per $(($(api_cpu_ms) - api)) "$2") ms"
}

# The operator from its start until it is quiet, and what reads the same lists once.
settle() {
	stop_operator
	start_operator
	await_quiet
	figure[settled]=$(status_kb VmRSS) figure[peak]=$(status_kb VmHWM) figure[restart cpu]=$(cpu_ms)
	send_lists
	read -r _ 'figure[bare restart]' 'figure[bare peak]' <"$work/sent"
}

memory_row() { # WHAT
	row "$1" "$(mib "${figure[settled]}"), $(mib "${figure[peak]}") MiB" "${figure[bare peak]} MiB"
}

one_of_many_pods() { # PODS
	local without
	say "bench: a deployment of $1 pods"
	begin
	plain_deployments few 1 $FEW_PODS | make
	plain_deployments many 1 "$1" | make
	start_operator
	await_writes $((2 * WRITES_PER_OBJECT))
	settle
	without=${figure[settled]}
	memory_row "a deployment of $1 replicas without pods: resident when settled, peak"
	add_pods many
	settle
	memory_row "the same with its $1 pods"
	row "memory of one pod" "$(per $((figure[settled] - without)) "$1") KiB" ''
	row "restart: CPU until quiet" "${figure[restart cpu]} ms" "$(ms_per "${figure[bare restart]}" 1) ms"
	add_pods few
	start_bare_watch
	await_quiet
	await_quiet "$bare_pid"
	tell_events 'startswith("few-0-") and endswith("-0")' $TOLD_EVENTS 1
	row "CPU of an event of one of $FEW_PODS pods" "${figure[event]}" "${figure[bare event]}"
	tell_events 'startswith("many-0-") and endswith("-0")' $TOLD_EVENTS 1
	row "CPU of an event of one of $1 pods" "${figure[event]}" "${figure[bare event]}"
	stop_bare_watch
	stop_operator
}

many_of_some_pods() { # DEPLOYMENTS PODS EVENTS
	local reads cpu
	say "bench: $1 deployments of $2 pods"
	begin
	plain_deployments fleet "$1" "$2" | make
	start_operator
	await_writes $((WRITES_PER_OBJECT * $1))
	add_pods fleet
	settle
	memory_row "$1 deployments of $2 pods: resident when settled, peak"
	start_bare_watch
	await_quiet "$bare_pid"
	tell_events 'startswith("fleet-")' "$3" 10
	row "CPU of one of $3 events of all their pods" "${figure[event]}" "${figure[bare event]}"
	row "API server's CPU of one" "${figure[event api]}" ''
	figure[settled]=$(status_kb VmRSS) figure[peak]=$(status_kb VmHWM)
	row "resident after them, peak" "$(mib "${figure[settled]}"), $(mib "${figure[peak]}") MiB" "$(mib "$(status_kb VmRSS "$bare_pid")") MiB"
	stop_bare_watch

	live_pods 'startswith("fleet-") and endswith("-0")' >"$work/pods"
	requests '{kind: "Pod", apiVersion: "v1"} + . | event("BackOff"; "Warning"; "Back-off restarting failed container app") | post' <"$work/pods" | make
	requests 'pod_status(false; "not ready")' <"$work/pods" | make
	await_quiet
	reads=$(sent_reads) cpu=$(cpu_ms)
	pause "$IDLE_SECONDS"
	row "one pod of each is in trouble: reads; CPU in $IDLE_SECONDS s" "$(($(sent_reads) - reads)); $(($(cpu_ms) - cpu)) ms" ''
	stop_operator
}

pods_section() {
	cat <<-END
		Pods are made by requests as the Deployment controller and kubelets make them; there are neither, and no nodes. Each has
		an event. The bare client reads the lists that the operator reads, and is told of the same changes by a watch; it keeps nothing.

		    ./dev bench scale pods=$(paste -sd, < <(printf '%s\n' "$@"))

		$(machine)

		| what | operator | bare client |
		|---|---|---|
		$(cat "$work/table")
	END
}

bench_pods() { # PODS DEPLOYMENTS EACH EVENTS
	(($# == 4)) || fail "pods=PODS,DEPLOYMENTS,EACH,EVENTS: one deployment of so many pods, and others of so many each, with so many events"
	one_of_many_pods "$1"
	many_of_some_pods "$2" "$3" "$4"
	pods_section "$@" | replace_section Pods
}
