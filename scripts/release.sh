#: release VERSION [OPTION]...                 make the files of a release in dist/: images for amd64 and arm64, chart, manifests, kubectl plugin, SBOMs, checksums
# On Debian 12, as root, or with all packages installed. The same commit and the same packages of Debian give the same bytes.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for part in packages binaries assemble chart system scan bundle; do
	# shellcheck source=/dev/null
	source "$SCRIPTS/$part.sh"
done

ARCHITECTURES=(amd64 arm64)
NAMES=(gradient-operator gradient-sync)

usage() {
	fail "usage: ./dev release VERSION [--repository=URL] [--images=PREFIX] [--no-scan]
  --repository=https://github.com/OWNER/NAME   where the release will be; default: the remote origin
  --images=ghcr.io/OWNER/                      prefix of the images' names; default: IMAGES, or the owner's packages on GitHub
  --no-scan                                    do not look for known faults in the programs"
}

# https, without a name of a user and without .git.
web_address() { # URL
	sed -E -e 's,^(ssh://)?git@([^:/]+)[:/],https://\2/,' -e 's,^https://[^/@]*@,https://,' -e 's,(\.git)?/?$,,' <<<"$1"
}

parse() { # ARGUMENT...
	local argument
	VERSION='' REPOSITORY='' SCAN=1 IMAGES=${IMAGES:-}
	for argument; do
		case $argument in
		--repository=?*) REPOSITORY=${argument#*=} ;;
		--images=?*) IMAGES=${argument#*=} ;;
		--no-scan) SCAN='' ;;
		-*) usage ;;
		*)
			[[ ! $VERSION ]] || usage
			VERSION=$argument
			;;
		esac
	done
	[[ $VERSION ]] || usage
}

