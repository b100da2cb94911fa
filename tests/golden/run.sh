#!/usr/bin/env bash
# Asks a real API server whether it would take every object of the golden folders as it stands: server-side apply as a dry run, with
# strict field validation. Needs a cluster in KUBECONFIG.
# usage: run.sh [FOLDER...]
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kubectl=${KUBECTL:-kubectl}
namespace=golden-$$
work=$(mktemp -d)
trap '"$kubectl" delete namespace "$namespace" --wait=false >/dev/null 2>&1; rm -rf "$work"' EXIT

"$kubectl" create namespace "$namespace" >/dev/null || exit 1
folders=("$@")
((${#folders[@]})) || folders=("$here"/*/)
passed=0 failed=0
for folder in "${folders[@]}"; do
	[[ -e $folder/expected.yaml ]] || continue # a folder of folders
	if grep -q '^kind: HTTPRoute$' "$folder/expected.yaml" && ! "$kubectl" get crd httproutes.gateway.networking.k8s.io >/dev/null 2>&1; then
		echo "left out: $folder needs the definitions of the Gateway API"
		continue
	fi
	name=$(basename "$folder")
	sed "s/^  namespace: team-a\$/  namespace: $namespace/" "$folder/expected.yaml" >"$work/$name.yaml"
	documents=$(grep -c '^kind: ' "$work/$name.yaml")
	answer=$("$kubectl" apply --server-side --dry-run=server --validate=strict --field-manager=gradient-operator -f "$work/$name.yaml" 2>&1)
	status=$?
	if ((status == 0)) && (($(grep -c 'serverside-applied (server dry run)$' <<<"$answer") == documents)) && [[ $answer != *Warning* ]]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok %s\n%s\n' "$name" "$answer"
	fi
done
echo "$passed folders passed, $failed failed"
((failed == 0 && passed > 0))
