#: lint                                        check format, clang-tidy, layering and scripts; changes nothing
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/compile.sh"

check_format() { source_files | xargs -0 clang-format --dry-run -Werror; }

check_layering() { cmake -P "$ROOT/cmake/layering.cmake"; }

check_scripts() { git ls-files -z dev .ci/run '*.sh' | xargs -0 shellcheck -x; }

# It repeats what it says of a header for every source that includes it.
check_tidy() {
	local log=build/dev/clang-tidy.log
	run-clang-tidy -p build/dev -quiet -j "$(nproc)" "^$ROOT/src/" >"$log" 2>/dev/null || {
		sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E ' (error|warning): ' | sort -u
		return 1
	}
}

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${LINT_PACKAGES[@]}"
cd "$ROOT" || exit
steps 5
step "format" check_format
step "layering" check_layering
step "scripts" check_scripts
step "configure dev" configure dev
step "clang-tidy" check_tidy
say "nothing to complain about"
