#: lint [PART]...                              check format, layering, scripts, chart, release, alerts and tidy (clang-tidy), or the parts that are named; changed: clang-tidy on what the last 5 commits changed
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/compile.sh"
source "$SCRIPTS/binaries.sh"
source "$SCRIPTS/chart.sh"
source "$SCRIPTS/bundle.sh"

check_format() { source_files | xargs -0 clang-format --dry-run -Werror; }

check_layering() { cmake -P "$ROOT/cmake/layering.cmake"; }

check_scripts() {
	git ls-files -z dev .ci/run scripts/kubectl-gradient '*.sh' | xargs -0 shellcheck -x
	git ls-files -z '.github/workflows/*.yaml' | xargs -0 "$(binary actionlint)"
	check_build_context
}

# Nothing reaches an image's build but what .dockerignore lets through: that, and no less, is copied.
check_build_context() {
	diff <(sed -n 's/^!//p' .dockerignore | sort) <(sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' Dockerfile |
		awk '$1 == "COPY" && $2 !~ /^--from/ { for (i = 2; i < NF; i++) print $i }' | sort -u)
}

# One of those that ./dev test compiles anyway.
TIDY_PRESET=asan
TIDY_BUILD=build/$TIDY_PRESET

# Each value that is wrong is refused with its path.
check_values() {
	local value path said
	while read -r path value; do
		if said=$(helm template test "$CHART" --set "$value" 2>&1 >/dev/null); then
			say "accepted: $value"
			return 1
		fi
		[[ $said == *"$path"* ]] || {
			say "$value is refused without $path: $said"
			return 1
		}
	done <<-END
		'replica' replica=1
		'/replicas' replicas=many
		'/images/prefix' images.prefix=registry.example.com/team
		'/images/sync' images.sync=FOO/bar
		'/config/sync' config.sync.runAsUsr=1
		'/config/sync/runAsUser' config.sync.runAsUser=root
		'/config/sync/httpProxy' config.sync.httpProxy=ftp://proxy
		'/config/sync/httpProxy' config.sync.httpProxy=http://user:password@proxy
		'/config/sync/caBundle' config.sync.caBundle=foo
		'/config/sync/caBundle' config.sync.caBundle=-----BEGIN PRIVATE KEY-----
		'/config/sync/knownHosts' config.sync.knownHosts=git.example.com ssh-ed25519
		'/config/sync/knownHosts' config.sync.knownHosts=@revoked git.example.com ssh-ed25519
		'/config/sync/pullSecret' config.sync.pullSecret=A_B
		'/config/sync/collectAfter' config.sync.collectAfter=soon
		'/config/sync/collectAfter' config.sync.collectAfter=1s
		'/config/sync/collectAfter' config.sync.collectAfter=721h
		'/config/sync/resources/limits/foo' config.sync.resources.limits.foo=1
		'/config/secretName' config.secretName=Foo_Bar
		'/config/clusterDomain' config.clusterDomain=
		'/config/clusterDomain' config.clusterDomain=A_b
		'/config/podSecurity' config.podSecurity=strict
		'/config/instanceTypeLabel' config.instanceTypeLabel=a b
		'/config/instanceTypes' config.instanceTypes.Big One.sharedMemory=1Gi
		'/config/instanceTypes/big' config.instanceTypes.big.limit.cpu=1
		'/config/instanceTypes/big/limits/cpu' config.instanceTypes.big.limits.cpu=1.2.3
		'/config/instanceTypes/big/limits/bogus' config.instanceTypes.big.limits.bogus=5
		'/config/instanceTypes/big/limits/nvidia.com~1gpu' config.instanceTypes.big.limits.nvidia\.com/gpu=65
		'/config/instanceTypes/big/limits/requests.nvidia.com~1gpu' config.instanceTypes.big.limits.requests\.nvidia\.com/gpu=1
		'/config/instanceTypes/big/tolerations/0' config.instanceTypes.big.tolerations[0].effect=NoExecute
		'/config/instanceTypes/big/tolerations/0' config.instanceTypes.big.tolerations[0].operator=Equal
		'/config/instanceTypes/big/tolerations/0/value' config.instanceTypes.big.tolerations[0].operator=Exists,config.instanceTypes.big.tolerations[0].value=x
		'/config/instanceTypes/big/tolerations/0/tolerationSeconds' config.instanceTypes.big.tolerations[0].key=a,config.instanceTypes.big.tolerations[0].tolerationSeconds=3
		'/config/instanceTypes/big/requests/cpu' config.instanceTypes.big.requests.cpu=-1
		'/config/instanceTypes/big/requests/nvidia.com~1gpu' config.instanceTypes.big.requests.nvidia\.com/gpu=1
		'/config/instanceTypes/big/runtimeClassName' config.instanceTypes.big.runtimeClassName=A_B
		'/config/instanceTypes/big/nodeSelector/pool' config.instanceTypes.big.nodeSelector.pool=a b
		'/config/metrics/labels/0' config.metrics.labels={pod}
		'/config/metrics/labels' config.metrics.labels={name}
		'/config/metrics/requestDuration/name' config.metrics.requestDuration.name=
		'/config/rollout/spareGpus' config.rollout.spareGpus=often
		'/config/rollout/drainSeconds' config.rollout.drainSeconds=301
		'/config/allowProbeHost' config.allowProbeHost=often
		'/config/placement' config.placement=anywhere
		'/config/secrets/allow' config.secrets.allow=some
		'/config/rollout/defaultReadiness' config.rollout.defaultReadiness=often
		'/config/podTemplate' config.podTemplate.speck.a=b
		'/config/podTemplate/allowed' config.podTemplate.allowed=no-boolean
		'/config/podTemplate/metadata/labels/team' config.podTemplate.metadata.labels.team=1
		'/config/podTemplate/spec' config.podTemplate.spec=a
		'/config/endpoint' config.endpoint.domian=a.example
		'/config/endpoint' config.endpoint.domain=a.example
		'/config/endpoint/domain' config.endpoint.domain=-bad_.com,config.endpoint.ingressClass=n
		'/config/endpoint/gateway' config.endpoint.domain=a.example,config.endpoint.gateway.name=g
		'/config/endpoint/tls' config.endpoint.domain=a.example,config.endpoint.ingressClass=n,config.endpoint.tls.secret=s
		'/config/endpoint/tls/secretName' config.endpoint.domain=a.example,config.endpoint.ingressClass=n,config.endpoint.tls.secretName=A_
		'/deletionOfUsed' deletionOfUsed=Maybe
		'/config/endpoint/allowedHosts' config.endpoint.domain=a.example,config.endpoint.ingressClass=n,config.endpoint.allowedHosts.A={chat}
		'/config/endpoint/allowedHosts/a/0' config.endpoint.domain=a.example,config.endpoint.ingressClass=n,config.endpoint.allowedHosts.a={demo-team}
		'/config/endpoint/allowedAnnotations/0' config.endpoint.domain=a.example,config.endpoint.ingressClass=n,config.endpoint.allowedAnnotations={a b}
		'/config/endpoint/allowedAnnotations/0' config.endpoint.domain=a.example,config.endpoint.ingressClass=n,config.endpoint.allowedAnnotations={cert-manager\.io/issuer}
		'/watch/namespaces/0' watch.namespaces={A}
		'pod' pod=null
		'watch' watch=null
		'metrics' metrics=null
		'install' crds.install=null
		'prefix' images.prefix=null
		'workers' operator.workers=null
		'/metrics/alerts' metrics.alerts.labels=null
		'/pod/affinity' pod.affinity.node=x
		'/networkPolicy/apiServerPorts/0' networkPolicy.apiServerPorts={0}
		'/metrics/alerts' metrics.alerts.enable=true
	END
}

