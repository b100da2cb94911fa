# shellcheck shell=bash
# shellcheck disable=SC2154 # work and server are set by bench_cluster.sh
# The bare client of the bench: curl, which sends requests that were made before and does nothing else. It also makes what kubelets and
# controllers would. Sourced.

# Requests in curl's configuration, as a filter of bench_objects.jq makes them, of null or of the JSON in standard input.
requests() { # FILTER [JQ-OPTION...]
	jq -r -L "$SCRIPTS" --arg server "$server" --arg folder "$work" "${@:2}" "include \"bench_objects\"; $1 | to_curl"
}
made() { requests "$@" <<<null; } # FILTER [JQ-OPTION...]

# The requests in standard input, for send_prepared. curl reads all of them first, which is no part of a client's work: it gets a
# thousand at a time.
prepare() { # NAME
	rm -rf "$work/requests/$1"
	mkdir -p "$work/requests/$1"
	awk -v folder="$work/requests/$1" '
		$0 == "next" && n++ % 1000 == 0 { close(file); file = sprintf("%s/%06d", folder, n); next }
		{ print >file }'
}

# Leaves the seconds, the CPU seconds and the peak of resident MiB in a file.
send_prepared() { # PARALLEL NAME [FILE]
	find "$work/requests/$2" -type f | sort | python3 "$SCRIPTS/measure.py" --resident '' \
		xargs -r -n 1 curl -sS --no-progress-meter --fail-early --parallel --parallel-max "$1" --config >"$work/${3:-sent}" ||
		fail "the API server has refused a request of the bench"
}

send() { # PARALLEL
	prepare now
	send_prepared "$1" now
}

# Not by kubectl: its own rate limit would be what is measured.
make() { send 16; }

# Every list that the operator reads when it starts.
LISTS=(gradient-operator.dev/v1alpha1/{gradientdeployments,datasets,models,containerregistries} apps/v1/deployments v1/{services,pods,persistentvolumeclaims}
	autoscaling/v2/horizontalpodautoscalers policy/v1/poddisruptionbudgets)

# The paths of the lists, of all namespaces or of those that are named, as JSON.
list_paths() { # [NAMESPACE...]
	local ns list
	(($#)) || set -- ''
	for ns; do
		for list in "${LISTS[@]}"; do
			case $list in
			v1/*) printf '"/api/v1%s/%s"\n' "${ns:+/namespaces/$ns}" "${list##*/}" ;;
			*) printf '"/apis/%s%s/%s"\n' "${list%/*}" "${ns:+/namespaces/$ns}" "${list##*/}" ;;
			esac
		done
	done
}

send_lists() { list_paths "$@" | requests get | send 10; } # [NAMESPACE...]

# One process that is told of all that the operator is told of.
start_bare_watch() {
	list_paths | requests '. + "?watch=true&resourceVersion=0&timeoutSeconds=3600" | get' | sed '1d; /^http1.1$/d' >"$work/watches"
	curl -sSN --no-progress-meter --http2 --parallel --parallel-max 20 --config "$work/watches" &
	bare_pid=$!
}
