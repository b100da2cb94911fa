#!/usr/bin/env bash
# Sends every document of cases/*.yaml to a real API server, as kubectl would, and compares the answer. Needs a cluster in
# KUBECONFIG. A document begins with a comment that says what to expect:
#   # accepted            a dry run succeeds
#   # applied             it succeeds and stays, for the documents after it (rules about changes)
#   # refused: TEXT       a dry run fails and the answer contains TEXT; more such lines, more texts
# A document without metadata is named after its place. Whatever contains "canary" must not come back in any answer.
# What import makes of other specs (tests/golden/import) must be accepted, too; and an object that no operator has looked at says so.
# usage: run.sh [FILE...]
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
kubectl=${KUBECTL:-kubectl}
namespace=crd-cases-$$
work=$(mktemp -d)
trap '"$kubectl" delete namespace "$namespace" --wait=false >/dev/null 2>&1; rm -rf "$work"' EXIT

# Splits FILE into DIR/NNN.yaml, one document each, completed with what the cases leave out.
split_documents() { # FILE DIR
	local kind
	kind=$(sed -n 's/^# kind: //p' "$1" | head -1)
	mkdir -p "$2"
	awk -v dir="$2" -v kind="$kind" '
		function flush() {
			if (text ~ /\n# (accepted|applied|refused)/) {
				file = sprintf("%s/%03d.yaml", dir, ++count)
				if (text !~ /\nmetadata:/) text = text "metadata: {name: case-" count "}\n"
				printf "%sapiVersion: gradient-operator.dev/v1alpha1\nkind: %s\n", text, kind > file
				close(file)
			}
			text = "\n"
		}
		BEGIN { text = "\n" }
		/^---/ { flush(); next }
		{ text = text $0 "\n" }
		END { flush() }' "$1"
}

# Prints what is wrong about one case; nothing when all is as expected.
check_case() { # FILE
	local answer status dry_run=--dry-run=server text
	grep -q '^# applied' "$1" && dry_run=--dry-run=none
	answer=$("$kubectl" apply -n "$namespace" --validate=strict $dry_run -f "$1" 2>&1)
	status=$?
	if grep -q '^# refused' "$1"; then
		((status)) || echo "was accepted"
		while IFS= read -r text; do
			[[ $answer == *"$text"* ]] || printf 'does not say: %s\n' "$text"
		done < <(sed -n 's/^# refused: //p' "$1")
	elif ((status)); then
		echo "was refused"
	elif ! answer=$("$kubectl" apply -n "$namespace" --server-side --field-manager=cases --force-conflicts --dry-run=server -f "$1" 2>&1); then
		echo "was refused by a server-side apply"
	fi
	[[ $answer != *[cC]anary* ]] || echo "repeats a value that must not be repeated"
	((${#answer} < 4000)) || echo "answer of ${#answer} characters"
	[[ -z ${VERBOSE:-} ]] || printf '%s\n' "$answer" >&2
	printf '%s' "$answer" >"$1.answer"
}

run_file() { # FILE
	local name document problems
	name=$(basename "$1" .yaml)
	split_documents "$1" "$work/$name"
	for document in "$work/$name"/*.yaml; do
		problems=$(check_case "$document")
		if [[ -z $problems ]]; then
			echo ok >>"$work/$name.results"
		else
			echo "not ok" >>"$work/$name.results"
			printf 'not ok %s %s\n' "$name" "$(basename "$document" .yaml)"
			printf '%s\n' "$problems" | sed 's/^/  /'
			sed 's/^/  | /' "$document"
			sed 's/^/  > /' "$document.answer"
			echo
		fi
	done
	printf '# %s: %d cases\n' "$name" "$(wc -l <"$work/$name.results")"
}

run_imported() {
	local file answer
	for file in "$root"/tests/golden/import/*/expected.yaml; do
		if answer=$("$kubectl" apply -n "$namespace" --validate=strict --dry-run=server -f "$file" 2>&1) && [[ $answer != *Warning* ]]; then
			echo ok >>"$work/imported.results"
		else
			echo "not ok" >>"$work/imported.results"
			printf 'not ok %s\n%s\n' "$file" "$answer"
		fi
	done
	printf '# imported: %d cases\n' "$(wc -l <"$work/imported.results")"
}

unseen_objects() {
	# With a brace at the beginning all of it is JSON to kubectl 1.30.
	cat <<-'EOF'
		---
		{apiVersion: gradient-operator.dev/v1alpha1, kind: GradientDeployment, metadata: {name: unseen},
		 spec: {image: app, resources: {instanceType: C4}}}
		---
		{apiVersion: gradient-operator.dev/v1alpha1, kind: Model, metadata: {name: unseen}, spec: {source: {url: "s3://bucket/model"}}}
		---
		{apiVersion: gradient-operator.dev/v1alpha1, kind: Dataset, metadata: {name: unseen}, spec: {size: 1Gi}}
		---
		{apiVersion: gradient-operator.dev/v1alpha1, kind: ContainerRegistry, metadata: {name: unseen}, spec: {secretName: a}}
	EOF
}

observed_generations() {
	"$kubectl" get -n "$namespace" {gdep,gmodel,gds,greg}/unseen -o jsonpath='{range .items[*]}{.status.observedGeneration} {end}'
}

# Tools that wait for an object (kstatus) take it for current when neither a condition nor observedGeneration says otherwise.
run_unseen() {
	local before after
	unseen_objects | "$kubectl" apply -n "$namespace" -f - >"$work/unseen.log" 2>&1 || cat "$work/unseen.log"
	before=$(observed_generations)
	"$kubectl" patch -n "$namespace" {gdep,gmodel,gds,greg}/unseen --subresource=status --type=merge \
		-p '{"status":{"observedGeneration":1}}' >"$work/unseen.log" 2>&1 || cat "$work/unseen.log"
	after=$(observed_generations)
	if [[ $before == "-1 -1 -1 -1 " && $after == "1 1 1 1 " ]]; then
		echo ok >>"$work/unseen.results"
	else
		echo "not ok" >>"$work/unseen.results"
		printf 'not ok unseen\n  observedGeneration without an operator: %s, written by one: %s\n' "$before" "$after"
	fi
	printf '# unseen: 1 case\n'
}

"$kubectl" apply -f "$root/crds" >"$work/crds.log" 2>&1 || { cat "$work/crds.log"; exit 1; }
"$kubectl" wait --for=condition=Established --timeout=30s -f "$root/crds" >/dev/null || exit 1
"$kubectl" create namespace "$namespace" >/dev/null || exit 1
files=("$@")
((${#files[@]})) || files=("$here"/cases/*.yaml)
for file in "${files[@]}"; do
	run_file "$file" &
done
run_imported
run_unseen
wait
passed=$(cat "$work"/*.results | grep -c '^ok')
failed=$(cat "$work"/*.results | grep -c '^not')
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
