#: demo [--keep] [--kind]                      build, start a local cluster, deploy the sample and ask it; --keep leaves it up
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/deploy.sh"

SAMPLES=$ROOT/manifests/samples
mapfile -t EXPECTED < <(cat "$SCRIPTS"/demo/*/line.txt)

usage() { fail "usage: ./dev demo [--keep] [--kind]"; }

load_images() {
	sync_image
	push_image "$(app_archive busybox)" team/app:1.0
}

apply_samples() {
	kubectl apply -f "$SAMPLES/secrets.yaml" -f "$SAMPLES/dataset.yaml" -f "$SAMPLES/model.yaml" -f "$SAMPLES/container-registry.yaml" \
		-f "$SAMPLES/deployment-cr.yaml"
}

condition() { kubectl get gdep demo -o jsonpath="{.status.conditions[?(@.type==\"Ready\")].$1}"; } # FIELD

# Ages change all the time and say nothing.
without_age() { printf '%s\n' "$1" | sed -E 's, +([0-9]+[dhms])+$,,'; } # TABLE

# Draws the table again in its place on a terminal; prints what changed elsewhere.
show() { # TABLE
	if [[ -t 1 ]]; then
		[[ -z ${SHOWN:-} ]] || printf '\e[%dA\e[J' "$(wc -l <<<"$SHOWN")"
		cut -c"1-$(tput cols 2>/dev/null || echo 160)" <<<"$1"
	else
		diff --changed-group-format='%>' --unchanged-group-format='' <(without_age "${SHOWN:-}") <(without_age "$1") || true
	fi
	SHOWN=$1
}

watch_until_ready() {
	local limit=$((SECONDS + 240))
	until [[ $(condition status) == True ]]; do
		((SECONDS < limit)) && alive gradient-operator || return 1
		show "$(kubectl get gdep,pods 2>&1)"
		sleep 1
	done
	show "$(kubectl get gdep,pods)"
}

ask() {
	local answer line
	say "the answer of http://$(kubectl get service demo -o jsonpath='{.spec.clusterIP}')/, the cluster IP of the Service demo:"
	answer=$(request demo --retry 5 --retry-all-errors)
	printf '\n%s\n\n' "$answer"
	for line in "${EXPECTED[@]}"; do
		[[ $answer == *"$line"* ]] || { say "the answer lacks: $line"; return 1; }
	done
}

# Whatever ends the demo early leaves the cluster for a look at it.
explain_failure() {
	((FINISHED == 0)) || return 0
	say
	if [[ ${APPLIED:-} ]]; then say "the deployment does not serve: $(condition reason): $(condition message)"; fi
	if [[ -f $OPERATOR_LOG ]]; then say "the operator's log ends with"$'\n'"$(tail -5 "$OPERATOR_LOG")"; fi
	say "the demo did not get to its end. Logs are in $STATE/log"
	say "the cluster may be up: export KUBECONFIG=$STATE/admin.kubeconfig; ./dev cluster down removes it"
}

how_to_look_around() {
	cat <<-END
		The cluster is up. To look around:

		  export KUBECONFIG=$STATE/admin.kubeconfig
		  alias kubectl=$(binary kubectl)
		  kubectl get gradient                          # all objects of ours
		  kubectl describe gdep demo                    # conditions and events
		  kubectl get deployment demo -o yaml           # what it became
		  kubectl edit gdep demo                        # change it and watch the pods roll
		  tail -f $OPERATOR_LOG

		./dev cluster down removes every trace.
	END
}

keep='' kind=()
for option; do
	case $option in
	--keep) keep=1 ;;
	--kind) kind=(--kind) ;;
	*) usage ;;
	esac
done

"$ROOT/dev" setup demo
"$ROOT/dev" build release
FINISHED=0
trap explain_failure EXIT
steps 6
step "a Kubernetes node" "$ROOT/dev" cluster up "${kind[@]}"
use_cluster
step "custom resource definitions and rights" install_definitions
step "container registry, git server and S3 server" servers_up
step "images" load_images
step "the operator" start_operator
step "the sample: manifests/samples" apply_samples
APPLIED=1
watch_until_ready
ask
FINISHED=1
if [[ $keep ]]; then
	how_to_look_around
else
	say "taking everything down"
	"$ROOT/dev" cluster down
	say "done; ./dev demo --keep leaves it up"
fi
