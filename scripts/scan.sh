# shellcheck shell=bash
# Looks for known faults in the Go programs that the images have. Sourced after common, packages and binaries.

# The Go vulnerability database is a module like any other; its newest version counts. Prints the folder of its findings.
fetch_findings() {
	local answer
	answer=$(cd / && GOFLAGS=-mod=mod "$(find_go)" mod download -json golang.org/x/vulndb@latest) || {
		say "the database of known faults (the Go module golang.org/x/vulndb) cannot be downloaded: $(jq -r .Error <<<"$answer")"
		say "set GOPROXY to a proxy that has it, or use --no-scan and say so in the release notes"
		return 1
	}
	say "known faults as of $(jq -r .Version <<<"$answer")"
	echo "$(jq -r .Dir <<<"$answer")/data/osv"
}

# Only what a program can call counts. To see that, the scanner needs the program's symbols, which those of the images lack.
scan_binary() { # NAME FINDINGS
	local said status=0 faults=3
	said=$("$(binary govulncheck)" -mode binary -db "file://$2" "$(BINARY_VARIANT=symbols binary "$1")") || status=$?
	((status)) || return 0
	printf '%s\n' "$1:" "$said"
	((status != faults)) || echo "take a module without this fault: newer_modules in scripts/binaries.sh, or a newer release of $1"
	return 1
}

scan_binaries() { # NAME...
	local findings name status=0
	findings=$(fetch_findings) || return
	for name; do scan_binary "$name" "$findings" || status=1; done
	return $status
}
