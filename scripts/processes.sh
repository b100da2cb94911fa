# Processes in the background, known by pid and start time so that nobody else's is ever ended. Sourced.
# State: $STATE/pid/NAME and $STATE/log/NAME.log.

start_time() { # PID
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
	cut -d' ' -f20 <<<"${stat##*) }"
}

process_id() { # NAME
	local pid started
	read -r pid started 2>/dev/null <"$STATE/pid/$1" || return 1
	[[ $(start_time "$pid") == "$started" ]] && echo "$pid"
}

alive() { process_id "$1" >/dev/null; } # NAME

# The process writes its own pid before it becomes the command, so that no moment exists in which it runs unknown.
start() { # NAME COMMAND...
	local name=$1
	shift
	mkdir -p "$STATE/pid" "$STATE/log"
	# shellcheck disable=SC2016 # expanded by the inner shell
	setsid bash -c 'file=$1; shift
		read -r stat </proc/$$/stat; set -- "$@"
		echo "$$ $(cut -d" " -f20 <<<"${stat##*) }")" >"$file"
		exec "$@"' start "$STATE/pid/$name" "$@" >>"$STATE/log/$name.log" 2>&1 </dev/null 8>&- 9>&- &
}

# Ends processes with their children, by force where a polite request is not answered within GRACE seconds.
stop() { # NAME...
	local name pid limit=$((SECONDS + ${GRACE:-10}))
	for name; do
		! pid=$(process_id "$name") || kill -- "-$pid" 2>/dev/null || true
	done
	for name; do
		while alive "$name" && ((SECONDS < limit)); do sleep 0.1; done
		! pid=$(process_id "$name") || kill -KILL -- "-$pid" 2>/dev/null || true
		while alive "$name" && ((SECONDS < limit + 10)); do sleep 0.1; done # it takes a moment to give its memory back
		rm -f "$STATE/pid/$name"
	done
}

started() { ls "$STATE/pid" 2>/dev/null || true; } # names of all that were

# Waits until COMMAND succeeds, as long as the process of that name lives.
wait_for() { # NAME SECONDS COMMAND...
	local name=$1 limit=$((SECONDS + $2)) grace=20
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ! alive "$name" && ((--grace < 0)); then
			say "$(tail -15 "$STATE/log/$name.log")"
			fail "$name ended; its log is $STATE/log/$name.log"
		fi
		((SECONDS < limit)) || fail "$name is not ready; its log is $STATE/log/$name.log"
		sleep 0.1
	done
}
