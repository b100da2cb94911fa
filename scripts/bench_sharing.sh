# shellcheck shell=bash
# shellcheck disable=SC2154 # work and url are set by it
# What helpers of one volume do for each other, for bench_content.sh: a second table.

SLOW_REPLICAS=8
SLOW_SECONDS=${SLOW_SECONDS:-720} # that the model takes at SLOW_KIB a second
SLOW_KIB=256
REVISIONS=20                      # of a large file (LFS)
LARGE_MIB=${LARGE_MIB:-50}        # of that file
GREAT_FILES=${GREAT_FILES:-300000} # small ones of a repository that has 36 of 30 MB, too, and 60 of 7 MB
HELPER_MEMORY=$((1 << 30))        # sync.resources.limits.memory as it is shipped

sharing_row() { printf '| %s | %s |\n' "$@" >>"$work/sharing"; } # TITLE VALUE

# A web server that gives SLOW_KIB a second to all together, and notes what it sent.
serve_slowly() {
	local port
	port=$(free_port)
	slow_url=http://127.0.0.1:$port/model.bin
	rm -rf "$work/slow" "$work/slow.log"
	mkdir "$work/slow"
	head -c "$((SLOW_SECONDS * SLOW_KIB))K" /dev/urandom >"$work/slow/model.bin"
	cat >"$work/slow.conf" <<-END
		server.modules = ("mod_accesslog")
		server.bind = "127.0.0.1"
		server.port = $port
		server.document-root = "$work/slow"
		server.kbytes-per-second = $SLOW_KIB
		accesslog.filename = "$work/slow.log"
		accesslog.format = "%s %O"
	END
	lighttpd -D -f "$work/slow.conf" &
	slow_server=$!
	servers+=("$slow_server")
	until_answers "http://127.0.0.1:$port/none"
}

# The helper of a pod, on a node of its own; its log is FOLDER/POD.log.
slow_model() { # POD FOLDER
	mkdir -p "$2/.gradient/models"
	POD_NAME=$1 POD_UID=uid-of-$1 NODE_NAME=node-of-$1 CONTAINER_NAME=sync-model "$SYNC" model --source "$slow_url" \
		--target "$2/.gradient/models/model" --name model --termination-log "$work/told-$1" >"$2/$1.log" &
	helpers+=($!)
}

# Until a helper's log has an event.
until_event() { # LOG EVENT
	grep --quiet "\"event\":\"$2\"" < <(tail --lines=+1 --follow=name --retry "$1" 2>/dev/null)
}

now() { date +%s.%N; }

since() { awk -v begin="$1" -v end="$(now)" 'BEGIN { printf "%.1f\n", end - begin }'; } # TIME

bench_slow_model() {
	local replica helpers=() waits=() begin folder=$work/together
	say "bench: $SLOW_REPLICAS replicas, and a model that takes $SLOW_SECONDS s"
	mkdir "$folder"
	serve_slowly
	begin=$(now)
	for ((replica = 0; replica < SLOW_REPLICAS; replica++)); do
		slow_model "replica-$replica" "$folder"
		{ until_event "$folder/replica-$replica.log" published && since "$begin" >"$work/ready-$replica"; } &
		waits+=($!)
	done
	wait "${waits[@]}"
	kill "${helpers[@]}" "$slow_server" # it writes the rest of its log
	wait "${helpers[@]}" "$slow_server" || true
	cat "$work"/ready-* | sort -n >"$work/ready"
	sharing_row "$SLOW_REPLICAS replicas, a model of $((SLOW_SECONDS * SLOW_KIB / 1024)) MiB at $SLOW_KIB KiB/s: until the first is ready" "$(head -1 "$work/ready") s"
	sharing_row "the same: from the first to the last" "$(awk 'NR == 1 { first = $1 } END { printf "%.1f s", $1 - first }' "$work/ready")"
	sharing_row "the same: bytes that the server sent, of the model's" \
		"$(awk -v whole=$((SLOW_SECONDS * SLOW_KIB * 1024)) '{ sent += $2 } END { printf "%.3f", sent / whole }' "$work/slow.log")"
}

# One is killed, and another on another node waits for what it can tell is dead.
bench_take_over() {
	local helpers=() killed folder=$work/left
	say "bench: a download that its helper leaves"
	mkdir "$folder"
	serve_slowly
	slow_model gone "$folder"
	until_event "$folder/gone.log" progress
	kill -KILL "${helpers[0]}"
	killed=$(now)
	slow_model next "$folder"
	until_event "$folder/next.log" progress
	sharing_row "a download whose helper was killed: until one on another node goes on with it" "$(since "$killed") s"
	kill "${helpers[1]}" "$slow_server"
	wait "${helpers[@]}" "$slow_server" || true
}

serve_large_files() {
	large_port=$(free_port)
	lfs_configuration "$work/large" >"$work/giftless.yaml"
	GIFTLESS_CONFIG_FILE=$work/giftless.yaml PYTHONWARNINGS=ignore FLASK_APP=giftless.wsgi_entrypoint \
		"$(lfs_server)" run --port "$large_port" >"$work/giftless.log" 2>&1 &
	servers+=($!)
	until_answers "http://127.0.0.1:$large_port/"
}

# New content of a large file, *.bin: its pointer in the work tree, and the content on the server of large files.
write_large_file() { # WORK-TREE FILE MIB
	local sha256 objects
	objects=$work/large/git/$(basename "$1")
	mkdir -p "$objects"
	head -c "${3}M" /dev/urandom >"$work/content"
	sha256=$(sha256sum "$work/content" | cut -d' ' -f1)
	mv "$work/content" "$objects/$sha256"
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$sha256" $(($3 << 20)) >"$1/$2"
}

