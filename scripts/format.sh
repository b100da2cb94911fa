#: format                                      let clang-format rewrite the sources, and render manifests/install.yaml
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/compile.sh"
source "$SCRIPTS/binaries.sh"
source "$SCRIPTS/chart.sh"

need_packages clang-format git
build_binaries "${CHART_BINARIES[@]}"
cd "$ROOT" || exit
source_files | xargs -0 clang-format -i
render_install >"$INSTALL.new"
mv "$INSTALL.new" "$INSTALL"
