# Images made of this machine's own files, because a fresh machine may reach no registry. Sourced.
# Wants the parts kind and processes. make_image leaves an archive in the cache, load_image takes it to the node.

# shellcheck source=assemble.sh
source "$SCRIPTS/assemble.sh"

OPERATOR_IMAGE=gradient-operator.local/gradient-operator:dev
SYNC_IMAGE=gradient-operator.local/gradient-sync:dev
APP_IMAGE=gradient-operator.local/busybox:dev
PAUSE_IMAGE=gradient-operator.local/pause:1

folder_hash() { tar -C "$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c . | sha256sum | cut -c1-16; } # FOLDER

# Makes the stage TARGET of a Dockerfile, with FOLDER instead of its stage `files`. Prints the archive's path. Equal content and
# settings, equal archive.
make_image() { # NAME DOCKERFILE TARGET FOLDER
	local name=$1 dockerfile=$2 target=$3 folder=$4 archive work
	archive=$CACHE/images/$(basename "${name%:*}")-$(printf '%s %s' "$(folder_hash "$folder")" "$name $target $(<"$dockerfile")" | sha256sum | cut -c1-16).tar
	if [[ ! -f $archive ]]; then
		work=$(mktemp -d)
		mkdir -p "$CACHE/images"
		find "$CACHE/images" -name "$(basename "${name%:*}")-*.tar" -mtime +7 -delete
		local store=(buildah --root "$work/root" --runroot "$work/run" --storage-driver vfs)
		mkdir "$work/context"
		"${store[@]}" build --quiet --file "$dockerfile" --target "$target" --build-context "files=$folder" --tag "$name" "$work/context" >/dev/null
		"${store[@]}" push --quiet "$name" "docker-archive:$archive.new:$name"
		mv "$archive.new" "$archive"
		rm -rf "$work"
	fi
	echo "$archive"
}

load_image() { # ARCHIVE
	if [[ $MODE == kind ]]; then
		kind load image-archive "$1" --name "$(kind_name)"
	else
		ctr --address "${CONTAINERD_SOCKET:-$STATE/containerd.sock}" --namespace k8s.io images import "$1" >/dev/null
	fi
}

pause_image() {
	local folder
	folder=$(mktemp -d)
	cc -static -Os -s -o "$folder/pause" "$SCRIPTS/pause.c"
	load_image "$(make_image "$PAUSE_IMAGE" "$SCRIPTS/local.Dockerfile" pause "$folder")"
	rm -rf "$folder"
}

# One of the images of the Dockerfile. Wants build/release.
own_image() { # NAME PART [PROGRAM...]
	local folder name=$1 part=$2 target=gradient-$2
	shift 2
	folder=$(mktemp -d)
	"assemble_$part" "$folder/$target" "$ROOT/build/release/bin/$target" "$@"
	load_image "$(make_image "$name" "$ROOT/Dockerfile" "$target" "$folder")"
	rm -rf "$folder"
}

operator_image() { own_image "$OPERATOR_IMAGE" operator; }
sync_image() {
	local programs
	mapfile -t programs < <(binaries_of_images)
	own_image "$SYNC_IMAGE" sync "${programs[@]}"
}

# A small system with a shell, a web server and curl, for sample applications.
add_tools() { # FOLDER
	local applets
	mapfile -t applets < <(busybox --list | grep -vx busybox)
	add_base "$1"
	add_shell "$1" "${applets[@]}"
	add_programs "$1" "$(system_program curl)"
}

app_archive() { # TARGET, prints the archive's path
	local folder
	folder=$(mktemp -d)
	add_tools "$folder"
	make_image "$APP_IMAGE" "$SCRIPTS/local.Dockerfile" "$1" "$folder"
	rm -rf "$folder"
}

app_image() { load_image "$(app_archive busybox)"; }
