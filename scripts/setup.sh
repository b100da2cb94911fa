#: setup [PART]...                             install what is missing for build, demo, demo-on-kind, unit, cluster, e2e, scaling or lint; without a part for all tests
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/binaries.sh"

packages=() binaries=()
(($#)) || set -- unit cluster e2e lint
for part; do
	case $part in
	build) packages+=("${BUILD_PACKAGES[@]}") ;;
	unit)
		packages+=("${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
		binaries+=("${TEST_BINARIES[@]}")
		;;
	cluster)
		packages+=("${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${CONTROL_PLANE_PACKAGES[@]}")
		binaries+=("${CONTROL_PLANE_BINARIES[@]}" gateway-api)
		;;
	demo | demo-on-kind | e2e | scaling)
		packages+=("${BUILD_PACKAGES[@]}" "${CONTROL_PLANE_PACKAGES[@]}" "${NODE_PACKAGES[@]}" "${SERVER_PACKAGES[@]}")
		case $part in
		demo) binaries+=("${DEMO_BINARIES[@]}") ;;
		demo-on-kind) binaries+=("${DEMO_ON_KIND_BINARIES[@]}") ;;
		e2e)
			packages+=("${TEST_PACKAGES[@]}")
			binaries+=("${E2E_BINARIES[@]}")
			;;
		scaling)
			packages+=("${TEST_PACKAGES[@]}")
			binaries+=("${SCALING_BINARIES[@]}")
			;;
		esac
		;;
	lint)
		packages+=("${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${LINT_PACKAGES[@]}")
		binaries+=("${LINT_BINARIES[@]}")
		;;
	*) fail "usage: ./dev setup [build|demo|demo-on-kind|unit|cluster|e2e|scaling|lint]..." ;;
	esac
done
need_packages "${packages[@]}"
build_binaries "${binaries[@]}"
say "everything is installed"
