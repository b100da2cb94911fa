# The node lives in namespaces of its own (processes, mounts, network), as a container would: when their first process goes, so does
# every process, mount, device and packet filter rule of the node, whatever state it was in. Sourced.

sandbox_id() { # the first process of the namespaces, as the machine sees it
	local pid
	pid=$(process_id sandbox) && tr -d ' ' <"/proc/$pid/task/$pid/children"
}

in_node() { nsenter --target "$(sandbox_id)" --mount --net --pid -- "$@"; } # COMMAND...

start_in_node() { # NAME COMMAND...
	local name=$1
	shift
	start "$name" nsenter --target "$(sandbox_id)" --mount --net --pid -- "$@"
}

sandbox_is_up() { [[ -n $(sandbox_id) && $(readlink "/proc/$(sandbox_id)/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }

# What must change on the machine and is shared by all clusters is undone when the last one goes, latest first.
undo_later() { printf '%s\n' "$1" >>"$STATES/undo"; } # SHELL-COMMAND

undo_all() {
	[[ -f $STATES/undo && -z $(find "$STATES" -mindepth 1 -maxdepth 1 -type d) ]] || return 0
	tac "$STATES/undo" | bash || true
	rm "$STATES/undo"
}

# Paths that the kubelet and containerd insist on, each covered by a folder of our own.
cover() { # PATH
	local own=$STATE/node$1
	mkdir -p "$own"
	if [[ ! -d $1 ]]; then
		mkdir "$1"
		undo_later "rmdir $1"
	fi
	in_node mount --bind "$own" "$1"
}

# The kubelet sets these for the whole machine: in the node they are plain files.
SYSCTLS=(vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes)

cover_sysctl() { # NAME
	local own=$STATE/node/sysctl/$1
	mkdir -p "$(dirname "$own")"
	cat "/proc/sys/$1" >"$own"
	in_node mount --bind "$own" "/proc/sys/$1"
}

start_sandbox() {
	local path
	start sandbox unshare --mount --net --pid --fork --mount-proc --kill-child tini -- sleep infinity
	wait_for sandbox 10 sandbox_is_up
	in_node mount --make-rshared /
	for path in /var/lib/kubelet /var/lib/cni /var/log/pods /var/log/containers /run/containerd; do cover "$path"; done
	for path in "${SYSCTLS[@]}"; do cover_sysctl "$path"; done
	in_node mount --bind "$STATE/resolv.conf" /etc/resolv.conf
}

stop_sandbox() {
	local pid first
	if pid=$(process_id sandbox); then
		first=$(sandbox_id)
		kill -KILL "$pid" # takes the first process with it
		while [[ -n $first && -d /proc/$first ]]; do sleep 0.1; done
	fi
	remove_cgroups
}

cgroup_name() { echo "gradient-$CLUSTER_ID"; }

cgroup_folders() { find /sys/fs/cgroup -maxdepth 2 -type d -name "$(cgroup_name)"; }

# The kubelet wants its root to exist, in every hierarchy of version 1 or with all controllers of version 2.
make_cgroups() {
	local folder controller
	if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then
		for controller in cpuset cpu io memory hugetlb pids; do
			echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || say "cgroup controller $controller is not to be had"
		done
		mkdir -p "/sys/fs/cgroup/$(cgroup_name)"
		return
	fi
	for folder in /sys/fs/cgroup/*/; do
		[[ ! -L ${folder%/} ]] || continue
		mkdir -p "$folder/$(cgroup_name)"
		[[ ! -f $folder/cpuset.cpus ]] || for controller in cpuset.cpus cpuset.mems; do
			cat "$folder/$controller" >"$folder/$(cgroup_name)/$controller"
		done
	done
}

remove_cgroups() {
	local folder
	for folder in $(cgroup_folders); do
		find "$folder" -depth -type d -exec rmdir {} +
	done
}
