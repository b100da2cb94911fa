#: demo [--keep] [--kind | --no-kind]          build, start a local cluster (by kind where Docker answers), deploy the sample and ask it; --keep leaves it up
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/deploy.sh"

SAMPLES=$ROOT/manifests/samples
mapfile -t EXPECTED < <(cat "$SCRIPTS"/demo/*/line.txt)

S3_SERVER=s3-server

usage() { fail "usage: ./dev demo [--keep] [--kind | --no-kind]"; }

kind_works() { type -P kind docker >/dev/null && docker info >/dev/null 2>&1; }

say_how_long() {
	local programs=("${DEMO_BINARIES[@]}") missing='' name
	[[ ! ${kind[*]} ]] || programs=("${DEMO_ON_KIND_BINARIES[@]}")
	for name in "${programs[@]}"; do [[ -e $(binary "$name") ]] || missing=1; done
	if [[ $missing && ! ${kind[*]} ]]; then
		say "the first time: 10 to 15 minutes on two processors, as Kubernetes and the operator are compiled; then under a minute"
	elif [[ $missing || ! -e $ROOT/build/release/bin/gradient-operator ]]; then
		say "about 4 minutes on two processors, as the operator is compiled; then under a minute"
	else
		say "about a minute"
	fi
}

# The operator is compiled while modules are fetched and linked, as each of the two often waits. It ends with the demo, in its own session.
install_and_build() {
	local log compiler
	need_packages "${BUILD_PACKAGES[@]}"
	log=$(mktemp)
	setsid "$ROOT/dev" build release >"$log" 2>&1 &
	compiler=$!
	# shellcheck disable=SC2064 # their values now
	trap "kill -- -$compiler 2>/dev/null; rm -f '$log'" EXIT
	"$ROOT/dev" setup "demo${kind[*]:+-on-kind}"
	say "waiting for the operator's build ..."
	wait $compiler || {
		tail -40 "$log" >&2
		return 1
	}
	tail -3 "$log" >&2
	rm -f "$log"
	trap - EXIT
}

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
	answer=$(first_request demo)
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
		  PATH=$ROOT/build/release/bin:\$PATH
		  gradient-operator status demo                 # conditions, content, pods, events on one screen
		  gradient-operator logs demo                   # all containers of all pods
		  gradient-operator diff -f manifests/samples/deployment-cr.yaml   # what applying a file would change
		  kubectl get gradient                          # all objects of ours
		  kubectl describe gdep demo                    # conditions and events
		  kubectl get deployment demo -o yaml           # what it became
		  kubectl edit gdep demo                        # change it and watch the pods roll
		  tail -f $OPERATOR_LOG

		./dev cluster down removes every trace.
	END
}

keep='' kind=()
! kind_works || kind=(--kind)
for option; do
	case $option in
	--keep) keep=1 ;;
	--kind) kind=(--kind) ;;
	--no-kind) kind=() ;;
	*) usage ;;
	esac
done

say_how_long
install_and_build
FINISHED=0
trap explain_failure EXIT
steps 6
step "a Kubernetes node" "$ROOT/dev" cluster up "${kind[@]}"
use_cluster
step "CRDs and rights" install_crds
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
	say "done. ./dev demo --keep leaves the cluster up and says how to look around"
fi
