# etcd, API server, controller manager: no root needed. Sourced.

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Two ports of etcd and the API server's, first tried where the checkout's own hash says.
choose_ports() {
	local port=$((20000 + 16#${CLUSTER_ID:0:4} % 1200 * 10)) ports=()
	while ((${#ports[@]} < 3)); do
		! port_is_free $port || ports+=("$port")
		port=$((port + 1))
	done
	ETCD_PORT=${ports[0]} ETCD_PEER_PORT=${ports[1]} API_PORT=${ports[2]}
}

make_credentials() {
	make_authority
	issue api-server /CN=kube-apiserver "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:$API_ADDRESS,IP:${SERVICE_RANGE%.*}.1"
	issue admin /O=system:masters/CN=admin
	issue controller-manager /CN=system:kube-controller-manager
	issue gradient-operator /CN=gradient-operator
	write_kubeconfig "$STATE/admin.kubeconfig" admin
	write_kubeconfig "$STATE/controller-manager.kubeconfig" controller-manager
	write_kubeconfig "$STATE/operator.kubeconfig" gradient-operator
}

start_etcd() {
	start etcd "$(binary etcd)" --data-dir "$STATE/etcd" --unsafe-no-fsync --log-level warn \
		--listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
		--listen-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" \
		--initial-cluster "default=http://127.0.0.1:$ETCD_PEER_PORT"
}

# MutatingAdmissionPolicies are a beta that is off by default in 1.34 and 1.35; before there are none that could be used.
policy_flags() {
	[[ $KUBERNETES_VERSION != v1.3[45].* ]] ||
		echo --feature-gates=MutatingAdmissionPolicy=true --runtime-config=admissionregistration.k8s.io/v1beta1=true
}

# What the operator asks for, with the user's name of its kubeconfig. Nobody else's requests are written down.
AUDIT_LOG=$STATE/log/audit.log
audit_policy() {
	cat <<-'END'
		apiVersion: audit.k8s.io/v1
		kind: Policy
		omitStages: [RequestReceived]
		rules: [{level: Metadata, users: [gradient-operator]}, {level: None}]
	END
}

# A further one, as API_SERVER, on a port of its own.
start_api_server() {
	local pki=$STATE/pki more=()
	read -ra more < <(policy_flags) || true
	[[ $MODE == node ]] || more+=(--endpoint-reconciler-type=none) # nothing could reach a loopback address
	[[ ! -f $pki/api-to-kubelet.crt ]] ||
		more+=(--kubelet-preferred-address-types=InternalIP --kubelet-certificate-authority="$pki/ca.crt"
			--kubelet-client-certificate="$pki/api-to-kubelet.crt" --kubelet-client-key="$pki/api-to-kubelet.key")
	audit_policy >"$STATE/audit-policy.yaml"
	more+=(--audit-policy-file="$STATE/audit-policy.yaml" --audit-log-path="$AUDIT_LOG")
	start "${API_SERVER:-kube-apiserver}" "$(binary kube-apiserver)" --etcd-servers="http://127.0.0.1:$ETCD_PORT" \
		--bind-address="$API_ADDRESS" --advertise-address="$API_ADDRESS" --secure-port="$API_PORT" \
		--tls-cert-file="$pki/api-server.crt" --tls-private-key-file="$pki/api-server.key" --client-ca-file="$pki/ca.crt" \
		--authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
		--service-cluster-ip-range="$SERVICE_RANGE" --service-account-issuer=https://kubernetes.default.svc \
		--service-account-key-file="$pki/service-accounts.pub" --service-account-signing-key-file="$pki/service-accounts.key" "${more[@]}"
}

start_controller_manager() {
	local config=$STATE/controller-manager.kubeconfig
	start kube-controller-manager "$(binary kube-controller-manager)" --kubeconfig="$config" --secure-port=0 --leader-elect=false \
		--use-service-account-credentials --service-account-private-key-file="$STATE/pki/service-accounts.key" --root-ca-file="$STATE/pki/ca.crt"
}

# GET of a path of the API, for the administrator.
api_get() {
	local pki=$STATE/pki
	curl --silent --fail --max-time 5 --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" "https://$API_ADDRESS:$API_PORT$1"
}

start_control_plane() {
	start_etcd
	start_api_server
	wait_for kube-apiserver 180 api_get /readyz
	start_controller_manager
	# A namespace that takes pods: the controller manager works.
	wait_for kube-controller-manager 120 api_get /api/v1/namespaces/default/serviceaccounts/default
}
