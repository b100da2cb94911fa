# `./dev bench content`: gradient-sync beside the programs that it runs, and git-sync (4.x) where GIT_SYNC names one. All take turns with
# all, so that what else the machine does meets each of them; the figures are medians. Then what helpers of one volume do for each other,
# and large sources beside other clients. `./dev bench sharing` and `./dev bench sources` are these alone.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/binaries.sh"
source "$SCRIPTS/lfs_server.sh"
source "$SCRIPTS/bench_report.sh"
source "$SCRIPTS/bench_sharing.sh"
source "$SCRIPTS/bench_sources.sh"

SYNC=$ROOT/build/release/bin/gradient-sync
ROUNDS=${ROUNDS:-5}
FILES=2000          # of the repository, 20 KB each
SMALL_FILES=20000   # of a model, 2 to 6 KB each
BIG_MIB=${BIG_MIB:-4096} # of a model, in four files
LINK=4gbit          # between server and client, for one measurement
work=$(mktemp -d)
servers=()

clean_up() {
	tc qdisc delete dev lo root 2>/dev/null || true
	((${#servers[@]} == 0)) || kill "${servers[@]}" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap clean_up EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

until_answers() { # URL
	until [[ $(curl -s -o /dev/null -w '%{http_code}' "$1") != 000 ]]; do read -rt 0.05 <> <(:) || true; done
}

serve_git() {
	local port
	port=$(free_port)
	cat >"$work/lighttpd.conf" <<-END
		server.modules = ("mod_alias", "mod_setenv", "mod_cgi")
		server.bind = "127.0.0.1"
		server.port = $port
		server.document-root = "$work"
		server.upload-dirs = ("$work")
		alias.url = ("/" => "/usr/lib/git-core/git-http-backend/")
		cgi.assign = ("" => "")
		setenv.set-environment = ("GIT_PROJECT_ROOT" => "$work/repositories", "GIT_HTTP_EXPORT_ALL" => "1")
	END
	lighttpd -D -f "$work/lighttpd.conf" &
	servers+=($!)
	url=http://127.0.0.1:$port/code.git
	python3 - "$work/code" $FILES <<-'END'
		import os, random, sys
		random.seed(4711)
		words = ["".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(3, 9))) for _ in range(4000)]
		for i in range(int(sys.argv[2])):
		    folder = f"{sys.argv[1]}/{i % 40}"
		    os.makedirs(folder, exist_ok=True)
		    with open(f"{folder}/{i}.py", "w") as file:
		        file.writelines(" ".join(random.choices(words, k=8)) + "\n" for _ in range(370))
	END
	git -C "$work/code" init --quiet --initial-branch=main
	git -C "$work/code" add .
	git -C "$work/code" -c user.name=bench -c user.email=bench@localhost commit --quiet -m Begin
	git clone --quiet --bare "$work/code" "$work/repositories/code.git"
	rm -rf "$work/code"
	until_answers "$url"
}

serve_s3() {
	endpoint=http://127.0.0.1:$(free_port)
	mkdir "$work/credentials"
	printf bench >"$work/credentials/accessKeyId"
	printf bench-secret >"$work/credentials/secretAccessKey"
	MINIO_ROOT_USER=bench MINIO_ROOT_PASSWORD=bench-secret MINIO_BROWSER=off \
		"$(binary minio)" server --quiet --address "${endpoint#http://}" "$work/s3" >"$work/minio.log" &
	servers+=($!)
	cat >"$work/rclone.conf" <<-END
		[s3]
		type = s3
		provider = Minio
		endpoint = $endpoint
		access_key_id = bench
		secret_access_key = bench-secret
		force_path_style = true
	END
	until_answers "$endpoint/minio/health/ready"
}

put_models() {
	python3 - "$work/models" $SMALL_FILES "$BIG_MIB" <<-'END'
		import os, sys
		for i in range(int(sys.argv[2])):
		    folder = f"{sys.argv[1]}/small/{i % 100}"
		    os.makedirs(folder, exist_ok=True)
		    with open(f"{folder}/{i}", "wb") as file:
		        file.write(os.urandom(2000 + i % 4000))
		os.makedirs(f"{sys.argv[1]}/big")
		for i in range(4):
		    with open(f"{sys.argv[1]}/big/{i}.bin", "wb") as file:
		        for _ in range(int(sys.argv[3]) // 4):
		            file.write(os.urandom(1 << 20))
	END
	for name in big small; do rclone --config "$work/rclone.conf" copy --transfers 16 "$work/models/$name" "s3:$name"; done
	for name in big small; do "$SYNC" digest "$work/models/$name" >"$work/digest-$name"; done
	rm -rf "$work/models"
}

# Bytes and packets on loopback until now.
loopback() { awk '$1 == "lo:" { print $2, $3 }' /proc/net/dev; }

# Adds "SECONDS CPU PEAK BYTES PAYLOAD" to the measurements of a name. The headers of IPv4 and TCP are 52 bytes a packet, and loopback
# counts no others.
measure() { # NAME FILE COMMAND...
	local before after bytes took name=$1
	shift
	read -ra before < <(loopback)
	took=$(python3 "$SCRIPTS/measure.py" "$@" 2>>"$work/errors") || { tail "$work/errors" >&2 && return 1; }
	read -ra after < <(loopback)
	bytes=$((after[0] - before[0]))
	echo "$took $bytes $((bytes - 52 * (after[1] - before[1])))" >>"$work/$name"
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

column() { awk -v n="$2" '{ print $n }' "$work/$1" | median; } # NAME NUMBER

row() { # TITLE NAME [COMPARED-TO]
	local ratio=''
	[[ -z ${3:-} ]] || ratio=$(awk -v a="$(column "$2" 1)" -v b="$(column "$3" 1)" 'BEGIN { printf "%.2f", a / b }')
	printf '| %s | %s | %s | %s | %s | %s |\n' "$1" "$(column "$2" 1)" "$ratio" "$(column "$2" 2)" "$(column "$2" 3)" \
		"$(column "$2" 4 | awk '{ printf "%.1f", $1 / 1e6 }')" >>"$work/table"
}

repository() { # VOLUME, further options
	local volume=$1
	shift
	echo "$SYNC" repository --volume "$volume" --key key --name code --url "$url" --revision 1 --termination-log "$work/told" "$@"
}

bench_checkouts() {
	local round replicas command
	for ((round = 0; round < ROUNDS; round++)); do
		say "bench: checkouts, round $((round + 1)) of $ROUNDS"
		rm -rf "$work"/{clone,synced,volume*}
		mkdir "$work/volume"
		measure git '' git clone --quiet --depth 1 "$url" "$work/clone"
		[[ -z ${GIT_SYNC:-} ]] || measure git-sync '' "$GIT_SYNC" --repo "$url" --ref main --root "$work/synced" --one-time --depth 1
		read -ra command < <(repository "$work/volume")
		measure first '' "${command[@]}"
		measure later '' "${command[@]}"
		for replicas in 2 4 8; do
			mkdir "$work/volume-$replicas"
			read -ra command < <(repository "$work/volume-$replicas")
			# shellcheck disable=SC2016 # expanded by the inner shell
			measure "replicas-$replicas" '' sh -c 'n=$1; shift; while [ $n -gt 0 ]; do "$@" & n=$((n - 1)); done; wait' sh "$replicas" "${command[@]}"
		done
	done
	row "\`git clone --depth 1\`" git
	[[ -z ${GIT_SYNC:-} ]] || row "git-sync" git-sync git
	row "first checkout" first git
	row "a later replica" later git
	for replicas in 2 4 8; do row "$replicas replicas at once, until the last is done" "replicas-$replicas" git; done
}

# What was written before is on the disk, and its time nobody's. Small files stay until all is measured: an ext4 without a journal
# goes round inodes that were freed within the last minutes, one by one.
ready() { # NAME
	[[ $1 == small ]] || rm -rf "$work/out"/*-"$1"
	sync -f "$work"
}

measure_model() { # HOW NAME BUCKET, further options
	local folder=$work/out/$1-$round-$2
	ready "$2"
	measure "$1-$2" "$folder/..data" "$SYNC" model --source "s3://$3/" --endpoint "$endpoint" --path-style \
		--credentials-dir "$work/credentials" --target "$folder" --name model --termination-log "$work/told" "${@:4}"
}

bench_model() { # NAME BUCKET
	ready "$1"
	measure "rclone-$1" '' rclone --config "$work/rclone.conf" copy "s3:$2" "$work/out/copied-$round-$1"
	ready "$1"
	# shellcheck disable=SC2016 # expanded by the inner shell
	measure "synced-$1" '' sh -c 'rclone --config "$1" copy "$2" "$3" && sync -f "$3"' sh "$work/rclone.conf" "s3:$2" \
		"$work/out/synced-$round-$1"
	measure_model model "$1" "$2"
	measure_model pinned "$1" "$2" --digest "$(<"$work/digest-$2")"
	ready "$1"
}

model_rows() { # NAME TITLE
	row "\`rclone copy\`, $2" "rclone-$1"
	row "\`rclone copy\` and \`sync -f\`, the same" "synced-$1" "rclone-$1"
	row "model, the same, beside \`rclone copy\`" "model-$1" "rclone-$1"
	row "model, the same, beside \`rclone copy\` and \`sync -f\`" "model-$1" "synced-$1"
	row "model with a \`digest\`, beside \`rclone copy\`" "pinned-$1" "rclone-$1"
	row "model with a \`digest\`, beside \`rclone copy\` and \`sync -f\`" "pinned-$1" "synced-$1"
}

bench_models() {
	local round
	for ((round = 0; round < ROUNDS; round++)); do
		say "bench: models, round $((round + 1)) of $ROUNDS"
		bench_model small small
		bench_model big big
		tc qdisc add dev lo root tbf rate $LINK burst 4mb latency 50ms
		bench_model linked-big big
		tc qdisc delete dev lo root
	done
	model_rows small "$SMALL_FILES files"
	model_rows big "$BIG_MIB MiB in 4 files"
	model_rows linked-big "the same over a link of $LINK/s"
}

content_section() {
	cat <<-END
		gradient-sync beside the programs that it runs, on the disk of one machine with the servers: git over http (lighttpd) from a
		repository of $FILES files and 40 MB, models from S3 (MinIO). Medians of $ROUNDS rounds in which all take turns. The times of
		gradient-sync end when everything is on the disk, verified (a model also hashed) and published; git and rclone leave the writing to
		the system, hence the rows with \`sync -f\`. Without a limit, loopback is faster than the processors, and hashing is most of the work:
		the MD5, which rclone computes too, and a model's SHA-256. With a \`digest\` there is no MD5, which takes less time. Memory is the peak of
		RssAnon of the program and its children; traffic is what loopback carried.${GIT_SYNC:+ git-sync is $("$GIT_SYNC" --version).}

		    ./dev bench content

		$(nproc) cores ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)), Linux $(uname -r), $(git --version), $(rclone --version | head -1),
		release build of $(git -C "$ROOT" describe --always).

		| what | s | ratio | CPU s | MiB | MB |
		|---|--:|--:|--:|--:|--:|
	END
	cat "$work/table"
}

# What runs them: the first line of a section's end.
machine() { echo "$(nproc) cores, release build of $(git -C "$ROOT" describe --always)."; }

need_packages "${TEST_PACKAGES[@]}"
build_binaries "${SERVER_BINARIES[@]}"
need_lfs_server
"$ROOT/dev" build release
mkdir -p "$work"/{repositories,s3,out}
serve_git
part=${1:-content}
if [[ $part == content ]]; then
	serve_s3
	put_models
	bench_checkouts
	bench_models
	content_section | replace_section Content
	cat "$work/table" >&2
fi
if [[ $part != sources ]]; then
	bench_slow_model
	bench_take_over
	bench_growth
	bench_great_repository
	sharing_section | replace_section 'Helpers of one volume'
	cat "$work/sharing" >&2
fi
if [[ $part != sharing ]]; then
	[[ ${endpoint:-} ]] || serve_s3
	build_binaries "${BENCH_BINARIES[@]}"
	rm -rf "$work/out" "$work/table"
	bench_parts
	bench_great_file
	bench_artifact
	sources_section | replace_section 'Large sources'
	cat "$work/table" >&2
fi
