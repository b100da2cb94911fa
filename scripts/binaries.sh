# Programs built from Go modules into a cache outside the repository, one folder per program and version. Sourced after packages.

# The oldest that is supported, the one of the local cluster, and the newest. GRADIENT_KUBERNETES has the cluster be of another of them,
# by its minor version: 1.30.
KUBERNETES_VERSIONS=(v1.30.14 v1.34.4 v1.37.2)
LOCAL_KUBERNETES=${KUBERNETES_VERSIONS[1]}
COREDNS_VERSION=v1.12.4 # of the client-go of LOCAL_KUBERNETES
# The Dockerfile names these for the image's labels, and is not at hand while the image is built.
RCLONE_VERSION=${RCLONE_VERSION:-$(sed -n 's/^ARG RCLONE_VERSION=//p' "$ROOT/Dockerfile")}
GIT_LFS_VERSION=${GIT_LFS_VERSION:-$(sed -n 's/^ARG GIT_LFS_VERSION=//p' "$ROOT/Dockerfile")}
ORAS_VERSION=v2.7.0 # the library
ORAS_CLI_VERSION=v1.3.6
S5CMD_VERSION=v2.3.0
COMPRESS_VERSION=v1.20.4
KSTATUS_VERSION=v0.37.2
GOPHER_LUA_VERSION=v1.1.1 # that of Argo CD
MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
HELM_VERSION=v3.19.5
TRAEFIK_VERSION=v3.6.12
GATEWAY_API_VERSION=v1.4.0 # the one that Traefik is made for
SYFT_VERSION=v1.57.1
GOVULNCHECK_VERSION=v1.9.0
ACTIONLINT_VERSION=v1.7.12
KEDA_VERSION=v2.21.0
# The lowest that builds all of them and has no known fault that they are open to: programs of the image are among them. Fetched where
# the machine has an older one, or none.
GO_VERSION=1.26.11

CONTROL_PLANE_BINARIES=(etcd kube-apiserver kube-controller-manager kubectl)
NODE_BINARIES=(kube-scheduler kubelet kube-proxy coredns)
IMAGE_BINARIES=(rclone git-lfs oci-pull gradient-unpack) # in the order that assemble_sync takes them
SERVER_BINARIES=("${IMAGE_BINARIES[@]}" minio)
DEMO_ON_KIND_BINARIES=(kubectl "${IMAGE_BINARIES[@]}" s3-server) # which takes a third of minio's time to compile
DEMO_BINARIES=("${CONTROL_PLANE_BINARIES[@]}" "${NODE_BINARIES[@]}" "${DEMO_ON_KIND_BINARIES[@]}")
TEST_BINARIES=("${SERVER_BINARIES[@]}" sftp-server kstatus argocd-lua)
CHART_BINARIES=(helm)
EXPOSURE_BINARIES=(traefik gateway-api)
E2E_BINARIES=("${CONTROL_PLANE_BINARIES[@]}" "${NODE_BINARIES[@]}" "${SERVER_BINARIES[@]}" "${CHART_BINARIES[@]}" "${EXPOSURE_BINARIES[@]}")
SCALING_BINARIES=("${E2E_BINARIES[@]}" keda keda-crds)
BENCH_BINARIES=(oras s5cmd)
LINT_BINARIES=("${CHART_BINARIES[@]}" actionlint)
RELEASE_BINARIES=("${CHART_BINARIES[@]}" syft govulncheck)

kubernetes_version() { # MINOR
	local version
	for version in "${KUBERNETES_VERSIONS[@]}"; do
		[[ $version != "v$1".* ]] || break
		version=
	done
	[[ $version ]] || fail "GRADIENT_KUBERNETES=$1: write the minor version of one of ${KUBERNETES_VERSIONS[*]}"
	echo "$version"
}

KUBERNETES_VERSION=$LOCAL_KUBERNETES
[[ ! ${GRADIENT_KUBERNETES:-} ]] || KUBERNETES_VERSION=$(kubernetes_version "$GRADIENT_KUBERNETES")

