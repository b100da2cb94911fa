# docs/benchmarks.md, as `./dev bench` writes it. Source common.sh first.
# shellcheck disable=SC2154 # work is the folder of who sources this
REPORT=$ROOT/docs/benchmarks.md

row() { # CELL...
	printf '| %s ' "$@" >>"$work/table"
	echo '|' >>"$work/table"
}

# What was measured, and on what.
machine() {
	printf '%s cores (%s), %s GiB, Linux %s,\n' "$(nproc)" "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" \
		"$(awk '/MemTotal/ { printf "%d", $2 / 1048576 }' /proc/meminfo)" "$(uname -r)"
	echo "Kubernetes $(kube version -o json | jq -r .serverVersion.gitVersion), release build of $(git -C "$ROOT" describe --always)."
}

# What somebody has concluded from the table below a heading: the paragraph that begins with **Conclusion:**. It is written by hand and
# kept; who measures again sees in the diff whether it still holds.
conclusion() { # HEADING
	awk -v heading="$1" '
		/^#+ / { inside = $0 == heading }
		inside && /^\*\*Conclusion:/ { print ""; told = 1 }
		/^$/ { told = 0 }
		inside && told' "$REPORT"
}

# Puts what is in standard input above all sections, with the conclusion that was there.
replace_lead() {
	{
		cat
		conclusion '# Benchmarks'
		echo
		sed -n '/^## /,$p' "$REPORT"
	} >"$work/report"
	install -m 644 "$work/report" "$REPORT"
}

# Puts a section of the report, from standard input, in its place, or before those about content, with the conclusion that it had.
replace_section() { # TITLE
	local before
	before=$(grep -qxF "## $1" "$REPORT" || echo '## Content')
	{ cat && conclusion "## $1"; } >"$work/section"
	awk -v title="## $1" -v before="$before" -v section="$work/section" '
		function insert(line) { print title "\n"; while ((getline line < section) > 0) print line; print "" }
		/^## / { skip = $0 == title; if (skip || $0 == before) insert() }
		!skip' "$REPORT" | cat -s | sed '${/^$/d}' >"$work/report"
	install -m 644 "$work/report" "$REPORT"
}
