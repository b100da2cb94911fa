#: lint                                        check format, clang-tidy, layering and scripts; changes nothing
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/compile.sh"

check_format() { source_files | xargs -0 clang-format --dry-run -Werror; }

check_layering() { cmake -P "$ROOT/cmake/layering.cmake"; }

check_scripts() { git ls-files -z dev .ci/run '*.sh' | xargs -0 shellcheck -x; }

check_tidy() { run-clang-tidy -p build/dev -quiet -j "$(nproc)" "^$ROOT/src/"; }

need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${LINT_PACKAGES[@]}"
cd "$ROOT" || exit
steps 5
step "format" check_format
step "layering" check_layering
step "scripts" check_scripts
step "configure dev" configure dev
step "clang-tidy" check_tidy
say "nothing to complain about"
