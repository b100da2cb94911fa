#: test [unit|cluster|e2e|drain|scaling|matrix]...   run unit, cluster and e2e, or the parts that are named
#: test faults [RUNS] [SEED]                   run scenarios behind a proxy that disturbs (1000 runs, about an hour), or those of some seeds
# unit: no server; cluster: against a control plane of its own; e2e: on a node of its own, needs root. Unit and cluster tests run
# under AddressSanitizer with UndefinedBehaviorSanitizer, and those with threads under ThreadSanitizer; the end-to-end part runs the
# release build.
# drain: the end-to-end scenarios that want two nodes.
# scaling: the end-to-end scenarios with engines that take long to build (KEDA).
# faults: the operator behind a proxy that disturbs it, against two API servers.
# matrix: the cluster part under AddressSanitizer, against the oldest and the newest Kubernetes and the one of the other parts.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/binaries.sh"
source "$SCRIPTS/compile.sh"
source "$SCRIPTS/lfs_server.sh"

PRESETS=(asan tsan)
PASSED=0 FAILED=0 SKIPPED=0 TIMES=()

# What has taken how long is said at the end.
timed() { # NAME COMMAND...
	local name=$1 begun=$SECONDS
	shift
	"$@"
	TIMES+=("$name $((SECONDS - begun)) s")
}

# Adds up the last "N passed, N failed, N skipped" of a log; the last may be missing.
count() { # LOG
	local passed failed skipped
	read -r passed _ failed _ skipped _ < <(grep -E '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -1 || true) || return 1
	PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + ${skipped:-0}))
}

# Runs a command that ends with such a line, in full view. A failure without one counts as one.
counted() { # COMMAND...
	local log status=0 failed=$FAILED
	log=$(mktemp)
	"$@" 2>&1 | tee "$log" || status=$?
	count "$log" || true
	rm "$log"
	if ((status != 0 && failed == FAILED)); then FAILED=$((FAILED + 1)); fi
}

# ctest's closing line in the form that the others use. It counts those that were skipped as passed.
run_ctest() { # PRESET LABEL
	local log status=0 skipped
	log=$(mktemp)
	without_random_addresses "$1" ctest --preset "$1" --label-regex "^$2\$" --no-tests=error --parallel 2 | tee "$log" || status=$?
	skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
	sed -n 's/.*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\1 \2/p' "$log" | while read -r failed all; do
		echo "$((all - failed - skipped)) passed, $failed failed, $skipped skipped"
	done
	rm "$log"
	return $status
}

test_presets() { # LABEL
	local preset
	for preset in "${PRESETS[@]}"; do
		steps 2
		timed "build $preset" compile "$preset"
		say "$1 tests, $preset"
		timed "$1 $preset" counted run_ctest "$preset" "$1"
		((FAILED == 0)) || return 0
	done
}

test_unit() {
	need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
	need_lfs_server
	GRADIENT_LFS_SERVER=$(lfs_server)
	timed "programs for unit" build_binaries "${TEST_BINARIES[@]}" kubectl
	GRADIENT_S3_SERVER=$(binary minio)
	GRADIENT_SFTP_SERVER=$(binary sftp-server)
	GRADIENT_REGISTRY=$(type -P docker-registry)
	GRADIENT_KSTATUS=$(binary kstatus)
	GRADIENT_ARGOCD_LUA=$(binary argocd-lua)
	GRADIENT_KUBECTL=$(binary kubectl)
	export GRADIENT_LFS_SERVER GRADIENT_S3_SERVER GRADIENT_SFTP_SERVER GRADIENT_REGISTRY GRADIENT_KSTATUS GRADIENT_ARGOCD_LUA GRADIENT_KUBECTL
	test_presets unit
}

end_cluster() {
	[[ ! $cluster_is_up ]] || "$ROOT/dev" cluster down
	cluster_is_up=''
}

test_cluster() {
	need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
	export GRADIENT_CLUSTER=test KUBECONFIG KUBECTL ETCD_PORT
	cluster_is_up=1
	"$ROOT/dev" cluster down # what a killed run left
	timed "programs for cluster" "$ROOT/dev" cluster up --control-plane >/dev/null
	eval "$("$ROOT/dev" cluster env)"
	build_binaries gateway-api
	GRADIENT_GATEWAY_API=$(binary gateway-api)
	export GRADIENT_GATEWAY_API
	"$KUBECTL" apply --server-side --filename "$GRADIENT_GATEWAY_API"
	test_presets cluster
	end_cluster
	unset GRADIENT_CLUSTER KUBECONFIG
}

test_faults() {
	need_packages "${BUILD_PACKAGES[@]}" "${CONTROL_PLANE_PACKAGES[@]}"
	steps 2
	timed "build asan" compile asan gradient-operator
	timed faults counted "$ROOT/tests/faults/run.sh" "${fault_runs[@]}"
}

# Two tests are skipped on 1.30, which has no policies that change objects.
test_matrix() {
	local version PRESETS=(asan)
	# shellcheck disable=SC2153 # it is in binaries.sh
	for version in "${KUBERNETES_VERSIONS[@]}"; do
		say "Kubernetes $version"
		KUBERNETES_VERSION=$version
		version=${version#v}
		GRADIENT_KUBERNETES=${version%.*} test_cluster
		((FAILED == 0)) || return 0
	done
}

on_a_node() { # PART [ARGUMENT...]
	local part=$1
	shift
	if ! is_root; then
		left_out="; the end-to-end part was left out: it needs root"
		return
	fi
	timed "programs for $part" "$ROOT/dev" setup "$part"
	need_lfs_server
	timed "build release" "$ROOT/dev" build release
	timed "$part" counted "$ROOT/tests/e2e/run.sh" "$@"
}

test_e2e() { on_a_node e2e; }

test_drain() { on_a_node e2e --drain; }

test_scaling() { on_a_node scaling --scaling; }

finish() {
	local status=$?
	end_cluster
	((${#TIMES[@]} == 0)) || printf '%s\n' "${TIMES[@]}"
	echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
	if ((status == 0 && PASSED + FAILED + SKIPPED == 0)); then
		echo "no test has run$left_out"
		exit 1
	fi
	if ((status || FAILED)); then
		echo "tests failed: $part"
		exit 1
	fi
	if [[ ${CI:-} && $part != matrix && $SKIPPED -gt 0 ]]; then
		echo "$SKIPPED tests were skipped, and a CI machine must be able to run all"
		exit 1
	fi
	echo "all tests passed$left_out"
}

(($#)) || set -- unit cluster e2e
fault_runs=()
if [[ $1 == faults ]]; then
	fault_runs=("${@:2}")
	set -- faults
	[[ ${fault_runs[*]} =~ ^[0-9]*( [0-9]+)?$ ]] || fail "usage: ./dev test faults [RUNS] [SEED]"
fi
for part; do
	[[ $part =~ ^(unit|cluster|e2e|drain|scaling|matrix|faults)$ ]] || fail "usage: ./dev test [unit|cluster|e2e|drain|scaling|matrix]..., or ./dev test faults [RUNS] [SEED]"
done
cluster_is_up='' left_out=''
trap finish EXIT
# Without these, bash comes to the trap of EXIT with the status of the command before: one that went well.
trap 'exit 143' TERM
trap 'exit 130' INT
for part; do
	"test_$part"
	((FAILED == 0)) || exit 1
done