# NAME -> MODULE VERSION PACKAGE; or the files of a program of ours that is made of the module's packages, or of Go's own (std); or CRDs
binary_source() {
	case $1 in
	kube-* | kubelet | kubectl) echo "k8s.io/kubernetes $KUBERNETES_VERSION k8s.io/kubernetes/cmd/$1" ;;
	etcd) echo "k8s.io/kubernetes $KUBERNETES_VERSION go.etcd.io/etcd/server/v3" ;; # that of its API server
	coredns) echo "k8s.io/kubernetes $LOCAL_KUBERNETES coredns.go" ;; # one for every Kubernetes
	rclone) echo "github.com/rclone/rclone $RCLONE_VERSION rclone.go local_addresses.go" ;;
	s3-server) echo "github.com/rclone/rclone $RCLONE_VERSION s3_server.go" ;;
	sftp-server) echo "github.com/rclone/rclone $RCLONE_VERSION sftp_server.go" ;;
	git-lfs) echo "github.com/git-lfs/git-lfs/v3 $GIT_LFS_VERSION git_lfs.go ranges.go local_addresses.go" ;;
	fault-runs) echo std "go$GO_VERSION" ../tests/faults/{cluster,main,observer,operator,plan,proxy,run,scenarios,state,watch}.go ;;
	argocd-lua) echo "github.com/yuin/gopher-lua $GOPHER_LUA_VERSION argocd_lua.go" ;;
	kstatus) echo "sigs.k8s.io/cli-utils $KSTATUS_VERSION kstatus.go" ;;
	oci-pull) echo "oras.land/oras-go/v2 $ORAS_VERSION oci_pull.go local_addresses.go" ;;
	gradient-unpack) echo "github.com/klauspost/compress $COMPRESS_VERSION unpack.go unpack_archives.go" ;;
	helm) echo "helm.sh/helm/v3 $HELM_VERSION helm.sh/helm/v3/cmd/helm" ;;
	minio) echo "github.com/minio/minio $MINIO_VERSION github.com/minio/minio" ;;
	oras) echo "oras.land/oras $ORAS_CLI_VERSION oras.land/oras/cmd/oras" ;;
	syft) echo "github.com/anchore/syft $SYFT_VERSION github.com/anchore/syft/cmd/syft" ;;
	govulncheck) echo "golang.org/x/vuln $GOVULNCHECK_VERSION golang.org/x/vuln/cmd/govulncheck" ;;
	actionlint) echo "github.com/rhysd/actionlint $ACTIONLINT_VERSION github.com/rhysd/actionlint/cmd/actionlint" ;;
	s5cmd) echo "github.com/peak/s5cmd/v2 $S5CMD_VERSION github.com/peak/s5cmd/v2" ;;
	traefik) echo "github.com/traefik/traefik/v3 $TRAEFIK_VERSION github.com/traefik/traefik/v3/cmd/traefik" ;;
	gateway-api) echo "sigs.k8s.io/gateway-api $GATEWAY_API_VERSION config/crd/standard/gateway.*.yaml" ;;
	keda) echo "github.com/kedacore/keda/v2 $KEDA_VERSION ./cmd/operator" ;;
	keda-adapter) echo "github.com/kedacore/keda/v2 $KEDA_VERSION ./cmd/adapter" ;;
	keda-crds) echo "github.com/kedacore/keda/v2 $KEDA_VERSION config/crd/bases/*.yaml config/rbac/role.yaml" ;;
	*) fail "no recipe for the program $1" ;;
	esac
}

# Newer modules than its own asks for, where those have known faults; ./dev release looks for them.
newer_modules() { # NAME
	[[ $1 != git-lfs ]] || echo "golang.org/x/net@v0.62.0 github.com/klauspost/compress@$COMPRESS_VERSION"
}

# Built with the modules of another, so that what both need is compiled once.
added_modules() { # NAME
	[[ $(binary_source "$1") != "k8s.io/kubernetes $LOCAL_KUBERNETES "* ]] || echo "github.com/coredns/coredns@$COREDNS_VERSION"
}

program_text() { # FILES
	local files
	read -ra files <<<"$1"
	(cd "$SCRIPTS" && cat "${files[@]}")
}

# For a release: a processor by its GOARCH, or "symbols" for a program that keeps its names. Built by the very Go of GO_VERSION.
BINARY_VARIANT=${BINARY_VARIANT:-}

# Where a program is, or will be once it is built. A program of ours is built again when we change it, or take another Go or other modules.
binary() {
	local version package files
	read -r _ version package < <(binary_source "$1")
	[[ $package != *.go ]] ||
		version+=-$(printf '%s\n' "$GO_VERSION$(newer_modules "$1")$(added_modules "$1")" "$(program_text "$package")" | sha256sum | cut -c1-8)
	echo "$CACHE/bin/$1/$version${BINARY_VARIANT:+-go$GO_VERSION-$BINARY_VARIANT}/$1"
}

