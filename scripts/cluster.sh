#: cluster up [--control-plane | --kind]       start a local Kubernetes node, or etcd, API server and controller manager alone (no root)
#: cluster down                                end it and remove every trace
#: cluster restart                             restart the API server, as tests of what survives it do
#: cluster status                              what runs
#: cluster env                                 its addresses and files, as shell assignments
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for part in packages binaries processes certificates control_plane network sandbox node kind images; do
	source "$SCRIPTS/$part.sh"
done

SETTINGS=(MODE API_ADDRESS API_PORT ETCD_PORT ETCD_PEER_PORT SERVICE_RANGE POD_RANGE HOST_ADDRESS NODE_ADDRESS)

save_settings() {
	local name
	for name in "${SETTINGS[@]}"; do printf '%s=%q\n' "$name" "${!name:-}"; done >"$STATE/settings"
}

load_settings() { [[ -f $STATE/settings ]] && source "$STATE/settings"; }

# One up or down at a time, so that two checkouts do not choose the same port or address. The folder itself is the lock.
lock() {
	local held=''
	until [[ $held && $STATES -ef /proc/self/fd/9 ]]; do # the last down removes the folder
		mkdir -p "$STATES"
		exec 9<"$STATES"
		flock -n 9 || { say "another ./dev cluster is at work: waiting for it"; flock 9; }
		held=1
	done
}

print_export() {
	say "kubectl is $(binary kubectl)"
	printf 'export KUBECONFIG=%q\n' "$STATE/admin.kubeconfig"
}

cluster_processes() { # of the mode
	[[ $MODE != kind ]] || return 0
	echo etcd kube-apiserver kube-controller-manager
	[[ $MODE != node ]] || echo kube-scheduler sandbox containerd coredns kubelet kube-proxy
}

healthy() {
	local name
	load_settings || return 1
	[[ $MODE != kind ]] || { api_get /readyz >/dev/null; return; }
	for name in $(cluster_processes); do alive "$name" || return 1; done
	api_get /readyz >/dev/null && { [[ $MODE != node ]] || node_is_ready >/dev/null; }
}

# Whatever there is, of a cluster that was killed half-way as well. The node goes first: its rest is what cannot be seen from outside.
remove_all() {
	if load_settings && [[ $MODE == kind ]]; then kind delete cluster --quiet --name "$(kind_name)"; fi
	if is_root; then
		stop_sandbox
		! type -P iptables >/dev/null || disconnect_node
	fi
	# shellcheck disable=SC2046 # names without blanks
	GRACE=2 stop $(started)
	rm -rf "$STATE"
	undo_all
}

up_control_plane() {
	need_packages "${CONTROL_PLANE_PACKAGES[@]}"
	build_binaries "${CONTROL_PLANE_BINARIES[@]}"
	lock
	if healthy; then return; fi
	begin control-plane
	API_ADDRESS=127.0.0.1 SERVICE_RANGE=10.96.0.0/16
	choose_ports
	save_settings
	steps 2
	step "certificates" make_credentials
	step "etcd, API server, controller manager" start_control_plane
}

up_node() {
	is_root || fail "a node needs root (containers, networks, mounts); without it: ./dev cluster up --control-plane"
	need_packages "${CONTROL_PLANE_PACKAGES[@]}" "${NODE_PACKAGES[@]}"
	build_binaries "${CONTROL_PLANE_BINARIES[@]}" "${NODE_BINARIES[@]}"
	lock
	if healthy; then
		[[ $MODE != control-plane ]] || fail "a control plane without a node is up; end it first: ./dev cluster down"
		return
	fi
	begin node
	choose_network
	API_ADDRESS=$HOST_ADDRESS
	choose_ports
	save_settings
	steps 4
	step "certificates" make_node_credentials
	step "namespaces, network, containerd" prepare_node
	step "etcd, API server, controller manager" start_control_plane
	step "scheduler, DNS, kubelet, kube-proxy" start_node
}

up_kind() {
	local program
	for program in docker kind; do type -P $program >/dev/null || fail "cluster up --kind needs $program"; done
	need_packages openssl curl jq
	build_binaries kubectl
	lock
	if healthy; then
		[[ $MODE == kind ]] || fail "a cluster without kind is up; end it first: ./dev cluster down"
		return
	fi
	begin kind
	save_settings # so that down knows whom to ask
	start_kind
	save_settings
}

restart() {
	lock
	if ! load_settings || [[ $MODE == kind ]]; then fail "no API server of ours runs: ./dev cluster up"; fi
	GRACE=2 stop kube-apiserver
	start_api_server
	wait_for kube-apiserver 90 api_get /readyz
	# It would come back by itself, but after waits that grow to half a minute.
	stop kube-controller-manager
	start_controller_manager
}

begin() { # MODE
	remove_all
	unset "${SETTINGS[@]}"
	MODE=$1
	(umask 077 && mkdir -p "$STATE")
}

environment() {
	load_settings || fail "no cluster is up: ./dev cluster up"
	local name
	STATE_DIR=$STATE KUBECONFIG=$STATE/admin.kubeconfig OPERATOR_KUBECONFIG=$STATE/operator.kubeconfig KUBECTL=$(binary kubectl)
	CONTAINERD_SOCKET=$STATE/containerd.sock CERTS_D=$STATE/certs.d HOSTS_FILE=$STATE/hosts
	for name in "${SETTINGS[@]}" STATE_DIR AUDIT_LOG KUBECONFIG OPERATOR_KUBECONFIG KUBECTL CONTAINERD_SOCKET CERTS_D HOSTS_FILE; do
		printf '%s=%q\n' "$name" "${!name:-}"
	done
}

status() {
	local name
	load_settings || { echo "no cluster is up"; return; }
	echo "$MODE, API at https://$API_ADDRESS:$API_PORT, state in $STATE"
	for name in $(cluster_processes); do
		printf '%-26s %s\n' "$name" "$(process_id "$name" || echo "not running; its log is $STATE/log/$name.log")"
	done
}

case ${1:-} in
up)
	case ${2:-} in
	'') up_node ;;
	--control-plane) up_control_plane ;;
	--kind) up_kind ;;
	*) fail "usage: ./dev cluster up [--control-plane | --kind]" ;;
	esac
	print_export
	;;
down)
	lock
	remove_all
	rmdir "$STATES" 2>/dev/null || true
	;;
restart) restart ;;
status) status ;;
env) environment ;;
*) fail "usage: ./dev cluster up|down|restart|status|env" ;;
esac
