#: image [PREFIX]                              build both container images, PREFIXgradient-operator:VERSION and PREFIXgradient-sync:VERSION
# With docker, or else buildah. PREFIX is such as registry.example.com/team/.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/assemble.sh"

BASE=docker.io/library/debian:bookworm-slim
OWN_BASE=localhost/gradient-operator/base:bookworm
AUTHORITIES=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt} # what this machine trusts

usage() { fail "usage: ./dev image [PREFIX]"; }

choose_builder() {
	BUILDER=docker
	docker info >/dev/null 2>&1 && return
	BUILDER=buildah
	need_packages buildah
	# Its other isolations need a container runtime.
	export BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot}
}

has_image() { if [[ $BUILDER == docker ]]; then docker image inspect "$1"; else buildah inspect --type image "$1"; fi >/dev/null 2>&1; }

# What the Dockerfile starts from, as a machine without a registry can have it: the same packages from Debian's archive.
make_base() {
	local folder
	folder=$(mktemp -d)
	debootstrap --variant=minbase bookworm "$folder" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
	echo "deb ${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security} bookworm-security main" >>"$folder/etc/apt/sources.list"
	rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
	if [[ $BUILDER == docker ]]; then
		tar -C "$folder" --one-file-system -c . | docker import - "$OWN_BASE"
	else
		local container
		container=$(buildah from scratch)
		buildah copy --quiet "$container" "$folder" /
		buildah commit --quiet "$container" "$OWN_BASE"
		buildah rm "$container"
	fi
	rm -rf "$folder"
}

choose_base() {
	has_image "$BASE" && return
	step "base $BASE" "$BUILDER" pull --quiet "$BASE" && return
	BASE=$OWN_BASE
	say "cannot pull the base from its registry: the base is made with debootstrap instead, as $OWN_BASE"
	has_image "$OWN_BASE" && return
	is_root || fail "debootstrap needs root"
	need_packages debootstrap debian-archive-keyring
	steps 1
	step "base" make_base
}

build_image() { # NAME
	local arguments=(--file "$ROOT/Dockerfile" --target "$1" --tag "$PREFIX$1:$(version)" --build-arg "BASE=$BASE"
		--build-arg "VERSION=$(version)" --build-arg "REVISION=$(revision)" ${GOPROXY:+--build-arg "GOPROXY=$GOPROXY"})
	[[ ! -r $AUTHORITIES ]] || arguments+=(--secret "id=authorities,src=$AUTHORITIES")
	if [[ $BUILDER == docker ]]; then
		docker build "${arguments[@]}" "$ROOT"
	else
		buildah build --layers "${arguments[@]}" "$ROOT"
	fi
}

# Unpacked.
megabytes() { # IMAGE
	if [[ $BUILDER == docker ]]; then
		docker image inspect --format '{{.Size}}' "$1" | numfmt --to-unit=1000000 --round=up
	else
		buildah images --format '{{.Size}}' "$1" | tr -d ' B' | tr k K | numfmt --from=si --to-unit=1000000 --round=up
	fi
}

check_size() { # NAME
	local image size
	image=$PREFIX$1:$(version)
	size=$(megabytes "$image")
	say "$image: $size MB"
	((size <= MOST_MEGABYTES[$1])) || fail "$image is to have at most ${MOST_MEGABYTES[$1]} MB"
}

if (($# > 1)) || [[ ${1:-} == -* ]]; then usage; fi
PREFIX=${1:-}
choose_builder
steps 1
choose_base
steps ${#MOST_MEGABYTES[@]}
for image in "${!MOST_MEGABYTES[@]}"; do step "$image with $BUILDER" build_image "$image"; done
for image in "${!MOST_MEGABYTES[@]}"; do check_size "$image"; done
