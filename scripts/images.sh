# Images made of this machine's own files, because a fresh machine may reach no registry. Sourced.
# Wants the parts kind and processes. make_image leaves an archive in the cache, load_image takes it to the node.

SYNC_IMAGE=gradient-operator.local/gradient-sync:dev
APP_IMAGE=gradient-operator.local/busybox:dev
PAUSE_IMAGE=gradient-operator.local/pause:1

folder_hash() { tar -C "$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c . | sha256sum | cut -c1-16; } # FOLDER

# Prints the archive's path. Equal content and settings, equal archive.
make_image() { # NAME FOLDER BUILDAH-CONFIG-ARGUMENT...
	local name=$1 folder=$2 archive work container
	shift 2
	archive=$CACHE/images/$(basename "${name%:*}")-$(printf '%s %s' "$(folder_hash "$folder")" "$name $*" | sha256sum | cut -c1-16).tar
	if [[ ! -f $archive ]]; then
		work=$(mktemp -d)
		mkdir -p "$CACHE/images"
		find "$CACHE/images" -name "$(basename "${name%:*}")-*.tar" -mtime +7 -delete
		local store=(buildah --root "$work/root" --runroot "$work/run" --storage-driver vfs)
		container=$("${store[@]}" from scratch)
		"${store[@]}" copy --quiet --chown 0:0 "$container" "$folder" / >/dev/null
		"${store[@]}" config "$@" "$container"
		"${store[@]}" commit --quiet "$container" "docker-archive:$archive.new:$name" >/dev/null
		mv "$archive.new" "$archive"
		rm -rf "$work"
	fi
	echo "$archive"
}

load_image() { # ARCHIVE
	if [[ $MODE == kind ]]; then
		kind load image-archive "$1" --name "$(kind_name)"
	else
		ctr --address "$STATE/containerd.sock" --namespace k8s.io images import "$1" >/dev/null
	fi
}

# Copies programs with every library they load.
add_programs() { # FOLDER PROGRAM...
	local folder=$1 file
	shift
	for file; do install -D -m 755 "$file" "$folder$file"; done
	# A static program has no libraries: ldd's complaint about it is no error.
	for file; do ldd "$file" 2>/dev/null || true; done | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\/.*\.so/) print $i }' | sort -u | while read -r file; do
		install -D -m 755 "$(readlink -f "$file")" "$folder$file"
	done
}

add_shell() { # FOLDER APPLET...
	local folder=$1 busybox applet
	busybox=$(type -P busybox)
	shift
	add_programs "$folder" "$busybox"
	mkdir -p "$folder/bin"
	for applet; do ln -sf "$busybox" "$folder/bin/$applet"; done
}

# Users, certificates and name service, as programs linked against glibc expect them.
add_base() { # FOLDER
	mkdir -p "$1/etc/ssl/certs" "$1/tmp"
	chmod 1777 "$1/tmp"
	printf 'root:x:0:0:root:/root:/bin/sh\ngradient:x:65532:65532:gradient:/tmp:/bin/sh\n' >"$1/etc/passwd"
	printf 'root:x:0:\ngradient:x:65532:\n' >"$1/etc/group"
	echo 'hosts: files dns' >"$1/etc/nsswitch.conf"
	cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
}

pause_image() {
	local folder
	folder=$(mktemp -d)
	cc -static -Os -s -o "$folder/pause" "$SCRIPTS/pause.c"
	load_image "$(make_image "$PAUSE_IMAGE" "$folder" --entrypoint '["/pause"]')"
	rm -rf "$folder"
}

# For gradient-sync: git with what it needs for http, ssh, submodules and large files, and rclone. Wants build/release.
sync_image() {
	local folder git
	git=$(git --exec-path)
	folder=$(mktemp -d)
	add_base "$folder"
	# git starts ssh and credential helpers through a shell, and git-submodule is a script.
	add_shell "$folder" sh cat ls sleep basename dirname sed uname
	add_programs "$folder" "$(type -P git)" "$git/git-remote-http" "$git/git-sh-i18n--envsubst" "$(type -P git-lfs)" "$(type -P rclone)" \
		"$ROOT/build/release/bin/gradient-sync"
	# ssh demands a name for its user, which this library gives to any.
	add_programs "$folder" "$(type -P ssh)" "$(type -P ssh-keygen)" "$(dpkg -L libnss-wrapper | grep '/libnss_wrapper\.so$')"
	install -m 755 "$git"/git-{submodule,sh-setup,sh-i18n} "$folder$git"
	ln -s git-remote-http "$folder$git/git-remote-https"
	mkdir -p "$folder/usr/share/git-core/templates" "$folder/usr/local/bin"
	mv "$folder$ROOT/build/release/bin/gradient-sync" "$folder/usr/local/bin/"
	rm -rf "${folder:?}/${ROOT#/}"
	load_image "$(make_image "$SYNC_IMAGE" "$folder" --user 65532:65532 --env HOME=/tmp --env PATH=/usr/local/bin:/usr/bin:/bin)"
	rm -rf "$folder"
}

# A small system with a shell, a web server and curl, for sample applications.
app_archive() { # prints the archive's path
	local folder applets
	folder=$(mktemp -d)
	mapfile -t applets < <(busybox --list | grep -vx busybox)
	add_base "$folder"
	add_shell "$folder" "${applets[@]}"
	add_programs "$folder" "$(type -P curl)"
	make_image "$APP_IMAGE" "$folder" --env PATH=/bin:/usr/bin
	rm -rf "$folder"
}

app_image() { load_image "$(app_archive)"; }