commit_large_files() { # WORK-TREE REPOSITORY
	echo '*.bin filter=lfs diff=lfs merge=lfs -text' >"$1/.gitattributes"
	printf '[lfs]\n\turl = http://127.0.0.1:%s/git/%s.git/info/lfs\n' "$large_port" "$(basename "$1")" >"$1/.lfsconfig"
	git -C "$1" -c filter.lfs.clean=cat add .
	git -C "$1" -c filter.lfs.clean=cat -c user.name=bench -c user.email=bench@localhost commit --quiet -m Change
	git -C "$1" -c core.hooksPath=/dev/null push --quiet "$2" HEAD:main
}

bench_growth() {
	local revision before volume=$work/grown tree=$work/trees/grown
	say "bench: $REVISIONS revisions of a large file"
	serve_large_files
	git init --quiet --bare --initial-branch=main "$work/repositories/grown.git"
	git init --quiet --initial-branch=main "$tree"
	mkdir "$volume"
	for ((revision = 1; revision <= REVISIONS; revision++)); do
		write_large_file "$tree" large.bin "$LARGE_MIB"
		commit_large_files "$tree" "$work/repositories/grown.git"
		"$SYNC" repository --volume "$volume" --key "owner-code-$revision" --name code --url "${url%/*}/grown.git" --revision "$revision" \
			--termination-log "$work/told" >"$work/log" || { tail -1 "$work/log" >&2 && return 1; }
	done
	before=$(du -sm "$volume" | cut -f1)
	touch -d '1 day ago' "$volume"/.gradient/checkouts/*
	"$SYNC" collect --volume "$volume" --owner owner --keep "owner-code-$REVISIONS" --grace 60 --termination-log "$work/told" >"$work/log"
	sharing_row "$REVISIONS revisions that each change a large file (LFS) of $LARGE_MIB MB: dataset" "$before MiB"
	sharing_row "the same, cleaned up to one: dataset, of one checkout" "$(awk -v all="$(du -sk "$volume" | cut -f1)" \
		-v one="$(du -sk "$volume/.gradient/checkouts/owner-code-$REVISIONS" | cut -f1)" 'BEGIN { printf "%.2f", all / one }')"
	rm -rf "$volume" "$tree" "$work/large"
}

make_great_repository() {
	git init --quiet --bare --initial-branch=main "$work/repositories/great.git"
	python3 - "$GREAT_FILES" <<-'END' | git -C "$work/repositories/great.git" -c core.compression=1 fast-import --quiet --depth=50
		import random, sys
		out = sys.stdout.buffer
		random.seed(4711)
		def data(content):
		    out.write(b"data %d\n" % len(content) + content + b"\n")
		small = int(sys.argv[1])
		# The versions of a file one after the other, as each becomes a delta to the one before.
		versions, files = 8, 60
		for i in range(files):
		    content = bytearray(random.randbytes(7 << 20))
		    for version in range(versions):
		        out.write(b"blob\nmark :%d\n" % (1 + i * versions + version))
		        data(bytes(content))
		        for _ in range(20):
		            content[random.randrange(len(content))] ^= 1
		for version in range(versions):
		    out.write(b"commit refs/heads/main\ncommitter bench <bench@localhost> 1767323045 +0000\n")
		    data(b"Change")
		    for i in range(files):
		        out.write(b"M 100644 :%d deltas/%d\n" % (1 + i * versions + version, i))
		    if version == 0:
		        for i in range(36):
		            out.write(b"M 100644 inline large/%d\n" % i)
		            data(random.randbytes(30 << 20))
		        for i in range(small):
		            out.write(b"M 100644 inline small/%d/%d/%d\n" % (i // 20000, i // 200 % 100, i))
		            data(random.randbytes(random.randint(200, 2200)))
	END
}

# In a control group with the limit of a helper, of version 2 or 1.
with_limit() { # COMMAND...
	local group=/sys/fs/cgroup/gradient-bench limit=memory.max
	[[ -e /sys/fs/cgroup/cgroup.controllers ]] || group=/sys/fs/cgroup/memory/gradient-bench limit=memory.limit_in_bytes
	mkdir -p "$group"
	echo "$HELPER_MEMORY" >"$group/$limit"
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		exec "$@"
	)
	rmdir "$group"
}

bench_great_repository() {
	local history command
	say "bench: a repository of 2 GB and $GREAT_FILES files"
	make_great_repository
	for history in '' --full-history; do
		rm -rf "$work/great"
		mkdir "$work/great"
		read -ra command < <(url=${url%/*}/great.git repository "$work/great" $history)
		with_limit python3 "$SCRIPTS/measure.py" '' "${command[@]}" >"$work/measured"
		sharing_row "a repository of $(du -sm "$work/repositories/great.git" | cut -f1) MiB and $GREAT_FILES files, ${history:-one commit}, in a limit of $((HELPER_MEMORY >> 20)) MiB: peak of RssAnon" \
			"$(awk '{ print $3 " MiB, " $1 " s" }' "$work/measured")"
	done
}

sharing_section() {
	cat <<-END
		Each helper is told that it is in a pod and on a node of its own. The server (lighttpd) gives $SLOW_KIB KiB a second to all together.

		    ./dev bench sharing

		$(machine)

		| what | |
		|---|--:|
	END
	cat "$work/sharing"
}
