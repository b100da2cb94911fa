# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # work and the like are set by bench_cluster.sh; what has a $ within quotes is for jq
# What deployments cost that have no pods, over their number: the table and the picture that docs/benchmarks.md begins with. Sourced.

WRITES_PER_OBJECT=4  # Deployment, Service, PodDisruptionBudget, status
MOST_IN_BURST=1000   # more would only take longer
PICTURE=$ROOT/docs/images/objects.svg
OBJECTS_PATH=/apis/gradient-operator.dev/v1alpha1/namespaces/$NAMESPACE/gradientdeployments

companions() {
	cat <<-END
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

deployments() { # PREFIX COUNT: as requests
	made 'range($count) | full_deployment($namespace; "\($prefix)-\(.)") | post' --arg prefix "$1" --argjson count "$2" --arg namespace "$NAMESPACE"
}

# What the operator sends for the deployments with that prefix, and nothing of what it does to know that.
prepare_written() { # PREFIX
	kube get --raw "$OBJECTS_PATH" |
		requests '.items[] | select(.metadata.name | startswith($prefix)) | written($rendered; $status[0])' \
			--arg prefix "$1-" --slurpfile rendered "$work/rendered" --slurpfile status "$work/status" | prepare "$1"
}

# With the status that a deployment was given, they are what prepare_written needs.
render_some() { # NAME
	kube get -n "$NAMESPACE" gradientdeployment "$1" -o json >"$work/live"
	jq -c --arg name "$1" '{status} | tojson | split($name) | join("some-name") | fromjson' "$work/live" >"$work/status"
	{
		companions
		echo ---
		jq 'del(.status) | .metadata |= {name: "some-name", namespace}' "$work/live"
	} >"$work/some.yaml"
	"$OPERATOR" render -f "$work/some.yaml" --assume-missing -o json 2>/dev/null |
		jq -c '.items[] | select(.kind | IN("Deployment", "Service", "PodDisruptionBudget"))' >"$work/rendered"
	(($(wc -l <"$work/rendered") + 1 == WRITES_PER_OBJECT)) || fail "a deployment has become other objects than the bench sends"
}

cold_start() { # COUNT
	local started before api
	say "bench: $1 objects: cold start"
	begin
	start_operator
	pause 3 # resident memory with no objects, after start-up has settled
	figure[empty]=$(status_kb VmRSS)
	stop_operator
	companions | kube apply -f - >/dev/null
	deployments cold "$1" | make
	before=$(writes) api=$(api_cpu_ms) started=$(now_ms)
	start_operator
	await_writes $((WRITES_PER_OBJECT * $1))
	figure[cold]=$(seconds $((last_write_ms - started)))
	figure[cold api]=$(per $(($(api_cpu_ms) - api)) "$1")
	figure[cold cpu]=$(per "$(cpu_ms)" "$1")
	figure[settled]=$(status_kb VmRSS) figure[peak]=$(status_kb VmHWM) figure[threads]=$(status_kb Threads)
	figure[writes]=$(per $(($(writes) - before)) "$1")
	render_some cold-0
}

burst() { # COUNT
	local before cpu api started
	say "bench: $1 objects: burst with the operator running"
	deployments burst "$1" | prepare burst
	before=$(sent_writes) cpu=$(cpu_ms) api=$(api_cpu_ms) started=$(now_ms)
	send_prepared 16 burst >/dev/null
	await_writes $((before + WRITES_PER_OBJECT * $1))
	figure[burst]=$(seconds $((last_write_ms - started)))
	figure[burst api]=$(per $(($(api_cpu_ms) - api)) "$1")
	figure[burst cpu]=$(per $(($(cpu_ms) - cpu)) "$1")
}

idle() { # USERS-OF-COMPANIONS
	local before cpu
	say "bench: $IDLE_SECONDS idle seconds"
	# Statuses tell new users within half a minute.
	kube wait -n "$NAMESPACE" --for="jsonpath={.status.usedBy.count}=$1" --timeout=60s dataset/dataset model/model containerregistry/registry >/dev/null
	before=$(writes) cpu=$(cpu_ms)
	pause "$IDLE_SECONDS"
	figure[idle]="$(($(writes) - before)); $(($(cpu_ms) - cpu)) ms"
}

restart() { # COUNT
	local before started
	say "bench: $1 objects: restart"
	stop_operator
	before=$(writes) started=$(now_ms)
	start_operator
	figure[ready]=$(seconds $(($(now_ms) - started)))
	await_quiet
	figure[restart cpu]=$(cpu_ms)
	figure[restart]="$(($(writes) - before)); $(cpu_ms) ms"
	stop_operator
	send_lists
	read -r 'figure[bare ready]' 'figure[bare restart]' _ <"$work/sent"
}

# The same requests, in a control plane of their own.
bare_cold_start() { # COUNT
	local api
	say "bench: $1 objects: the same requests by curl"
	begin
	deployments bare "$1" | make
	prepare_written bare
	api=$(api_cpu_ms)
	send_prepared 10 bare
	figure[bare cold api]=$(per $(($(api_cpu_ms) - api)) "$1")
	read -r 'figure[bare cold]' 'figure[bare cold cpu]' 'figure[bare peak]' <"$work/sent"
	figure[bare cold cpu]=$(ms_per "${figure[bare cold cpu]}" "$1")
}

# What users send in the burst, beside what the operator does for another one of that size.
bare_burst() { # COUNT
	local api started users
	deployments more "$1" | make
	prepare_written more
	deployments burst "$1" | prepare burst
	api=$(api_cpu_ms) started=$(now_ms)
	(send_prepared 16 burst users) &
	users=$!
	send_prepared 10 more
	wait $users
	figure[bare burst]=$(seconds $(($(now_ms) - started)))
	figure[bare burst api]=$(per $(($(api_cpu_ms) - api)) "$1")
	read -r _ 'figure[bare burst cpu]' _ <"$work/sent"
	figure[bare burst cpu]=$(ms_per "${figure[bare burst cpu]}" "$1")
}

rows_of_objects() { # COUNT
	row "$1" "cold start, until the last write" "${figure[cold]} s" "${figure[bare cold]} s"
	row "$1" "CPU per object" "${figure[cold cpu]} ms" "${figure[bare cold cpu]} ms"
	row "$1" "API server's CPU per object" "${figure[cold api]} ms" "${figure[bare cold api]} ms"
	row "$1" "writes per object" "${figure[writes]}" "$WRITES_PER_OBJECT.00"
	row "$1" "resident: empty, settled, peak" "${figure[empty]}, ${figure[settled]}, ${figure[peak]} KB" "${figure[bare peak]} MiB"
	row "$1" "resident per object" "$(per $((figure[settled] - figure[empty])) "$1") KB" ''
	row "$1" "threads" "${figure[threads]}" 1
	if (($1 <= MOST_IN_BURST)); then
		row "$1" "burst of as many again, until the last write" "${figure[burst]} s" "${figure[bare burst]} s"
		row "$1" "CPU per object in the burst" "${figure[burst cpu]} ms" "${figure[bare burst cpu]} ms"
		row "$1" "API server's CPU per object in the burst" "${figure[burst api]} ms" "${figure[bare burst api]} ms"
		row "$1" "idle $IDLE_SECONDS s: writes; CPU" "${figure[idle]}" ''
	fi
	row "$1" "restart: until all stores are filled" "${figure[ready]} s" "${figure[bare ready]} s"
	row "$1" "restart: writes; CPU until quiet" "${figure[restart]}" "0; $(ms_per "${figure[bare restart]}" 1) ms"
}

# For the lead and the picture.
keep_figures() { # COUNT
	local settled
	settled=$(per "${figure[settled]}" 1024)
	printf '| %s | %.0f MiB (%.0f) | %s s (%.1f) | %s s | %s ms (%s) | %s ms (%s) |\n' "$1" "$settled" "${figure[bare peak]}" \
		"${figure[cold]}" "${figure[bare cold]}" "${figure[ready]}" "${figure[cold cpu]}" "${figure[bare cold cpu]}" \
		"${figure[cold api]}" "${figure[bare cold api]}" >>"$work/lead"
	printf '%s\t' "$1" "${figure[cold]}" "${figure[bare cold]}" "$settled" >>"$work/curve"
	printf '%s\n' "${figure[bare peak]}" >>"$work/curve"
}

objects_lead() {
	cat <<-END
		# Benchmarks

		How much memory for how many GradientDeployments, when all of them are applied, when the operator is ready again after a
		restart, and what one costs the operator and the API server. In brackets: a bare client, which is curl and sends the same
		requests, ten at a time, without knowing why.

		| GradientDeployments | memory | all applied after | ready after a restart | CPU of one | API server's CPU of one |
		|--:|--:|--:|--:|--:|--:|
		$(cat "$work/lead")

		![Time and memory over the number of GradientDeployments](images/${PICTURE##*/})
	END
}

objects_section() {
	cat <<-END
		The operator with a real etcd and API server on the same machine, and no controllers or nodes. Every GradientDeployment has two
		replicas, a repository, a model and a pull secret, and becomes a Deployment, a Service, a disruption budget and a status. "Writes"
		are what the API server counts for our kinds and our children; CPU and memory are from /proc. At first memory grows by what the
		first rounds touch (code, buffers), then by the objects only. The bare client sends the same requests by curl, ten at a time. In
		its burst, the users' requests are sent beside those. Its restart reads the lists that the operator reads.

		    ./dev bench objects $*

		$(machine)

		| objects | what | operator | bare client |
		|--:|---|---|---|
		$(cat "$work/table")
	END
}

bench_objects() { # COUNT...
	local count
	printf 'objects\tSeconds until all are applied|operator\tSeconds until all are applied|bare client\tMiB of memory|operator\tMiB of memory|bare client\n' >"$work/curve"
	for count; do
		cold_start "$count"
		if ((count <= MOST_IN_BURST)); then burst "$count"; idle $((2 * count)); fi
		restart "$count"
		bare_cold_start "$count"
		((count > MOST_IN_BURST)) || bare_burst "$count"
		rows_of_objects "$count"
		keep_figures "$count"
	done
	python3 "$SCRIPTS/plot.py" GradientDeployments <"$work/curve" >"$work/picture"
	mkdir -p "${PICTURE%/*}"
	install -m 644 "$work/picture" "$PICTURE"
	objects_lead | replace_lead
	objects_section "$@" | replace_section Objects
}
