# What the images hold: programs with the libraries they load and what these expect around them, instead of a whole system of several
# hundred megabytes. The Dockerfile calls it, and so do the local cluster's images (images.sh). Sourced; needs nothing else.

# SYSTEM is the folder of the Debian that the files are taken from, such as one of another processor; by default it is this machine. TRIPLET
# is the name of that processor, and EMULATOR runs its programs.
SYSTEM=${SYSTEM:-}
TRIPLET=${TRIPLET:-$(uname -m)-linux-gnu}
EMULATOR=${EMULATOR:-}

# Where the system has a file: the first that is there.
place() { # PATH...
	local path
	for path; do
		[[ ! -e $SYSTEM$path ]] || { echo "$path"; return; }
	done
	echo "no file ${*: -1} in ${SYSTEM:-this system}" >&2
	return 1
}

system_program() { place "/usr/bin/$1" "/bin/$1"; } # NAME

# The loader that a program names, and the libraries.
needs() { # FILE
	readelf --wide --program-headers --dynamic "$1" 2>/dev/null |
		sed -n -e 's/.*\[Requesting program interpreter: \(.*\)\]/\1/p' -e 's/.*(NEEDED) .*\[\(.*\)\]/\1/p'
}

# Whether a library is beside the file that needs it, or where that file's own search path leads.
brings() { # FILE NAME
	local own path
	own=$(dirname "$1")
	[[ ! -e $own/$2 ]] || return 0
	for path in $(readelf --wide --dynamic "$1" 2>/dev/null | sed -n 's/.*(R\(UN\)\{0,1\}PATH) .*\[\(.*\)\]/\2/p' | tr : ' '); do
		[[ ! -e ${path/\$ORIGIN/$own}/$2 ]] || return 0
	done
	return 1
}

