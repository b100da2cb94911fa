#: build [PRESET]                              build a preset of CMakePresets.json (default: release)
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/compile.sh"

preset=${1:-release}
need_packages "${BUILD_PACKAGES[@]}"
compiles_preset "$preset" || fail "no preset \"$preset\"; there are: $(presets | paste -sd' ')"

[[ $preset == release ]] || need_packages "${TEST_PACKAGES[@]}"
steps 2
compile "$preset"
say "built build/$preset/bin"
