#: format                                      let clang-format rewrite the sources
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/compile.sh"

need_packages clang-format git
cd "$ROOT" || exit
source_files | xargs -0 clang-format -i
