# Folders, messages and progress for all parts of ./dev. Sourced, never run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SCRIPTS=$ROOT/scripts
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/gradient-operator
STATES=${XDG_STATE_HOME:-$HOME/.local/state}/gradient-operator
# GRADIENT_CLUSTER names a further cluster of the same checkout, such as the one of the tests.
CLUSTER_ID=$(printf '%s:%s' "$ROOT" "${GRADIENT_CLUSTER:-}" | sha256sum | cut -c1-8)
STATE=$STATES/$CLUSTER_ID

say() { printf '%s\n' "$*" >&2; }

fail() {
	say "dev: $*"
	exit 1
}

version() { sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' "$ROOT/CMakeLists.txt"; }

# The commit, as far as it is one: equal source, equal label.
revision() { git -C "$ROOT" describe --always --abbrev=40 --dirty --exclude '*' 2>/dev/null || true; }

is_root() { ((EUID == 0)); }

duration() {
	if (($1 < 60)); then printf '%ds' "$1"; else printf '%dm%02ds' $(($1 / 60)) $(($1 % 60)); fi
}

# Says how many steps follow; each then bears its number.
steps() {
	STEP_TOTAL=$1
	STEP_NUMBER=0
}

# While a step runs: how long it has taken and what it last said, on one line of a terminal or twice a minute in a log.
show_progress() { # TITLE LOG
	local started=$SECONDS every=30 last never
	[[ ! -t 2 ]] || every=1
	exec {never}<> <(:) # waiting on it leaves no sleep behind that would hold files open
	until read -rt $every -u "$never" || ! kill -0 $$ 2>/dev/null; do
		last=$(tail -c 400 "$2" | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -1 | cut -c1-70 || true)
		if [[ -t 2 ]]; then
			printf '\r\033[K%s ... %s  %s' "$1" "$(duration $((SECONDS - started)))" "$last" >&2
		else
			say "$1 ... $(duration $((SECONDS - started)))  $last"
		fi
	done
}

# step TITLE COMMAND...: runs the command with its output in a log, of which only a failure shows the end.
step() {
	local title log started=$SECONDS ticker status
	STEP_NUMBER=$((STEP_NUMBER + 1))
	title="[$STEP_NUMBER/$STEP_TOTAL] $1"
	shift
	log=$(mktemp)
	[[ ! -t 2 ]] || printf '%s ...' "$title" >&2
	show_progress "$title" "$log" &
	ticker=$!
	set +e # in a condition the command itself would not stop at errors
	(set -e && "$@") >"$log" 2>&1 </dev/null
	status=$?
	set -e
	kill $ticker
	wait $ticker 2>/dev/null || true
	[[ ! -t 2 ]] || printf '\r\033[K' >&2
	if ((status)); then
		say "$title: failed after $(duration $((SECONDS - started)))"
		tail -40 "$log" >&2
	else
		say "$title: $(duration $((SECONDS - started)))"
	fi
	rm -f "$log"
	return $status
}
