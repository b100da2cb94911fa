# What builds a preset. Sourced.

presets() { jq -r '.buildPresets[].name' "$ROOT/CMakePresets.json"; }

compiles_preset() { presets | grep -qx "$1"; }

configure() { # PRESET
	local launcher=()
	! type -P ccache >/dev/null || launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
	cd "$ROOT" && cmake --preset "$1" "${launcher[@]}"
}

build() { cd "$ROOT" && without_random_addresses "$1" cmake --build --preset "$1" --parallel "$(nproc)" ${2:+--target "$2"}; } # PRESET [TARGET]

# ThreadSanitizer of g++ 12 cannot live with the wide address randomisation of newer kernels.
without_random_addresses() { # PRESET COMMAND...
	local preset=$1
	shift
	if [[ $preset == tsan ]] && setarch --addr-no-randomize true 2>/dev/null; then
		setarch --addr-no-randomize "$@"
	else
		"$@"
	fi
}

# Two steps.
compile() { # PRESET [TARGET]
	step "configure $1" configure "$1"
	step "build $1" build "$@"
}

source_files() { git -C "$ROOT" ls-files -z 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp'; }
