#: lint                                        check format, clang-tidy, layering, scripts and chart; changes nothing
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/compile.sh"
source "$SCRIPTS/binaries.sh"
source "$SCRIPTS/chart.sh"

check_format() { source_files | xargs -0 clang-format --dry-run -Werror; }

check_layering() { cmake -P "$ROOT/cmake/layering.cmake"; }

check_scripts() { git ls-files -z dev .ci/run '*.sh' | xargs -0 shellcheck -x; }

# Each value that is wrong is refused with its path.
check_values() {
	local value path said
	while read -r value path; do
		if said=$(helm template test "$CHART" --set "$value" 2>&1 >/dev/null); then
			say "accepted: $value"
			return 1
		fi
		[[ $said == *"$path"* ]] || {
			say "$value is refused without $path: $said"
			return 1
		}
	done <<-END
		replica=1 'replica'
		replicas=many '/replicas'
		config.sync.runAsUsr=1 '/config/sync'
		config.sync.runAsUser=root '/config/sync/runAsUser'
		config.sync.collectAfter=soon '/config/sync/collectAfter'
		config.podSecurity=strict '/config/podSecurity'
		config.instanceTypes.big.limit.cpu=1 '/config/instanceTypes/big'
		config.rollout.spareGpus=often '/config/rollout/spareGpus'
		config.endpoint.domian=a.example '/config/endpoint'
		config.endpoint.domain=a.example '/config/endpoint'
		config.endpoint.domain=a.example,config.endpoint.gateway.name=g '/config/endpoint/gateway'
		config.endpoint.domain=a.example,config.endpoint.ingressClass=n,config.endpoint.tls.secret=s '/config/endpoint/tls'
		watch.namespaces={A} '/watch/namespaces/0'
		watch.namespaces={a},watch.allNamespaces=true watch.namespaces
		pod.affinity.node=x '/pod/affinity'
		networkPolicy.apiServerPorts={0} '/networkPolicy/apiServerPorts/0'
		metrics.alerts.enable=true '/metrics/alerts'
	END
}

check_chart() {
	helm lint --strict --quiet "$CHART"
	check_values
	diff -u "$INSTALL" <(render_install) || {
		say "manifests/install.yaml is not the rendered chart: ./dev format makes it"
		return 1
	}
}

# The rules as Prometheus gets them, with series that fire each alert and series that fire none.
check_alerts() {
	local work status=0
	work=$(mktemp -d)
	helm template gradient-operator "$CHART" --namespace gradient-system --set metrics.alerts.enabled=true --show-only templates/monitoring.yaml |
		sed -n '/^  groups:/,$s/^  //p' >"$work/rules.yaml"
	cp "$ROOT/tests/chart/alerts_test.yaml" "$work"
	promtool test rules "$work/alerts_test.yaml" || status=$?
	rm -r "$work"
	return $status
}

# It repeats what it says of a header for every source that includes it.
check_tidy() {
	local log=build/dev/clang-tidy.log
	run-clang-tidy -p build/dev -quiet -j "$(nproc)" "^$ROOT/src/" >"$log" 2>/dev/null || {
		sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E ' (error|warning): ' | sort -u
		return 1
	}
}

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${LINT_PACKAGES[@]}"
build_binaries "${CHART_BINARIES[@]}"
cd "$ROOT" || exit
steps 7
step "format" check_format
step "layering" check_layering
step "scripts" check_scripts
step "chart" check_chart
step "alerts" check_alerts
step "configure dev" configure dev
step "clang-tidy" check_tidy
say "nothing to complain about"