binaries_of_images() {
	local name
	for name in "${IMAGE_BINARIES[@]}"; do binary "$name"; done
}

go_is_new_enough() { # GO
	local have
	have=$("$1" env GOVERSION 2>/dev/null) || return 1
	if [[ $BINARY_VARIANT ]]; then [[ $have == "go$GO_VERSION" ]]; else printf '%s\n%s\n' "$GO_VERSION" "${have#go}" | sort -VC; fi
}

# Debian 12's Go is too old for these modules but can fetch a newer one, which is a module like any other. Go before 1.21 leaves
# out what go would do itself: execute permission, and go.mod files under their own names.
fetch_go() {
	local old into=$CACHE/go/$GO_VERSION answer from
	old=$(type -P go)
	[[ -x $into/bin/go ]] && return
	answer=$(cd / && "$old" mod download -json "golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-$("$old" env GOARCH)") || {
		jq -r .Error <<<"$answer"
		return 1
	}
	from=$(jq -r .Dir <<<"$answer")
	rm -rf "$into.new"
	mkdir -p "$into.new"
	cp -r --no-preserve=mode "$from/." "$into.new/"
	chmod -R +x "$into.new/bin" "$into.new/pkg/tool"
	find "$into.new" -name _go.mod -execdir mv {} go.mod \;
	mv -T "$into.new" "$into"
}

# Prints the path of a Go that is new enough.
find_go() {
	local go
	for go in "$(type -P go || true)" /usr/local/go/bin/go "$CACHE/go/$GO_VERSION/bin/go"; do
		if [[ -x $go ]] && go_is_new_enough "$go"; then
			echo "$go"
			return
		fi
	done
	return 1
}

version_flags() { # NAME VERSION
	local at=k8s.io/component-base/version major minor
	if [[ $1 == helm ]]; then
		IFS=. read -r major minor _ <<<"${LOCAL_KUBERNETES#v}"
		echo "-X helm.sh/helm/v3/internal/version.version=$2"
		printf -- '-X helm.sh/helm/v3/pkg/%s=%s\n' chartutil.k8sVersionMajor "$major" chartutil.k8sVersionMinor "$minor" \
			lint/rules.k8sVersionMajor "$major" lint/rules.k8sVersionMinor "$minor"
	fi
	[[ $1 != syft ]] || echo "-X main.version=${2#v}"
	[[ $1 != keda* ]] || echo "-X github.com/kedacore/keda/v2/version.Version=${2#v}"
	[[ $1 != rclone ]] || echo "-X github.com/rclone/rclone/fs.Version=$2"
	[[ $(binary_source "$1") != *local_addresses.go ]] || echo -checklinkname=0 # it says why
	[[ $2 == "$KUBERNETES_VERSION" ]] || return 0
	IFS=. read -r major minor _ <<<"${2#v}"
	echo "-X $at.gitVersion=$2 -X $at.gitMajor=$major -X $at.gitMinor=$minor -X $at.gitTreeState=clean"
}

# Kubernetes replaces its staging modules by folders that a module download does not have: take their releases instead.
replace_staging_modules() { # GO VERSION
	local module mod
	mod=$("$1" mod download -json "k8s.io/kubernetes@$2" | jq -r .GoMod)
	for module in $("$1" mod edit -json "$mod" | jq -r '.Replace[]?.Old.Path'); do
		"$1" mod edit -replace="$module=$module@v0.${2#v1.}"
	done
}

# A module's own choices of other modules do not count for those who use it: they are repeated.
repeat_choices() { # GO MODULE@VERSION
	local mod
	mod=$("$1" mod download -json "$2" | jq -r .GoMod)
	"$1" mod edit -json "$mod" | jq -r '(.Replace[]? | select(.New.Version) | "-replace=\(.Old.Path)=\(.New.Path)@\(.New.Version)"),
		(.Exclude[]? | "-exclude=\(.Path)@\(.Version)")' | xargs "$1" mod edit
}

# The CRDs of a module, as one file.
copy_crds() { # GO MODULE@VERSION PATTERNS
	local from file
	from=$("$1" mod download -json "$2" | jq -r .Dir)
	# shellcheck disable=SC2086 # patterns on purpose
	(cd "$from" && for file in $3; do
		echo ---
		cat "$file"
	done)
}

