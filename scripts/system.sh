# shellcheck shell=bash
# Debian 12 of either architecture as a folder: the release is compiled against it, and its images take their files from it. Packages are
# unpacked and none is set up, so that nothing of another processor has to run. Sourced after common and
# packages; needs apt, not root.

declare -A TRIPLETS=([amd64]=x86_64-linux-gnu [arm64]=aarch64-linux-gnu)

# Settings of apt for the folder alone, whatever this machine has.
system_settings() { # ARCHITECTURE FOLDER
	cat <<-END
		#clear APT::Architectures;
		APT::Architecture "$1";
		APT::Architectures {"$1";};
		APT::Install-Recommends "false";
		#clear APT::Update::Post-Invoke;
		Dir::State "$2/state";
		Dir::State::status "$2/state/status";
		Dir::Cache "$2/cache";
		Dir::Etc::sourcelist "$2/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		APT::Sandbox::User "";
	END
}

# Downloads the newest versions of packages and of what they need. Prints the names of the files.
download_packages() { # ARCHITECTURE FOLDER PACKAGE...
	local folder=$2 mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
	local -x APT_CONFIG=$2/apt.conf
	mkdir -p "$folder/state/lists/partial" "$folder/cache/archives/partial"
	: >"$folder/state/status"
	system_settings "$1" "$folder" >"$APT_CONFIG"
	printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s main\n' "$mirror bookworm" "$mirror bookworm-updates" \
		"${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security} bookworm-security" >"$folder/sources.list"
	shift 2
	{ apt-get update -q && apt-get autoclean -qy && apt-get install -qy --download-only --no-install-recommends "$@"; } >&2 || return
	# Inst NAME (VERSION SUITE [ARCHITECTURE])
	apt-get install -qq --simulate --no-install-recommends "$@" |
		awk '/^Inst / { gsub(/[][()]/, ""); gsub(/:/, "%3a", $3); print $2 "_" $3 "_" $NF ".deb" }' | sort
}

# What dpkg would write, so that it can say which package a file is from.
note_package() { # FOLDER ARCHIVE
	local info=$1/var/lib/dpkg/info name multi
	name=$(dpkg-deb --field "$2" Package)
	multi=$(dpkg-deb --field "$2" Multi-Arch)
	[[ $multi != same ]] || name+=:$(dpkg-deb --field "$2" Architecture)
	dpkg-deb --fsys-tarfile "$2" | tar -t | sed -e 's,^\.,,' -e 's,\(.\)/$,\1,' -e 's,^/$,/.,' >"$info/$name.list"
	{ dpkg-deb --field "$2" | sed '1 a Status: install ok installed'; echo; } >>"$1/var/lib/dpkg/status"
}

# In a folder, absolute links would lead out of it.
make_links_relative() { # FOLDER
	local link target
	find "$1" -type l -lname '/*' -printf '%p\t%l\n' | while IFS=$'\t' read -r link target; do
		ln -sfnr "$1$target" "$link"
	done
}

unpack_system() { # FOLDER ARCHIVE...
	local folder=$1 place archive
	shift
	for place in bin sbin lib lib64; do
		mkdir -p "$folder/usr/$place"
		ln -s "usr/$place" "$folder/$place"
	done
	mkdir -p "$folder/var/lib/dpkg/info" "$folder/var/lib/dpkg/updates"
	echo 1 >"$folder/var/lib/dpkg/info/format"
	for archive; do
		dpkg-deb --fsys-tarfile "$archive" | tar -C "$folder" --keep-directory-symlink --no-same-owner -x
		note_package "$folder" "$archive"
	done
	make_links_relative "$folder"
	# As ca-certificates makes it when it is set up.
	cat "$folder"/usr/share/ca-certificates/mozilla/*.crt >"$folder/etc/ssl/certs/ca-certificates.crt"
}

# The folder, once it was made. Each set of packages has its own, because all must be compiled again for another.
system() { readlink -f "$CACHE/systems/$1/root"; } # ARCHITECTURE

# One step.
make_system() { # ARCHITECTURE PACKAGE...
	local work=$CACHE/systems/$1 folder names
	names=$(download_packages "$1" "$work" "${@:2}") || return
	[[ $names ]] || fail "apt has no packages for $1"
	folder=root-$(sha256sum <<<"$names" | cut -c1-12)
	if [[ ! -e $work/$folder ]]; then
		rm -rf "$work"/root* "$work/new-root"
		# shellcheck disable=SC2086 # they are words
		(cd "$work/cache/archives" && unpack_system "$work/new-root" $names)
		mv "$work/new-root" "$work/$folder"
	fi
	ln -sfn "$folder" "$work/root"
}
