# containerd, kubelet, kube-proxy, CoreDNS and scheduler: a node that runs pods. Needs root. Sourced.

NODE_NAME=local
VOLUMES=40

make_node_credentials() {
	make_credentials
	issue api-to-kubelet /O=system:masters/CN=kube-apiserver
	issue kubelet "/O=system:nodes/CN=system:node:$NODE_NAME" "IP:$NODE_ADDRESS,DNS:$NODE_NAME"
	issue kube-proxy /CN=system:kube-proxy
	issue scheduler /CN=system:kube-scheduler
	issue coredns /CN=coredns
	local name
	for name in kubelet kube-proxy scheduler coredns; do write_kubeconfig "$STATE/$name.kubeconfig" $name; done
}

upstream_servers() {
	local file=/run/systemd/resolve/resolv.conf
	[[ -f $file ]] || file=/etc/resolv.conf
	awk '$1 == "nameserver" && $2 !~ /^(127\.|::1)/ { print $2 }' "$file"
}

configure_dns() {
	local upstream
	upstream=$(upstream_servers | paste -sd' ')
	touch "$STATE/hosts"
	echo "nameserver $NODE_ADDRESS" >"$STATE/resolv.conf"
	cat >"$STATE/Corefile" <<-EOF
		. {
			bind $NODE_ADDRESS
			errors
			hosts $STATE/hosts {
				reload 1s
				fallthrough
			}
			kubernetes cluster.local in-addr.arpa ip6.arpa {
				kubeconfig $STATE/coredns.kubeconfig local
				pods insecure
				fallthrough in-addr.arpa ip6.arpa
			}
			${upstream:+forward . $upstream}
		}
	EOF
}

configure_containerd() {
	mkdir -p "$STATE/cni" "$STATE/certs.d"
	cat >"$STATE/containerd.toml" <<-EOF
		version = 2
		root = "$STATE/containerd"
		state = "/run/containerd"
		disabled_plugins = ["io.containerd.internal.v1.opt"]
		[grpc]
		  address = "$STATE/containerd.sock"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "$PAUSE_IMAGE"
		  disable_apparmor = true
		  restrict_oom_score_adj = true
		  netns_mounts_under_state_dir = true
		  [plugins."io.containerd.grpc.v1.cri".cni]
		    bin_dir = "/usr/lib/cni"
		    conf_dir = "$STATE/cni"
		  [plugins."io.containerd.grpc.v1.cri".registry]
		    config_path = "$STATE/certs.d"
	EOF
	# Point to point: every packet between pods passes the packet filter, so Services work without bridge netfilter.
	cat >"$STATE/cni/10-pods.conflist" <<-EOF
		{"cniVersion": "0.4.0", "name": "pods", "plugins": [
		  {"type": "ptp", "ipMasq": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "$POD_RANGE"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
		  {"type": "portmap", "capabilities": {"portMappings": true}}]}
	EOF
}

configure_kubelet() {
	mkdir -p "$STATE/volume-plugins"
	cat >"$STATE/kubelet.yaml" <<-EOF
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		address: $NODE_ADDRESS
		healthzBindAddress: 127.0.0.1
		authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
		authorization: {mode: Webhook}
		tlsCertFile: $STATE/pki/kubelet.crt
		tlsPrivateKeyFile: $STATE/pki/kubelet.key
		containerRuntimeEndpoint: unix://$STATE/containerd.sock
		cgroupDriver: cgroupfs
		cgroupRoot: /$(cgroup_name)
		failCgroupV1: false
		failSwapOn: false
		enforceNodeAllocatable: []
		evictionHard: {}
		imageGCHighThresholdPercent: 100
		oomScoreAdj: 0
		clusterDNS: [$NODE_ADDRESS]
		clusterDomain: cluster.local
		resolvConf: $STATE/resolv.conf
		volumePluginDir: $STATE/volume-plugins
	EOF
}

start_containerd() { start_in_node containerd containerd --config "$STATE/containerd.toml"; }

start_kubelet() {
	start_in_node kubelet "$(binary kubelet)" --config="$STATE/kubelet.yaml" --kubeconfig="$STATE/kubelet.kubeconfig" \
		--node-ip="$NODE_ADDRESS" --hostname-override=$NODE_NAME
}

start_kube_proxy() {
	start_in_node kube-proxy "$(binary kube-proxy)" --kubeconfig="$STATE/kube-proxy.kubeconfig" --hostname-override=$NODE_NAME \
		--proxy-mode=iptables --cluster-cidr="$POD_RANGE" --healthz-bind-address=127.0.0.1:10256 --metrics-bind-address=127.0.0.1:10249 \
		--conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
}

start_scheduler() {
	start kube-scheduler "$(binary kube-scheduler)" --kubeconfig="$STATE/scheduler.kubeconfig" --secure-port=0 --leader-elect=false
}

# What a provider would set up: a default class with volumes that many pods may write, and CoreDNS' right to read.
cluster_objects() { # FOLDER-OF-VOLUMES
	local i
	cat <<-'EOF'
		apiVersion: storage.k8s.io/v1
		kind: StorageClass
		metadata: {name: local, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
		provisioner: kubernetes.io/no-provisioner
		volumeBindingMode: Immediate
		---
		apiVersion: rbac.authorization.k8s.io/v1
		kind: ClusterRoleBinding
		metadata: {name: coredns}
		roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
		subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: coredns}]
	EOF
	for ((i = 1; i <= VOLUMES; i++)); do
		cat <<-EOF
			---
			apiVersion: v1
			kind: PersistentVolume
			metadata: {name: local-$i}
			spec:
			  storageClassName: local
			  capacity: {storage: 10Gi}
			  accessModes: [ReadWriteOnce, ReadOnlyMany, ReadWriteMany]
			  persistentVolumeReclaimPolicy: Retain
			  hostPath: {path: $1/local-$i, type: Directory}
		EOF
	done
}

apply_cluster_objects() { cluster_objects "$1" | "$(binary kubectl)" --kubeconfig "$STATE/admin.kubeconfig" apply -f - >/dev/null; } # FOLDER-OF-VOLUMES

make_volumes() { # FOLDER
	local i
	for ((i = 1; i <= VOLUMES; i++)); do install -d -m 0777 "$1/local-$i"; done
}

node_is_ready() { api_get "/api/v1/nodes/$NODE_NAME" | jq -e '.status.conditions[] | select(.type == "Ready" and .status == "True")'; }

# The address space of the machine's part must exist before the API server can listen on it.
prepare_node() {
	configure_dns
	configure_containerd
	configure_kubelet
	make_volumes "$STATE/volumes"
	make_cgroups
	start_sandbox
	connect_node
	start_containerd
}

start_node() {
	start_scheduler
	wait_for containerd 60 ctr --address "$STATE/containerd.sock" version
	pause_image
	apply_cluster_objects "$STATE/volumes"
	start_in_node coredns "$(binary coredns)" -conf "$STATE/Corefile"
	start_kubelet
	start_kube_proxy
	wait_for kubelet 180 node_is_ready
}
