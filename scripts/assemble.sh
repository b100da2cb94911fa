# What the images hold: programs with the libraries they load and what these expect around them, in place of a whole system of several
# hundred megabytes. The Dockerfile calls it, and so do the local cluster's images (images.sh). Sourced; needs nothing else.

# Copies every library that programs load. A static program has none: ldd's complaint about it is no error.
add_libraries() { # FOLDER PROGRAM...
	local folder=$1 file
	shift
	for file; do ldd "$file" 2>/dev/null || true; done | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\/.*\.so/) print $i }' | sort -u | while read -r file; do
		install -D -m 755 "$(readlink -f "$file")" "$folder$file"
	done
}

# Programs of the system keep their places.
add_programs() { # FOLDER PROGRAM...
	local folder=$1 file
	shift
	for file; do install -D -m 755 "$file" "$folder$file"; done
	add_libraries "$folder" "$@"
}

# One of ours goes where nothing else is, wherever it was built.
add_own_program() { # FOLDER PROGRAM
	install -D -m 755 "$2" "$1/usr/local/bin/${2##*/}"
	add_libraries "$1" "$2"
}

add_shell() { # FOLDER APPLET...
	local folder=$1 busybox applet
	busybox=$(type -P busybox)
	shift
	add_programs "$folder" "$busybox"
	mkdir -p "$folder/bin"
	for applet; do ln -sf "$busybox" "$folder/bin/$applet"; done
}

# Every encoding that the C library knows, 8 MB: git writes files in them, and as they are where one is missing. They are looked for
# below /usr, wherever the library itself is.
add_encodings() { # FOLDER PROGRAM
	local encodings
	encodings=/usr$(ldd "$2" | sed -n 's,.*=> \(/usr\)\?\(/.*\)/libc\.so\.6 .*,\2,p')/gconv
	mkdir -p "$1$encodings"
	cp -RL "$encodings/." "$1$encodings/"
}

# Users, certificates and name service, as programs linked against glibc expect them.
add_base() { # FOLDER
	mkdir -p "$1/etc/ssl/certs" "$1/usr/lib/ssl" "$1/tmp"
	chmod 1777 "$1/tmp"
	printf 'root:x:0:0:root:/root:/sbin/nologin\ngradient:x:65532:65532:gradient:/tmp:/sbin/nologin\n' >"$1/etc/passwd"
	printf 'root:x:0:\ngradient:x:65532:\n' >"$1/etc/group"
	echo 'hosts: files dns' >"$1/etc/nsswitch.conf"
	cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
	ln -s /etc/ssl/certs/ca-certificates.crt "$1/usr/lib/ssl/cert.pem" # where OpenSSL looks
}

# Which packages of Debian the image has files of, and which programs besides: nobody can ask its package manager.
add_versions() { # FOLDER [LINE...]
	local folder=$1 file
	shift
	mkdir -p "$folder/usr/local/share"
	{
		# /lib is /usr/lib, and a package may have named a file by either. The certificates are made of a package's files.
		{
			find "$folder" -type f -printf '/%P\n' | while read -r file; do printf '%s\n' "${file#/usr}" "/usr${file#/usr}"; done |
				{ xargs -d '\n' dpkg-query --search 2>/dev/null || true; } | sed 's/\(, .*\)*: .*//'
			echo ca-certificates
		} | sort -u | xargs dpkg-query --show --showformat "\${Package} \${Version}\n"
		printf '%s\n' "$@"
	} >"$folder/usr/local/share/versions"
}

rclone_version() { "$1" --version | awk 'NR == 1 { printf "%s %s", $1, substr($2, 2) } / go\/version: / { printf ", %s\n", $3 }'; } # RCLONE

# No shell and no tools: the one program, and what it needs to speak TLS.
assemble_operator() { # FOLDER GRADIENT-OPERATOR
	add_base "$1"
	add_own_program "$1" "$2"
	add_versions "$1"
}

SYNC_IMAGE_PACKAGES=(git openssh-client libnss-wrapper busybox ca-certificates)

# git with what it needs for http, ssh and submodules, and rclone, git-lfs, oci-pull and gradient-unpack.
assemble_sync() { # FOLDER GRADIENT-SYNC RCLONE GIT-LFS OCI-PULL GRADIENT-UNPACK
	local folder=$1 git program
	git=$(git --exec-path)
	add_base "$folder"
	# git starts ssh and credential helpers through a shell, and git-submodule is a script.
	add_shell "$folder" sh cat ls sleep basename dirname sed uname
	add_programs "$folder" "$(type -P git)" "$git/git-remote-http" "$git/git-sh-i18n--envsubst"
	add_encodings "$folder" "$(type -P git)"
	# ssh demands a name for its user, which this library gives to any.
	add_programs "$folder" "$(type -P ssh)" "$(type -P ssh-keygen)" "$(dpkg -L libnss-wrapper | grep '/libnss_wrapper\.so$')"
	install -m 755 "$git"/git-{submodule,sh-setup,sh-i18n} "$folder$git"
	ln -s git-remote-http "$folder$git/git-remote-https"
	mkdir -p "$folder/usr/share/git-core/templates"
	for program in "${@:2}"; do add_own_program "$folder" "$program"; done
	# Where gradient-sync looks for what it starts git with.
	install -D -m 755 "$(dirname "$2")/../lib/libgradient_connect.so" -t "$folder/usr/local/lib"
	add_versions "$folder" "$(rclone_version "$3")" "$("$4" version)" "$("$5" --version)" "$("$6" --version)"
}
