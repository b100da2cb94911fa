# shellcheck shell=bash
# shellcheck disable=SC2154 # work, url, endpoint and round are set by it
# Large sources beside the fastest clients of each kind, for bench_content.sh: a third table.

GREAT_GIB=${GREAT_GIB:-20}           # of a model in one file
FAST_LINK=10gbit                     # between server and client
ARTIFACT_MIB=${ARTIFACT_MIB:-4096}   # of an OCI artifact, in four files
PARTS_MIB=${PARTS_MIB:-100}          # of each of ten large files of a repository, of which one is wanted
SOURCE_ROUNDS=${SOURCE_ROUNDS:-3}
BEST=(--multi-thread-streams 16 --multi-thread-chunk-size 64M --transfers 8 --buffer-size 64M) # of rclone, on this link

random_file() { # PATH MIB
	mkdir -p "$(dirname "$1")"
	head -c "${2}M" /dev/urandom >"$1"
}

serve_registry() {
	local i files=()
	registry=127.0.0.1:$(free_port)
	printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' \
		"$work/registry" "$registry" >"$work/registry.yml"
	docker-registry serve "$work/registry.yml" 2>"$work/registry.log" &
	servers+=($!)
	until_answers "http://$registry/v2/"
	mkdir "$work/artifact"
	for i in 0 1 2 3; do
		random_file "$work/artifact/$i.bin" $((ARTIFACT_MIB / 4))
		files+=("$i.bin:application/octet-stream")
	done
	(cd "$work/artifact" && "$(binary oras)" push --plain-http --no-tty "$registry/bench/llm:1" "${files[@]}" >"$work/pushed")
	rm -r "$work/artifact"
}

# The disk has all that was written before, and room for what comes.
clear_out() {
	rm -rf "$work/out" "$work/fetched"
	mkdir "$work/out"
	sync -f "$work"
}

# How long a client takes, and how long until all of it is on the disk.
bench_client() { # NAME COMMAND...
	local name=$1
	shift
	clear_out
	measure "$name" '' "$@"
	clear_out
	# shellcheck disable=SC2016 # expanded by the inner shell
	measure "$name-synced" '' sh -c '"$@" && sync -f "$0"' "$work/out" "$@"
}

bench_helper() { # NAME OPTION...
	local name=$1
	shift
	clear_out
	measure "$name" "$work/fetched/..data" "$SYNC" model --target "$work/fetched" --name model --termination-log "$work/told" "$@"
}

# What crosses the wire where a tenth of a repository is wanted.
bench_parts() {
	local i round tree=$work/trees/parts
	serve_large_files
	git init --quiet --bare --initial-branch=main "$work/repositories/bench/parts"
	git init --quiet --initial-branch=main "$tree"
	for ((i = 0; i < 10; i++)); do write_large_file "$tree" "$i.bin" "$PARTS_MIB"; done
	commit_large_files "$tree" "$work/repositories/bench/parts"
	for ((round = 0; round < SOURCE_ROUNDS; round++)); do
		bench_helper parts --source hf://bench/parts --endpoint "${url%/*}" --include 3.bin
	done
	row "model of Hugging Face, one of ten files of $PARTS_MIB MiB: $(awk -v sent="$(column parts 5)" -v wanted=$((PARTS_MIB << 20)) \
		'BEGIN { printf "%.3f", sent / wanted }') of what is wanted, without packet headers" parts
	rm -rf "$work/large"
}

bench_great_file() {
	local round
	random_file "$work/models/great/great.bin" $((GREAT_GIB * 1024))
	rclone --config "$work/rclone.conf" copy "${BEST[@]}" "$work/models/great" s3:great
	rm -r "$work/models"
	export AWS_ACCESS_KEY_ID=bench AWS_SECRET_ACCESS_KEY=bench-secret AWS_REGION=us-east-1
	tc qdisc add dev lo root tbf rate $FAST_LINK burst 8mb latency 50ms
	for ((round = 0; round < SOURCE_ROUNDS; round++)); do
		say "bench: a file of $GREAT_GIB GiB, round $((round + 1)) of $SOURCE_ROUNDS"
		bench_client rclone-great rclone --config "$work/rclone.conf" copy "${BEST[@]}" s3:great "$work/out"
		bench_client s5cmd-great "$(binary s5cmd)" --endpoint-url "$endpoint" cp --concurrency 16 --part-size 64 "s3://great/*" "$work/out/"
		bench_helper model-great --source s3://great/ --endpoint "$endpoint" --path-style --credentials-dir "$work/credentials"
	done
	tc qdisc delete dev lo root
	row "\`rclone copy ${BEST[*]}\`, $GREAT_GIB GiB in one file over a link of $FAST_LINK/s" rclone-great
	row "the same and \`sync -f\`" rclone-great-synced rclone-great
	row "\`s5cmd cp --concurrency 16 --part-size 64\`, the same" s5cmd-great rclone-great
	row "the same and \`sync -f\`" s5cmd-great-synced rclone-great
	row "model, the same, beside \`rclone copy\`" model-great rclone-great
	row "model, the same, beside \`rclone copy\` and \`sync -f\`" model-great rclone-great-synced
	rm -rf "$work/s3/great"
}

bench_artifact() {
	local round
	serve_registry
	for ((round = 0; round < SOURCE_ROUNDS; round++)); do
		say "bench: an artifact, round $((round + 1)) of $SOURCE_ROUNDS"
		bench_client oras "$(binary oras)" pull --plain-http --no-tty --output "$work/out" "$registry/bench/llm:1"
		bench_helper oci --source "oci://$registry/bench/llm:1"
	done
	row "\`oras pull\`, an artifact of $ARTIFACT_MIB MiB in 4 files" oras
	row "the same and \`sync -f\`" oras-synced oras
	row "model, the same, beside \`oras pull\`" oci oras
	row "model, the same, beside \`oras pull\` and \`sync -f\`" oci oras-synced
}

sources_section() {
	cat <<-END
		From S3 (MinIO), a registry (docker-registry) and a git server with large files (LFS), all on loopback, beside the clients of each kind:
		s5cmd ${S5CMD_VERSION#v}, oras ${ORAS_CLI_VERSION#v}, $(rclone --version | head -1). Columns as under [Content](#content).
		The server of large files writes them line by line, so that much of what crosses the wire is headers, 52 bytes a packet: what is
		wanted is compared without them, but with the length that the server writes before each line.

		    ./dev bench sources

		$(machine)

		| what | s | ratio | CPU s | MiB | MB |
		|---|--:|--:|--:|--:|--:|
	END
	cat "$work/table"
}
