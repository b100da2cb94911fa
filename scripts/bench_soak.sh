# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # work and the like are set by bench_cluster.sh; what has a $ within quotes is for jq
# ./dev bench soak: does the operator grow while everything around it changes? Controllers run: they make pods, delete what belonged to
# the deleted, and empty namespaces. Sourced.

SOAK_DEPLOYMENTS=10 # of the namespace of each round
SOAK_ROUND_SECONDS=10
SOAK_ROUNDS_KEPT=3
SOAK_PICTURE=$ROOT/docs/images/soak.svg

# Requests of a filter that makes one for each number.
numbered() { # NAMESPACE FILTER
	made "range(\$count) as \$number | $2" --arg namespace "$1" --argjson count $SOAK_DEPLOYMENTS
}

# The pods of a namespace, as their kubelets would report them. Controllers replace pods meanwhile: who has gone is not found.
report_pods() { # NAMESPACE READY
	kube get --raw "/api/v1/namespaces/$1/pods" | requests '.items[] | pod_status($ready; "")' --argjson ready "$2" | sed '/^fail$/d' | make
}

churn_round() { # NUMBER
	local ns=soak-$1
	kube create namespace "$ns"
	kube wait -n "$ns" --for=create serviceaccount/default --timeout=60s
	numbered "$ns" 'secret($namespace; "soak-\($number)"; 1024) | post' | make
	numbered "$ns" 'plain_deployment($namespace; "soak-\($number)"; 2) | with_secrets([.metadata.name]) | post' | make
	kube wait -n "$ns" --for=create "deployment/soak-$((SOAK_DEPLOYMENTS - 1))" --timeout=60s
	kube wait -n "$ns" --for='jsonpath={.status.replicas}=2' deployment --all --timeout=60s
	kube get -n "$ns" pods -o json | requests '.items[] | event("BackOff"; "Warning"; "Back-off restarting failed container app") | post' | make
	report_pods "$ns" false
	report_pods "$ns" true
	numbered "$ns" 'plain_deployment($namespace; "soak-\($number)"; 2) | .spec |= {env: [{name: "CHANGED", value: "yes"}]} | merge("")' | make
	numbered "$ns" 'secret($namespace; "soak-\($number)"; 512) | merge("")' | make
	kube wait -n "$ns" --for='jsonpath={.status.observedGeneration}=2' deployment --all --timeout=60s
	report_pods "$ns" true
	numbered "$ns" 'select($number % 2 == 0) | plain_deployment($namespace; "soak-\($number)"; 2) | delete' | make
	(($1 < SOAK_ROUNDS_KEPT)) || kube delete namespace "soak-$(($1 - SOAK_ROUNDS_KEPT))" --wait=false
}

churn() {
	local number=0 next=$SECONDS
	while :; do
		churn_round $number
		number=$((number + 1)) next=$((next + SOAK_ROUND_SECONDS))
		((SECONDS >= next)) || pause $((next - SECONDS))
	done
}

sample() { # SECONDS EVERY
	local begun=$SECONDS before cpu
	before=$(cpu_ms)
	while ((SECONDS - begun < $1)); do
		pause "$2"
		kill -0 "$churn_pid" 2>/dev/null || { tail "$work/churn.log" >&2 && fail "the churn has ended"; }
		cpu=$(cpu_ms)
		printf '%s\t%s\t%s\t%s\t%s\n' "$(per $((SECONDS - begun)) 60)" "$(mib "$(status_kb VmRSS)")" "$(status_kb Threads)" "$(open_files)" \
			"$(per $((cpu - before)) $(($2 * 10)))" >>"$work/samples"
		before=$cpu
	done
}

soak_section() { # HOURS
	cat <<-END
		Every $SOAK_ROUND_SECONDS seconds a namespace with $SOAK_DEPLOYMENTS deployments, their Secrets and pods is made; pods fail and recover, specs and Secrets
		change, half of the deployments are deleted, and later the namespace.

		    ./dev bench soak $1

		$(machine)

		![Memory, threads, files and processor time over the minutes](images/${SOAK_PICTURE##*/})

		$(cat "$work/flat")
	END
}

bench_soak() { # HOURS
	local hours=${1:-0} total every status=0
	total=$(awk -v hours="$hours" 'BEGIN { printf "%d", hours * 3600 }')
	every=$((total >= 1800 ? 60 : total / 30))
	((every > 0)) || fail "usage: ./dev bench soak HOURS: at least 0.01"
	begin_with_controllers
	start_operator
	churn >"$work/churn.log" 2>&1 &
	churn_pid=$!
	printf 'minute\tMiB of memory|operator\tThreads|operator\tOpen files|operator\tProcessor, %% of a core|operator\n' >"$work/samples"
	sample "$total" "$every"
	python3 "$SCRIPTS/flat.py" <"$work/samples" >"$work/flat" || status=$?
	python3 "$SCRIPTS/plot.py" minutes <"$work/samples" >"$work/picture"
	mkdir -p "${SOAK_PICTURE%/*}"
	install -m 644 "$work/picture" "$SOAK_PICTURE"
	soak_section "$hours" | replace_section Soak
	cat "$work/flat" >&2
	return $status
}
