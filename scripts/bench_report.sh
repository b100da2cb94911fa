# docs/benchmarks.md, as `./dev bench` writes it. Source common.sh first.
# shellcheck disable=SC2154 # work is the folder of who sources this
REPORT=$ROOT/docs/benchmarks.md

# What somebody has concluded from the table below a heading: the paragraph that begins with **Conclusion:**. It is written by hand and
# kept; who measures again sees in the diff whether it still holds.
conclusion() { # HEADING
	awk -v heading="$1" '
		/^#+ / { inside = $0 == heading }
		inside && /^\*\*Conclusion:/ { print ""; told = 1 }
		/^$/ { told = 0 }
		inside && told' "$REPORT"
}

# Puts a section of the report, from standard input, in its place or at the end, with the conclusion that it had.
replace_section() { # TITLE
	{ cat && conclusion "## $1"; } >"$work/section"
	awk -v title="## $1" -v section="$work/section" '
		function insert(line) { print title "\n"; while ((getline line < section) > 0) print line; done = 1 }
		/^## / { skip = $0 == title; if (skip) { insert(); print "" } }
		!skip
		END { if (!done) { print ""; insert() } }' "$REPORT" | cat -s | sed '${/^$/d}' >"$work/report"
	install -m 644 "$work/report" "$REPORT"
}
