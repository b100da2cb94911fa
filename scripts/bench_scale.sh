# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # work and the like are set by bench_cluster.sh; what has a $ within quotes is for jq
# ./dev bench scale: its parts, and those that measure Secrets and a large cluster. Sourced.

SECRET_BYTES=4096
PER_NAMESPACE=20 # deployments of a large cluster, of two pods each; half as many Secrets

# What the operator does at rest in a minute, of which the API server's counters tell.
at_rest() {
	local reads writes cpu api
	await_quiet
	reads=$(sent_reads) writes=$(sent_writes) cpu=$(cpu_ms) api=$(api_cpu_ms)
	pause 60
	figure[rest reads]=$(($(sent_reads) - reads)) figure[rest writes]=$(($(sent_writes) - writes))
	figure[rest cpu]=$(($(cpu_ms) - cpu)) figure[rest api]=$(($(api_cpu_ms) - api))
}

rest_rows() {
	row "at rest: writes, reads in a minute" "${figure[rest writes]}, ${figure[rest reads]}" "$1"
	row "at rest: CPU in a minute" "${figure[rest cpu]} ms" "$2"
	row "at rest: API server's CPU in a minute" "${figure[rest api]} ms" ''
}

scale_section() { # PART TEXT
	cat <<-END
		$2

		    ./dev bench scale $1

		$(machine)

		| what | operator | bare client |
		|---|---|---|
		$(cat "$work/table")
	END
}

bench_secrets() { # COUNT
	local bare
	say "bench: $1 Secrets"
	begin
	made 'range($count) | secret($namespace; "secret-\(.)"; $bytes) | post' \
		--argjson count "$1" --arg namespace "$NAMESPACE" --argjson bytes $SECRET_BYTES | make
	start_operator
	pause 3
	figure[empty]=$(status_kb VmRSS)
	made 'range($count) | plain_deployment($namespace; "secret-\(.)"; 2) | with_secrets([.metadata.name]) | post' \
		--argjson count "$1" --arg namespace "$NAMESPACE" | make
	await_writes $((WRITES_PER_OBJECT * $1))
	at_rest
	made 'range($count) | secret($namespace; "secret-\(.)"; 0) | path | get' --argjson count "$1" --arg namespace "$NAMESPACE" | send 1
	read -r _ bare 'figure[bare peak]' <"$work/sent"
	row "resident: empty, with $1 deployments that name a Secret each, peak" \
		"$(mib "${figure[empty]}"), $(mib "$(status_kb VmRSS)"), $(mib "$(status_kb VmHWM)") MiB" "${figure[bare peak]} MiB"
	rest_rows "0, $1" "$(ms_per "$bare" 1) ms"
	stop_operator
	scale_section "secrets=$1" "Each Secret has $SECRET_BYTES bytes. The bare client reads each once." | replace_section Secrets
}

bench_large() { # DEPLOYMENTS
	local names started begun=$SECONDS
	names=$(jq -cn --argjson count "$1" --argjson each $PER_NAMESPACE '[range(($count + $each - 1) / $each | floor) | "large-\(.)"]')
	say "bench: a cluster of $1 deployments"
	begin
	add_namespaces "$names"
	made 'range($count / 2 | floor) | secret($names[. % ($names | length)]; "large-\(. / ($names | length) | floor)"; $bytes) | post' \
		--argjson count "$1" --argjson names "$names" --argjson bytes $SECRET_BYTES | make
	made 'range($count) as $number | plain_deployment($names[$number % ($names | length)]; "large-\($number / ($names | length) | floor)"; 2)
		| if $number < ($count / 2 | floor) then with_secrets([.metadata.name]) else . end | post' \
		--argjson count "$1" --argjson names "$names" | make
	started=$(now_ms)
	start_operator
	await_writes $((WRITES_PER_OBJECT * $1))
	row "cold start, until the last write" "$(seconds $((last_write_ms - started))) s" ''
	row "resident when settled, peak" "$(mib "$(status_kb VmRSS)"), $(mib "$(status_kb VmHWM)") MiB" ''
	add_pods large
	await_quiet
	row "resident with $((2 * $1)) pods added, peak" "$(mib "$(status_kb VmRSS)"), $(mib "$(status_kb VmHWM)") MiB" ''
	stop_operator
	started=$(now_ms)
	start_operator
	figure[ready]=$(seconds $(($(now_ms) - started)))
	await_quiet
	figure[restart cpu]=$(cpu_ms)
	send_lists
	read -r 'figure[bare ready]' 'figure[bare restart]' 'figure[bare peak]' <"$work/sent"
	row "restart: until all stores are filled" "${figure[ready]} s" "${figure[bare ready]} s"
	row "restart: writes; CPU until quiet" "$(sent_writes); ${figure[restart cpu]} ms" "0; $(ms_per "${figure[bare restart]}" 1) ms"
	at_rest
	row "resident after the restart, peak" "$(mib "$(status_kb VmRSS)"), $(mib "$(status_kb VmHWM)") MiB" "${figure[bare peak]} MiB"
	rest_rows '' ''
	stop_operator
	scale_section "large=$1" "$1 deployments of two pods and $(($1 / 2)) Secrets in $(jq length <<<"$names") namespaces, made and measured in
$(duration $((SECONDS - begun))). The bare client reads the lists that the operator reads at its start." | replace_section 'A large cluster'
}

# About 13 minutes on two processors. The large cluster takes about as long again, and is measured where it is asked for: large=10000.
DEFAULT_PARTS=("objects=100,1000,3000" "namespaces=1,20,60,200,500" "pods=700,20,50,2000" "secrets=1000")

bench_scale() { # [PART=COUNT,...]...
	local part counts tables=''
	(($#)) || set -- "${DEFAULT_PARTS[@]}"
	for part; do
		[[ $part =~ ^(objects|namespaces|pods|secrets|large)=[1-9][0-9]*(,[1-9][0-9]*)*$ ]] ||
			fail "usage: ./dev bench scale [objects|namespaces|pods|secrets|large=COUNT,...]..."
	done
	for part; do
		IFS=, read -ra counts <<<"${part#*=}"
		: >"$work/table"
		"bench_${part%%=*}" "${counts[@]}"
		tables+=$'\n'"$part"$'\n'"$(cat "$work/table")"$'\n'
	done
	printf '%s' "$tables" >&2
}
