# shellcheck shell=bash
# Images of applications in Python: Debian's interpreter, and packages of the Python package index, whose whole lists are in scripts/python.
# Sourced after images.

PYTHON=/usr/bin/python3

# A folder with the packages of a list, which the cache keeps. Nothing is compiled: a package without a fitting wheel is an error.
python_packages() { # LIST
	local list=$SCRIPTS/python/$1.txt folder work
	folder=$CACHE/python/$1-$({ "$PYTHON" --version && cat "$list"; } | sha256sum | cut -c1-16)
	if [[ ! -d $folder ]]; then
		work=$(mktemp -d)
		mkdir -p "$CACHE/python"
		rm -rf "$CACHE/python/$1"-*
		"$PYTHON" -m venv "$work/venv"
		# By the system's interpreter, which then is what the programs of the packages name.
		"$PYTHON" "$work"/venv/lib/python3*/site-packages/pip install --quiet --root-user-action ignore --no-deps --no-compile \
			--only-binary :all: --target "$work/packages" --requirement "$list" >&2
		find "$work/packages" -type d -name tests -prune -exec rm -r {} +
		mv -T "$work/packages" "$folder"
		rm -rf "$work"
	fi
	echo "$folder"
}

# Without the interpreter's compiled files, which become more each time that it runs: the same packages give the same image.
add_python() { # FOLDER PACKAGES
	local library packages=$1/usr/lib/python3/dist-packages modules
	library=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
	mkdir -p "$1$library" "$packages" "$1/usr/bin"
	tar -C "$library" --exclude='./config-*' --exclude=./test --exclude=./ensurepip --exclude=./lib2to3 --exclude=__pycache__ -c . |
		tar -C "$1$library" -x
	cp -a "$2/." "$packages"
	mv "$packages"/bin/* "$1/usr/bin"
	add_programs "$1" "$(readlink -f "$PYTHON")"
	ln -s "$(basename "$(readlink -f "$PYTHON")")" "$1/usr/bin/python3"
	mapfile -t modules < <(find "$1$library/lib-dynload" "$packages" -type f -name '*.so*')
	add_libraries "$1" "${modules[@]}"
}

python_archive() { # LIST, prints the archive's path
	local folder
	folder=$(mktemp -d)
	add_tools "$folder"
	add_python "$folder" "$(python_packages "$1")"
	make_image "gradient-operator.local/$1:dev" "$SCRIPTS/local.Dockerfile" busybox "$folder"
	rm -rf "$folder"
}