# What remains of KEDA's scalers: each of the others brings the client of a cloud, a queue or a database, which would have to be built.
KEDA_SCALERS=(cpu_memory cron external kubernetes_workload metrics_api prometheus)

# Its source, with no more than these.
copy_keda() { # GO MODULE@VERSION
	local from file name
	from=$("$1" mod download -json "$2" | jq -r .Dir)
	cp -r --no-preserve=mode "$from/." .
	for file in pkg/scalers/*_scaler.go; do
		name=${file##*/}
		[[ " ${KEDA_SCALERS[*]} " == *" ${name%_scaler.go} "* ]] || rm "$file"
	done
	# Their cases in the switch over triggers, which are two lines each, and a constant of one that others use.
	while read -r name; do
		grep -q "^func $name(" pkg/scalers/*.go || sed -i "/^\tcase /{N;/scalers\.$name(/d}" pkg/scaling/scalers_builder.go
	done < <(sed -n 's/.*return scalers\.\(New[A-Za-z]*\)(.*/\1/p' pkg/scaling/scalers_builder.go)
	rm pkg/util/ginkgo_reporter.go # of its tests
	printf 'package scalers\n\nconst externalMetricType = "External"\n' >pkg/scalers/external_metric_type.go
}

build_binary() { # NAME
	local go module version package into work files newer strip='-s -w '
	go=$(find_go)
	read -r module version package < <(binary_source "$1")
	into=$(binary "$1")
	work=$CACHE/modules/${module//\//_}@$version
	mkdir -p "$work" "$(dirname "$into")"
	cd "$work" || return
	export CGO_ENABLED=0 GOFLAGS=-mod=mod GOTOOLCHAIN=local GOWORK=off
	case $BINARY_VARIANT in
	symbols) strip='' ;;
	?*) export GOARCH=$BINARY_VARIANT ;;
	esac
	if [[ $package == *.yaml ]]; then
		copy_crds "$go" "$module@$version" "$package" >"$into.new"
		mv "$into.new" "$into"
		return
	fi
	if [[ $1 == keda* && ! -f go.mod ]]; then
		copy_keda "$go" "$module@$version"
	elif [[ ! -f go.mod ]]; then
		"$go" mod init gradient-operator/tools
		[[ $module != k8s.io/kubernetes ]] || replace_staging_modules "$go" "$version"
		[[ $1 != traefik ]] || repeat_choices "$go" "$module@$version"
		"$go" mod edit -go="$GO_VERSION"
		[[ $module == std ]] || "$go" mod edit -require="$module@$version"
	fi
	for newer in $(newer_modules "$1") $(added_modules "$1"); do "$go" mod edit -require="$newer"; done
	if [[ $package == *.go ]]; then
		read -ra files <<<"$package"
		package=./$1
		rm -rf "$package"
		mkdir "$package"
		(cd "$SCRIPTS" && cp "${files[@]}" "$work/$1")
	fi
	# Without what debuggers read, which the linker would leave out again.
	"$go" build -v -trimpath -gcflags=all=-dwarf=false -ldflags "$strip$(version_flags "$1" "$version")" -o "$into.new" "$package"
	mv "$into.new" "$into"
}

# Builds those that are missing, one run at a time.
build_binaries() { # NAME...
	local name missing=() need_go=0
	for name; do [[ -e $(binary "$name") ]] || missing+=("$name"); done
	((${#missing[@]})) || return 0
	find_go >/dev/null || type -P go >/dev/null || need_packages golang-go jq ca-certificates
	mkdir -p "$CACHE"
	exec 8>"$CACHE/lock"
	flock -n 8 || { say "another ./dev is building the cluster's programs: waiting for it"; flock 8; }
	find_go >/dev/null || need_go=1
	steps $((${#missing[@]} + need_go))
	say "building what the cluster consists of, once, into $CACHE"
	((!need_go)) || step "Go $GO_VERSION" fetch_go
	for name in "${missing[@]}"; do
		step "$name $(basename "$(dirname "$(binary "$name")")")" build_missing "$name"
	done
	exec 8>&-
}

# Whoever held the lock before may have built it.
build_missing() { [[ -e $(binary "$1") ]] || build_binary "$1"; }

PATH=$PATH:$(dirname "$(binary kubectl)") # for a machine that has no kubectl of its own
# Whatever rclone and git-lfs the machine has.
for name in rclone git-lfs oci-pull gradient-unpack; do PATH=$(dirname "$(binary $name)"):$PATH; done
