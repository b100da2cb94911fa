# shellcheck shell=bash
# What helpers of one volume do for each other, for bench_content.sh: a second table.

SLOW_REPLICAS=8
SLOW_SECONDS=${SLOW_SECONDS:-720} # that the model takes at SLOW_KIB a second
SLOW_KIB=256

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

sharing_report() {
	sed '/^## Helpers of one volume/,$d' "$REPORT"
	cat <<-END
		## Helpers of one volume

		Each is in a pod and on a node of its own, by what it is told. The server (lighttpd) gives $SLOW_KIB KiB a second to all together.

		    ./dev bench sharing

		$(nproc) cores, release build of $(git -C "$ROOT" describe --always).

		| what | |
		|---|--:|
	END
	cat "$work/sharing"
}