check_names() {
	local from=$REPOSITORY
	[[ $from ]] || from=$(git -C "$ROOT" remote get-url origin 2>/dev/null) || true
	REPOSITORY=$(web_address "$from")
	[[ $REPOSITORY =~ ^https://[^/]+/.+ ]] || fail "the repository of the release is not known from \"$from\": give --repository=https://github.com/OWNER/NAME"
	if [[ ! $IMAGES ]]; then
		[[ $REPOSITORY =~ ^https://github\.com/([^/]+)/[^/]+$ ]] || fail "the registry of the images is not known: give --images=registry.example.com/team/"
		IMAGES=ghcr.io/${BASH_REMATCH[1],,}/
	fi
	IMAGES=${IMAGES%/}/
	[[ $IMAGES =~ ^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*/$ ]] || fail "\"$IMAGES\" is no prefix of image names; write it like registry.example.com/team/"
}

check_source() {
	[[ -z $(git -C "$ROOT" status --porcelain) ]] || fail "a release is made of a commit, and there are uncommitted changes: git status"
	REVISION=$(git -C "$ROOT" rev-parse HEAD)
	EPOCH=$(git -C "$ROOT" log -1 --format=%ct)
}

check_machine() {
	grep -qsx 'VERSION_CODENAME=bookworm' /etc/os-release || fail "a release is compiled with the compilers of Debian 12: run this there, or in a container of debian:bookworm"
}

own_architecture() { dpkg --print-architecture; }

other_compiler() {
	local architecture
	# shellcheck disable=SC2153 # of system.sh
	for architecture in "${ARCHITECTURES[@]}"; do
		[[ $architecture == "$(own_architecture)" ]] || echo "g++-${TRIPLETS[$architecture]//_/-}"
	done
}

# What scripts/assemble.sh and scripts/binaries.sh want to know.
use_architecture() { # ARCHITECTURE
	SYSTEM=$(system "$1")
	# shellcheck disable=SC2153 # of system.sh
	TRIPLET=${TRIPLETS[$1]}
	EMULATOR=
	[[ $1 == "$(own_architecture)" ]] || EMULATOR=qemu-${TRIPLET%%-*}-static
	BINARY_VARIANT=$1
}

compile_for() { # ARCHITECTURE
	local build=$ROOT/build/release-$1 launcher=()
	use_architecture "$1"
	! type -P ccache >/dev/null || launcher=(-D CMAKE_CXX_COMPILER_LAUNCHER=ccache)
	cd "$ROOT" || return
	# Nothing of another system may remain. Headers of libraries take most of the time.
	grep -qsxF "CMAKE_SYSROOT:UNINITIALIZED=$SYSTEM" "$build/CMakeCache.txt" || rm -rf "$build"
	cmake --preset release -B "$build" --toolchain cmake/debian.cmake -D "TRIPLET=$TRIPLET" -D "CMAKE_SYSROOT=$SYSTEM" \
		-D "CMAKE_CXX_FLAGS=-ffile-prefix-map=$ROOT=. -ffile-prefix-map=$SYSTEM=" -D "REVISION=$REVISION" -D PRECOMPILED_HEADERS=ON "${launcher[@]}"
	cmake --build "$build" --parallel "$(nproc)"
}

assemble_for() { # ARCHITECTURE
	local build=$ROOT/build/release-$1/bin programs name
	use_architecture "$1"
	mapfile -t programs < <(binaries_of_images)
	assemble_operator "$WORK/$1/gradient-operator" "$build/gradient-operator"
	assemble_sync "$WORK/$1/gradient-sync" "$build/gradient-sync" "${programs[@]}"
	for name in "${NAMES[@]}"; do check_size "$name" "$WORK/$1/$name"; done
}

check_size() { # NAME FOLDER
	local size
	size=$(du --summarize --apparent-size --block-size=1000000 "$2" | cut -f1)
	((size <= MOST_MEGABYTES[$1])) || fail "the image $1 would have $size MB; at most ${MOST_MEGABYTES[$1]} MB are allowed"
}

# By the Dockerfile, with the folder in its stage `files`; one layout for all processors.
make_layout() { # NAME
	local architecture store=(buildah --root "$WORK/store" --runroot "$WORK/run" --storage-driver vfs)
	mkdir -p "$WORK/context" "$WORK/layouts"
	for architecture in "${ARCHITECTURES[@]}"; do
		"${store[@]}" build --quiet --file "$ROOT/Dockerfile" --target "$1" --platform "linux/$architecture" --manifest "$1" \
			--build-context "files=$WORK/$architecture" --timestamp "$EPOCH" --identity-label=false --build-arg "VERSION=$VERSION" \
			--build-arg "REVISION=$REVISION" --label "org.opencontainers.image.source=$REPOSITORY" "$WORK/context"
	done
	"${store[@]}" manifest push --all "$1" "oci:$WORK/layouts/$1:$VERSION"
	pack "$WORK/layouts/$1" blobs index.json oci-layout >"$DIST/$1-$VERSION.oci.tar"
}

# The scanner writes the time and a random number, which would make each list another.
make_sbom() { # NAME ARCHITECTURE
	SYFT_CHECK_FOR_APP_UPDATE=false "$(binary syft)" scan --quiet "dir:$WORK/$2/$1" --override-default-catalogers image --source-name "$1" --source-version "$VERSION" -o spdx-json |
		jq --arg time "$(date -ud "@$EPOCH" +%FT%TZ)" --arg name "$(downloads)/$1-$2.spdx.json" \
			'.creationInfo.created = $time | .documentNamespace = $name' >"$DIST/$1-$2.spdx.json"
}

make_sboms() {
	local name architecture
	for name in "${NAMES[@]}"; do
		for architecture in "${ARCHITECTURES[@]}"; do make_sbom "$name" "$architecture"; done
	done
}

# In a user namespace (Linux 6.7) that starts programs of the other processor by an emulator. The machine itself stays as it is.
with_emulator() { # ARCHITECTURE COMMAND...
	local rule=/usr/lib/binfmt.d/qemu-${TRIPLETS[$1]%%-*}.conf
	[[ $1 != "$(own_architecture)" ]] || rule=/dev/null
	# shellcheck disable=SC2016 # the inner shell expands them
	unshare --user --map-root-user --mount bash -euc '
		mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
		if [[ -s $0 ]]; then cat "$0" >/proc/sys/fs/binfmt_misc/register; fi
		exec "$@"' "$rule" "${@:2}"
}

inside() { # ARCHITECTURE NAME COMMAND...
	mkdir -p "$WORK/$1/$2"/{dev,proc}
	# shellcheck disable=SC2016
	with_emulator "$1" bash -euc 'for folder in dev proc; do mount --rbind "/$folder" "$0/$folder"; done; exec env -i PATH=/usr/local/bin:/usr/bin:/bin "$(type -P chroot)" "$0" "$@"' \
		"$WORK/$1/$2" "${@:3}"
}

# Every program of the images starts, and the operator renders the same on each processor.
try_architecture() { # ARCHITECTURE
	local said program
	said=$(inside "$1" gradient-operator /usr/local/bin/gradient-operator --version)
	[[ $said == *"$VERSION"*"$REVISION"* ]] || fail "gradient-operator for $1 says of itself: $said"
	said=$(inside "$1" gradient-sync gradient-sync --version)
	for program in 'git version' git-lfs/ OpenSSH rclone oci-pull gradient-unpack; do
		[[ $said == *"$program"* ]] || fail "gradient-sync for $1 does not start $program: $said"
	done
	inside "$1" gradient-operator /usr/local/bin/gradient-operator render -f - --assume-missing <"$ROOT/manifests/samples/complete.yaml" >"$WORK/$1/rendered"
	[[ -s $WORK/$1/rendered ]] || fail "gradient-operator for $1 renders nothing"
	cmp "$WORK/$1/rendered" "$WORK/${ARCHITECTURES[0]}/rendered"
	try_plugin "$1"
}

try_plugin() { # ARCHITECTURE
	local said
	mkdir -p "$WORK/$1/plugin"
	tar -C "$WORK/$1/plugin" -xzf "$DIST/kubectl-gradient-linux-$1.tar.gz"
	ln -s plugin/kubectl-gradient "$WORK/$1/kubectl-gradient" # as krew does
	said=$(with_emulator "$1" "$WORK/$1/kubectl-gradient" --version)
	[[ $said == *"$VERSION"* ]] || fail "kubectl-gradient for $1 says of itself: $said"
}

build_release() {
	local architecture name
	for architecture in "${ARCHITECTURES[@]}"; do
		steps 1
		step "Debian for $architecture" make_system "$architecture" libc6-dev libstdc++-12-dev base-files "${LIBRARY_PACKAGES[@]}" "${SYNC_IMAGE_PACKAGES[@]}"
		BINARY_VARIANT=$architecture build_binaries "${IMAGE_BINARIES[@]}"
		steps 2
		step "gradient-operator and gradient-sync for $architecture" compile_for "$architecture"
		step "files of the images for $architecture" assemble_for "$architecture"
	done
	steps $((${#NAMES[@]} + 2 + ${#ARCHITECTURES[@]}))
	for name in "${NAMES[@]}"; do step "image $name" make_layout "$name"; done
	step "SBOMs" make_sboms
	step "chart, manifests and plugin" bundle_all
	for architecture in "${ARCHITECTURES[@]}"; do step "trying $architecture" try_architecture "$architecture"; done
}

bundle_all() {
	local architecture
	bundle_chart
	bundle_manifests
	for architecture in "${ARCHITECTURES[@]}"; do bundle_plugin "$architecture" "$WORK/$architecture/gradient-operator"; done
	bundle_krew "${ARCHITECTURES[@]}"
	bundle_checksums
}

scan_release() {
	BINARY_VARIANT=symbols build_binaries "${IMAGE_BINARIES[@]}"
	steps 1
	step "looking for known faults" scan_binaries "${IMAGE_BINARIES[@]}"
}

parse "$@"
check_version
check_names
check_source
check_machine
umask 022
need_packages "${RELEASE_PACKAGES[@]}" "$(other_compiler)"
build_binaries "${RELEASE_BINARIES[@]}"
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
DIST=$WORK/dist
mkdir "$DIST"
if [[ $SCAN ]]; then scan_release; else say "--no-scan: nobody has looked for known faults"; fi
build_release
rm -rf "$ROOT/dist"
mv "$DIST" "$ROOT/dist"
say "release $VERSION of $REPOSITORY, images $IMAGES, is in dist/:"
(cd "$ROOT/dist" && du -h --apparent-size -- *) >&2
