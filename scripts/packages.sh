# Debian and Ubuntu packages, by what they are for. Sourced.

LIBRARY_PACKAGES=(libcpprest-dev libcurl4-openssl-dev libyaml-cpp-dev libssl-dev libspdlog-dev libcli11-dev prometheus-cpp-dev libcivetweb-dev zlib1g-dev libjemalloc-dev)
BUILD_PACKAGES=(g++ jq cmake ninja-build ccache pkg-config "${LIBRARY_PACKAGES[@]}")
TEST_PACKAGES=(python3-venv catch2 git openssh-client openssh-server libnss-wrapper busybox docker-registry lighttpd lighttpd-mod-openssl openssl curl ca-certificates jq btrfs-progs
	libfuse3-dev bzip2 zip zstd)
LINT_PACKAGES=(clang-format clang-tidy shellcheck prometheus)
CONTROL_PLANE_PACKAGES=(openssl curl ca-certificates jq util-linux)
NODE_PACKAGES=(containerd runc containernetworking-plugins iptables conntrack iproute2 tini buildah busybox gcc libc6-dev)
RELEASE_PACKAGES=(g++ jq cmake ninja-build ccache binutils qemu-user-static buildah debian-archive-keyring git) # and g++ for the other processor
SERVER_PACKAGES=(git openssh-client libnss-wrapper docker-registry apache2-utils lighttpd)

# A program of the same name does as well, wherever it came from: Docker's own packages bring another containerd.
missing_packages() { # NAME...
	local name
	for name; do
		type -P "$name" >/dev/null || dpkg-query -Wf '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || echo "$name"
	done
}

# Packages with a daemon must not start it: the cluster runs its own.
install_packages() { # NAME...
	local guard=/usr/sbin/policy-rc.d made='' status=0
	if [[ ! -e $guard ]]; then
		printf '#!/bin/sh\nexit 101\n' >$guard
		chmod 755 $guard
		made=1
	fi
	apt-get install -qy --no-install-recommends --no-remove "$@" || status=$?
	[[ -z $made ]] || rm $guard
	return $status
}

# Installs those that are missing. Where it may not, says how.
need_packages() { # NAME...
	local missing
	mapfile -t missing < <(missing_packages "$@" | sort -u)
	((${#missing[@]})) || return 0
	type -P apt-get >/dev/null || fail "missing, and this is neither Debian nor Ubuntu: ${missing[*]}"
	is_root || fail "missing packages; as root: apt-get install --no-install-recommends ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	steps 2
	say "installing ${missing[*]}"
	step "package lists" apt-get update -q
	step "packages" install_packages "${missing[@]}"
}
