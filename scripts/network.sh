# The node's addresses, and what the machine must let pass. Sourced.
# A pair of devices joins the machine (HOST_ADDRESS) and the node (NODE_ADDRESS); pods and Services are routed through it, so the machine
# reaches both. Everything on the node's side goes with its namespace.

# Three ranges with the same third number, that nobody on this machine uses; first tried where the checkout's own hash says.
choose_network() {
	local first=$((16#${CLUSTER_ID:0:4})) i n
	for ((i = 0; i < 250; i++)); do
		n=$(((first + i) % 250 + 1))
		[[ -z $(for range in 199 200 201; do ip -4 route show root "10.$range.$n.0/24"; done) ]] || continue
		HOST_ADDRESS=10.199.$n.1 NODE_ADDRESS=10.199.$n.2 POD_RANGE=10.200.$n.0/24 SERVICE_RANGE=10.201.$n.0/24
		return
	done
	fail "no free network among 10.199.1.0/24 ... 10.199.250.0/24"
}

host_link() { echo "gn-$CLUSTER_ID"; }

firewall_rules() { # one line each, without -A or -D
	local tag=(-m comment --comment "gradient-operator:$CLUSTER_ID")
	echo "INPUT -i $(host_link) ${tag[*]} -j ACCEPT"
	echo "FORWARD -i $(host_link) ${tag[*]} -j ACCEPT"
	echo "FORWARD -o $(host_link) ${tag[*]} -j ACCEPT"
	echo "POSTROUTING -s $NODE_ADDRESS ! -o $(host_link) ${tag[*]} -j MASQUERADE -t nat"
}

connect_node() {
	local link rule
	link=$(host_link)
	ip link add "$link" type veth peer name eth0 netns "$(sandbox_id)"
	ip addr add "$HOST_ADDRESS/24" dev "$link"
	ip link set "$link" up
	in_node ip link set lo up
	in_node ip addr add "$NODE_ADDRESS/24" dev eth0
	in_node ip link set eth0 up
	in_node ip route add default via "$HOST_ADDRESS"
	ip route add "$POD_RANGE" via "$NODE_ADDRESS"
	ip route add "$SERVICE_RANGE" via "$NODE_ADDRESS"
	while read -r rule; do
		# shellcheck disable=SC2086 # words on purpose
		iptables -w -I $rule
	done < <(firewall_rules)
	if [[ $(</proc/sys/net/ipv4/ip_forward) == 0 ]]; then
		undo_later "echo 0 >/proc/sys/net/ipv4/ip_forward"
		echo 1 >/proc/sys/net/ipv4/ip_forward
	fi
}

# Finds the rules by their comment, so that it needs to know nothing else.
disconnect_node() {
	local table rule
	for table in filter nat; do
		while read -r rule; do
			# shellcheck disable=SC2086
			iptables -w -t $table ${rule/#-A/-D}
		done < <(iptables -w -t $table -S | grep -F "gradient-operator:$CLUSTER_ID" | tr -d '"')
	done
	! ip link show "$(host_link)" >/dev/null 2>&1 || ip link del "$(host_link)"
}
