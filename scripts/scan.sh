# shellcheck shell=bash
# Looks for known faults in the Go programs that the images have. Sourced after common, packages and binaries.

# The Go vulnerability database is a module like any other, of which always the newest is asked. Prints its folder of findings.
fetch_findings() {
	local answer
	answer=$(cd / && GOFLAGS=-mod=mod "$(find_go)" mod download -json golang.org/x/vulndb@latest) || {
		say "the database of known faults (the Go module golang.org/x/vulndb) cannot be had: $(jq -r .Error <<<"$answer")"
		say "make GOPROXY a proxy that has it, or leave the scan out with --no-scan and say so where the release is announced"
		return 1
	}
	say "known faults as of $(jq -r .Version <<<"$answer")"
	echo "$(jq -r .Dir <<<"$answer")/data/osv"
}

# Only what a program can call counts, for which it has to have its symbols: those of the images are the same without.
scan_binary() { # NAME FINDINGS
	local said status=0
	said=$("$(binary govulncheck)" -mode binary -db "file://$2" "$(BINARY_VARIANT=symbols binary "$1")") || status=$?
	((status)) || return 0
	printf '%s\n' "$1:" "$said" "take a module in which this is mended: newer_modules in scripts/binaries.sh, or a newer release of $1"
	return 1
}

scan_binaries() { # NAME...
	local findings name status=0
	findings=$(fetch_findings) || return
	for name; do scan_binary "$name" "$findings" || status=1; done
	return $status
}