# What the operator's configuration may be (tests/gradient/spec/settings_test.cpp reads the same files) the chart's values may be.
check_configurations() {
	local file
	for file in "$ROOT"/tests/chart/config-*.yaml; do
		helm template test "$CHART" --values "$file" >/dev/null || return 1
	done
}

check_chart() {
	helm lint --strict --quiet "$CHART"
	check_values
	check_configurations
	diff -u "$INSTALL" <(render_install) || {
		say "manifests/install.yaml is not the rendered chart: ./dev format makes it"
		return 1
	}
}

# The parts of a release that take no compiler, for a registry.
bundle_example() { # FOLDER UMASK
	local DIST=$1 VERSION EPOCH=1700000000 REPOSITORY=https://git.example.com/team/gradient-operator IMAGES=registry.example.com/team/
	VERSION=$(version)
	umask "$2"
	mkdir -p "$DIST"
	check_version
	bundle_chart
	bundle_manifests
	bundle_checksums
}

# A release is the same bytes whoever makes it, and installs its own images.
check_release() {
	local work made found wanted
	work=$(mktemp -d)
	(bundle_example "$work/first" 022)
	(bundle_example "$work/second" 077)
	diff -r "$work/first" "$work/second" || return 1
	wanted=$(printf 'registry.example.com/team/gradient-%s:%s\n' operator "$(version)" sync "$(version)")
	for made in "$work"/first/gradient-operator-*.tgz "$work/first/install.yaml"; do
		found=$({ if [[ $made == *.tgz ]]; then helm template test "$made"; else cat "$made"; fi; } |
			sed -n 's/^ *\(image\|sync\): *"\{0,1\}\([^" ]\{1,\}\)"\{0,1\}$/\2/p' | sort -u)
		[[ $found == "$wanted" ]] || {
			say "${made##*/} has the images $found and not $wanted"
			return 1
		}
	done
	rm -r "$work"
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

# Each source with the project's headers that it includes, one source a line, as the last build found them. Their paths are
# absolute, or relative to the build where ccache has a base_dir.
sources_with_headers() {
	ninja -C "$TIDY_BUILD" -t deps | awk -v root="$ROOT/" '
		/^[^ ]/ { if (line != "") print line; line = "" }
		/^ / {
			sub(/^ +/, "")
			if (index($0, root) == 1) $0 = substr($0, length(root) + 1)
			sub(/^\.\.\/\.\.\//, "")
			if (/^src\//) line = line == "" ? $0 : line " " $0
		}
		END { if (line != "") print line }' | grep -E '^src/[^ ]+\.cpp( |$)' | sort -u
}

# The flags that sources are compiled with: each set once, wherever the project is.
compile_flags() { jq -r '.[].command | sub(" -o .*"; "")' "$TIDY_BUILD/tidy/compile_commands.json" | sed "s#$ROOT##g" | sort -u; }

# Of the compiler's precompiled headers clang makes nothing: each source is read with what it includes itself.
write_tidy_commands() {
	mkdir -p "$TIDY_BUILD/tidy"
	jq '.[].command |= gsub(" -Winvalid-pch| -include [^ ]*/cmake_pch.hxx"; "")' "$TIDY_BUILD/compile_commands.json" >"$TIDY_BUILD/tidy/compile_commands.json"
}

# Sources that have changed, they or their headers or their flags, since clang-tidy found nothing in them: STAMP SOURCE HEADER... a line.
unchecked_sources() {
	local all row files key version
	all=$(sources_with_headers) || fail "ninja does not tell the sources"
	version=$(clang-tidy --version && compile_flags) || fail "the flags of the sources are not known"
	[[ $all ]] || fail "ninja knows of no source"
	while read -r row; do
		read -r -a files <<<"$row"
		key=$({ printf '%s\n' "$version" && sha256sum .clang-tidy "${files[@]}"; } | sha256sum | cut -c1-32)
		[[ -e $CACHE/tidy/$key ]] || echo "$CACHE/tidy/$key $row"
	done <<<"$all"
}

# Of these, the sources that the last commits changed, and for each other header that they changed one source that includes it: where
# nothing is cached, all sources take a quarter of an hour.
recently_changed() {
	local changed
	changed=$(git log -5 --format= --name-only -- src && git diff --name-only HEAD -- src && git ls-files --others --exclude-standard -- src) ||
		fail "git does not tell what has changed"
	awk 'NR == FNR { changed[$1]; next }
		{
			found = 0
			for (i = 2; i <= NF; i++) if ($i in changed) { found = 1; delete changed[$i] }
			if (found) print
		}' <(printf '%s\n' "$changed") -
}

# What it says of a header it repeats for every source that includes it.
check_tidy() { # FILTER
	local log=$TIDY_BUILD/clang-tidy.log
	mkdir -p "$CACHE/tidy"
	find "$CACHE/tidy" -type f -mtime +60 -delete
	# shellcheck disable=SC2016 # xargs' shell expands them
	unchecked_sources | "$1" |
		awk '{ print $1, $2 }' | xargs --no-run-if-empty -L 1 -P "$(nproc)" sh -c 'clang-tidy -p "$1" --quiet "$3" 2>/dev/null && touch "$2"' - "$TIDY_BUILD/tidy" >"$log" || {
		sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E ' (error|warning): ' | sort -u
		return 1
	}
}

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${LINT_PACKAGES[@]}"
build_binaries "${LINT_BINARIES[@]}"
cd "$ROOT" || exit
check_tidy_of_build() { configure "$TIDY_PRESET" && build "$TIDY_PRESET" && write_tidy_commands && check_tidy "$1"; }

(($#)) || set -- format layering scripts chart release alerts tidy
for part; do
	[[ $part =~ ^(format|layering|scripts|chart|release|alerts|tidy|changed)$ ]] || fail "usage: ./dev lint [format|layering|scripts|chart|release|alerts|tidy|changed]..."
done
steps $#
for part; do
	case $part in
	tidy) step clang-tidy check_tidy_of_build cat ;;
	changed) step clang-tidy check_tidy_of_build recently_changed ;;
	*) step "$part" "check_$part" ;;
	esac
done
say "nothing to complain about"