# Copies every library that programs load, and those that these load, to where the loader looks first. A static program has none.
add_libraries() { # FOLDER PROGRAM...
	local folder=$1 file name path
	shift
	for file; do
		for name in $(needs "$file"); do
			[[ $name != ld-linux* ]] || continue # the loader, which is there already
			path=$name
			[[ $name == /* ]] || path=$(place "/lib/$TRIPLET/$name" "/usr/lib/$TRIPLET/$name" 2>/dev/null) || {
				brings "$file" "$name" && continue
				echo "$file needs $name, which ${SYSTEM:-this system} lacks" >&2
				return 1
			}
			[[ ! -e $folder$path ]] || continue
			install -D -m 755 "$(readlink -f "$SYSTEM$path")" "$folder$path"
			add_libraries "$folder" "$SYSTEM$path" || return
		done
	done
}

# Programs of the system keep their places.
add_programs() { # FOLDER PATH...
	local folder=$1 path
	shift
	for path; do
		install -D -m 755 "$SYSTEM$path" "$folder$path"
		add_libraries "$folder" "$SYSTEM$path" || return
	done
}

# One of ours goes where nothing else is, wherever it was built.
add_own_program() { # FOLDER PROGRAM
	install -D -m 755 "$2" "$1/usr/local/bin/${2##*/}"
	add_libraries "$1" "$2"
}

add_shell() { # FOLDER APPLET...
	local folder=$1 busybox applet
	busybox=$(system_program busybox)
	shift
	add_programs "$folder" "$busybox"
	mkdir -p "$folder/bin"
	for applet; do ln -sf "$busybox" "$folder/bin/$applet"; done
}

# Every encoding that the C library knows, 8 MB: git writes files in them, and as they are where one is missing.
add_encodings() { # FOLDER
	local encodings=/usr/lib/$TRIPLET/gconv
	mkdir -p "$1$encodings"
	cp -RL "$SYSTEM$encodings/." "$1$encodings/"
}

# Users, certificates and name service, as programs linked against glibc expect them.
add_base() { # FOLDER
	mkdir -p "$1/etc/ssl/certs" "$1/usr/lib/ssl" "$1/tmp"
	chmod 1777 "$1/tmp"
	printf 'root:x:0:0:root:/root:/sbin/nologin\ngradient:x:65532:65532:gradient:/tmp:/sbin/nologin\n' >"$1/etc/passwd"
	printf 'root:x:0:\ngradient:x:65532:\n' >"$1/etc/group"
	echo 'hosts: files dns' >"$1/etc/nsswitch.conf"
	cp "$SYSTEM/etc/ssl/certs/ca-certificates.crt" "$1/etc/ssl/certs/"
	cp -L "$SYSTEM/etc/os-release" "$1/etc/" # which Debian the files are of
	ln -s /etc/ssl/certs/ca-certificates.crt "$1/usr/lib/ssl/cert.pem" # where OpenSSL looks
}

# The packages of Debian that files of a folder are from.
packages_of() { # FOLDER DPKG-QUERY...
	# /lib is /usr/lib, and a package may have named a file by either. The certificates are made of a package's files.
	{
		find "$1" -type f -printf '/%P\n' | while read -r file; do printf '%s\n' "${file#/usr}" "/usr${file#/usr}"; done |
			{ xargs -d '\n' "${@:2}" --search 2>/dev/null || true; } | sed 's/\(, .*\)*: .*//'
		echo ca-certificates
	} | sort -u
}

# Which packages of Debian the image has files of, and which programs besides, as it has no package manager that could be asked. Scanners
# read what dpkg would have written, one file for each package; licences must be passed on.
add_versions() { # FOLDER [LINE...]
	local folder=$1 noted=$1/var/lib/dpkg/status.d query=(dpkg-query ${SYSTEM:+"--admindir=$SYSTEM/var/lib/dpkg"}) package name licence
	shift
	mkdir -p "$folder/usr/local/share" "$noted"
	packages_of "$folder" "${query[@]}" | while read -r package; do
		name=${package%:*}
		"${query[@]}" --show --showformat "\${Package} \${Version}\n" "$package"
		"${query[@]}" --status "$package" >"$noted/$name"
		licence=/usr/share/doc/$name/copyright
		# Small systems leave out the links of packages that share one.
		[[ ! -e $SYSTEM$licence ]] || install -D -m 644 "$SYSTEM$licence" "$folder$licence"
	done >"$folder/usr/local/share/versions"
	(($# == 0)) || printf '%s\n' "$@" >>"$folder/usr/local/share/versions"
}

rclone_version() { $EMULATOR "$1" --version | awk 'NR == 1 { printf "%s %s", $1, substr($2, 2) } / go\/version: / { printf ", %s\n", $3 }'; } # RCLONE

# No shell and no tools: the one program, and what it needs to speak TLS.
assemble_operator() { # FOLDER GRADIENT-OPERATOR
	add_base "$1"
	add_own_program "$1" "$2"
	add_versions "$1"
}

declare -A MOST_MEGABYTES=([gradient-operator]=40 [gradient-sync]=200) # unpacked

SYNC_IMAGE_PACKAGES=(git openssh-client libnss-wrapper busybox ca-certificates)

# git with what it needs for http, ssh and submodules, and rclone, git-lfs, oci-pull and gradient-unpack.
assemble_sync() { # FOLDER GRADIENT-SYNC RCLONE GIT-LFS OCI-PULL GRADIENT-UNPACK
	local folder=$1 git=/usr/lib/git-core program
	add_base "$folder"
	# git starts ssh and credential helpers through a shell, and git-submodule is a script.
	add_shell "$folder" sh cat ls sleep basename dirname sed uname
	add_programs "$folder" "$(system_program git)" "$git/git-remote-http" "$git/git-sh-i18n--envsubst"
	add_encodings "$folder"
	# ssh demands a name for its user, which this library gives to any.
	add_programs "$folder" "$(system_program ssh)" "$(system_program ssh-keygen)" "$(place "/usr/lib/$TRIPLET/libnss_wrapper.so")"
	for program in submodule sh-setup sh-i18n; do install -m 755 "$SYSTEM$git/git-$program" "$folder$git"; done
	ln -s git-remote-http "$folder$git/git-remote-https"
	mkdir -p "$folder/usr/share/git-core/templates"
	for program in "${@:2}"; do add_own_program "$folder" "$program"; done
	# Where gradient-sync looks for what it starts git with.
	install -D -m 755 "$(dirname "$2")/../lib/libgradient_connect.so" -t "$folder/usr/local/lib"
	add_versions "$folder" "$(rclone_version "$3")" "$($EMULATOR "$4" version)" "$($EMULATOR "$5" --version)" "$($EMULATOR "$6" --version)"
}
