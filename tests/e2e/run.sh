#!/usr/bin/env bash
# Every scenario on a real node: each function of scenarios/*.sh is one, its name says what must hold. Needs root, build/release and
# what `./dev setup e2e` installs. Each scenario has a namespace of its own, a few run at a time.
# usage: run.sh [--scaling | --drain] [--keep] [PART-OF-A-NAME...]
# --scaling and --drain take those of scaling/*.sh and drain/*.sh instead; --keep leaves the cluster up, and a further run uses it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export GRADIENT_CLUSTER=${GRADIENT_CLUSTER:-e2e}
source "$here/library.sh"

JOBS=${E2E_JOBS:-3}
keep='' folder=scenarios
while [[ ${1:-} == --* ]]; do
	case $1 in
	--keep) keep=1 ;;
	--scaling | --drain) folder=${1#--} ;;
	*) fail "unknown option $1" ;;
	esac
	shift
done
wanted=("$@")

# Helpers of a file say in a comment what they take; scenarios take nothing and say all by their names.
scenarios_of() { sed -n 's/^\([a-z]*_[a-z_0-9]*_[a-z_0-9]*_[a-z_0-9]*\)() {$/\1/p' "$1"; } # FILE

is_wanted() { # NAME
	local part
	((${#wanted[@]})) || return 0
	for part in "${wanted[@]}"; do [[ $1 != *"$part"* ]] || return 0; done
	return 1
}

# In a namespace of its own; the first command that fails ends it and is named.
run_scenario() { # NAME NAMESPACE
	set -eE
	NAMESPACE=$2
	trap 'echo "failed: $BASH_COMMAND (${BASH_SOURCE[0]##*/}:$LINENO)"' ERR
	command "$KUBECTL" create namespace "$NAMESPACE"
	kubectl apply -f "$ROOT/manifests/samples/secrets.yaml"
	"$1"
}

finish_scenario() { # NAME NAMESPACE STATUS SECONDS
	local name=${1//_/ } log=$RESULTS/$2.log
	COUNT=$((COUNT + 1))
	if (($3 == 0)); then
		PASSED=$((PASSED + 1))
		echo "ok $COUNT - $name (${4}s)"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $COUNT - $name (${4}s)"
		{
			cat "$log"
			NAMESPACE=$2
			kubectl get gdep,pods,gds,gmodel,greg
			kubectl get gdep -o json | jq -c '.items[] | .metadata.name, .status.conditions[]?'
			kubectl get events | tail -15
			kubectl logs -l app.kubernetes.io/component=operator --tail 20
			grep -F "$2" "$OPERATOR_LOG" | tail -10
		} 2>&1 | sed 's/^/# /' || true
	fi
	command "$KUBECTL" delete namespace "$2" --wait=false >/dev/null
}

# Ends one of those that run.
reap() {
	local pid status=0 name namespace started
	wait -n -p pid || status=$?
	read -r name namespace started <<<"${RUNNING[$pid]}"
	unset "RUNNING[$pid]"
	finish_scenario "$name" "$namespace" $status $((SECONDS - started))
}

finish() {
	local status=$?
	trap - EXIT
	((status == 0)) || say "the run itself failed; logs are in $STATE/log"
	if [[ $keep ]]; then
		say "the cluster is still up: export KUBECONFIG=$STATE/admin.kubeconfig"
		say "GRADIENT_CLUSTER=$GRADIENT_CLUSTER ./dev cluster down removes it"
	else
		"$ROOT/dev" cluster down
	fi
	rm -rf "$RESULTS"
	echo "$PASSED passed, $FAILED failed"
	((status == 0 && FAILED == 0 && PASSED > 0))
}

run_scenarios() { # AT-A-TIME NAME...
	local jobs=$1 name namespace
	shift
	for name; do
		((${#RUNNING[@]} < jobs)) || reap
		namespace=e2e-$((++STARTED))-$$
		run_scenario "$name" "$namespace" >"$RESULTS/$namespace.log" 2>&1 &
		RUNNING[$!]="$name $namespace $SECONDS"
	done
	while ((${#RUNNING[@]})); do reap; done
}

COUNT=0 PASSED=0 FAILED=0 STARTED=0
RESULTS=$(mktemp -d)
declare -A RUNNING=()
trap finish EXIT
[[ $keep ]] || "$ROOT/dev" cluster down # what a killed run left
set_up
with_own=() others=() last=()
for file in "$here/$folder"/*.sh; do
	# shellcheck source=/dev/null
	source "$file"
	for name in $(scenarios_of "$file"); do
		is_wanted "$name" || continue
		case ${file##*/} in
		helm.sh | endpoint.sh) with_own+=("$name") ;;
		rights.sh) ((${#wanted[@]})) || last+=("$name") ;;
		drain.sh) last+=("$name") ;;
		*) others+=("$name") ;;
		esac
	done
done
echo "1..$((${#with_own[@]} + ${#others[@]} + ${#last[@]}))"
# These bring an operator of their own: no other may be there.
stop gradient-operator
run_scenarios 1 "${with_own[@]}"
steps 1
step "the operator" start_operator
run_scenarios "$JOBS" "${others[@]}"
run_scenarios 1 "${last[@]}"
