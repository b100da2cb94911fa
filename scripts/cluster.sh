#: cluster up [--control-plane | --kind]       start a local Kubernetes node, or etcd, API server and controller manager alone (no root)
#: cluster down                                end it and remove every trace
#: cluster status                              what runs
#: cluster env                                 its addresses and files, as shell assignments
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for part in packages binaries processes certificates control_plane; do
	source "$SCRIPTS/$part.sh"
done

SETTINGS=(MODE API_ADDRESS API_PORT ETCD_PORT ETCD_PEER_PORT SERVICE_RANGE)

save_settings() {
	local name
	for name in "${SETTINGS[@]}"; do printf '%s=%q\n' "$name" "${!name:-}"; done >"$STATE/settings"
}

load_settings() { [[ -f $STATE/settings ]] && source "$STATE/settings"; }

# One up or down at a time, so that two checkouts do not choose the same port or address. The folder itself is the lock.
lock() {
	mkdir -p "$STATES"
	exec 9<"$STATES"
	flock -n 9 || { say "another ./dev cluster is at work: waiting for it"; flock 9; }
}

print_export() { printf 'export KUBECONFIG=%q\n' "$STATE/admin.kubeconfig"; }

healthy() {
	local name
	load_settings || return 1
	for name in etcd kube-apiserver kube-controller-manager; do alive "$name" || return 1; done
	api_get /readyz >/dev/null
}

remove_all() {
	local name
	for name in kube-controller-manager kube-apiserver etcd; do stop "$name"; done
	rm -rf "$STATE"
	rmdir "$STATES" 2>/dev/null || true
}

up() { # control-plane | node
	MODE=$1
	build_binaries "${CONTROL_PLANE_BINARIES[@]}"
	lock
	if healthy; then
		print_export
		return
	fi
	remove_all
	(umask 077 && mkdir -p "$STATE")
	API_ADDRESS=127.0.0.1 SERVICE_RANGE=10.96.0.0/16
	choose_ports
	save_settings
	make_credentials
	start_control_plane
	print_export
}

case ${1:-} in
up)
	case ${2:-} in
	--control-plane) up control-plane ;;
	*) fail "cluster up: --control-plane is what there is" ;;
	esac
	;;
down)
	lock
	remove_all
	;;
*) fail "usage: ./dev cluster up|down|status|env" ;;
esac
