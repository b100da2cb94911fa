# shellcheck shell=bash
# KEDA as a process of this machine, with the rights of its own role, and a queue whose length a web server shows.

source "$SCRIPTS/certificates.sh"

# For the ScaledObjects of this namespace. The scenarios run at the same time: each has ports of its own.
keda() { # PORT, the first of three
	local dir=$SERVERS_STATE/keda-$NAMESPACE program
	program=$(binary keda)
	mkdir -p "$dir/certificates" "$dir/queue"
	command "$KUBECTL" create namespace keda --dry-run=client -o yaml | command "$KUBECTL" apply --server-side -f -
	command "$KUBECTL" apply --server-side -f "$(binary keda-crds)"
	command "$KUBECTL" create clusterrolebinding keda --clusterrole keda-operator --user keda --dry-run=client -o yaml |
		command "$KUBECTL" apply --server-side -f -
	command "$KUBECTL" wait --for=condition=Established --timeout=30s crd/scaledobjects.keda.sh
	issue "keda-$NAMESPACE" /CN=keda DNS:localhost
	write_kubeconfig "$dir/kubeconfig" "keda-$NAMESPACE"
	cp "$STATE/pki/ca.crt" "$dir/certificates/ca.crt"
	cp "$STATE/pki/keda-$NAMESPACE.crt" "$dir/certificates/tls.crt"
	cp "$STATE/pki/keda-$NAMESPACE.key" "$dir/certificates/tls.key"
	trap end_keda EXIT
	queue 0
	start "queue-$NAMESPACE" busybox httpd -f -p "$HOST_ADDRESS:$(($1 + 1))" -h "$dir/queue"
	wait_for "queue-$NAMESPACE" 20 answers "http://$HOST_ADDRESS:$(($1 + 1))/"
	start "keda-$NAMESPACE" env WATCH_NAMESPACE="$NAMESPACE" POD_NAMESPACE="$NAMESPACE" KEDA_CLUSTER_OBJECT_NAMESPACE="$NAMESPACE" \
		"$program" --kubeconfig "$dir/kubeconfig" --cert-dir "$dir/certificates" --metrics-service-bind-address "$HOST_ADDRESS:$(($1 + 2))" \
		--metrics-bind-address 0 --health-probe-bind-address "$HOST_ADDRESS:$1"
	wait_for "keda-$NAMESPACE" 60 answers "http://$HOST_ADDRESS:$1/readyz"
}

# However the scenario ends. KEDA must remove its finalizer before it ends itself.
end_keda() {
	kubectl delete scaledobject by-queue --ignore-not-found --timeout=60s
	stop "keda-$NAMESPACE" "queue-$NAMESPACE"
}

queue() { echo "{\"waiting\": $1}" >"$SERVERS_STATE/keda-$NAMESPACE/queue/length.json"; } # LENGTH

# Scales the target to as many replicas as there is work for, and to none without work.
scaled_object() { # TARGET PORT
	apply <<-END
		apiVersion: keda.sh/v1alpha1
		kind: ScaledObject
		metadata: {name: by-queue}
		spec:
		  scaleTargetRef: $1
		  minReplicaCount: 0
		  maxReplicaCount: 3
		  pollingInterval: 3
		  cooldownPeriod: 1
		  triggers:
		    - type: metrics-api
		      metadata: {url: "http://$HOST_ADDRESS:$(($2 + 1))/length.json", valueLocation: waiting, targetValue: "5"}
	END
}

a_scaled_object_takes_a_deployment_to_zero_and_back() {
	local port=9666
	hello app
	until_ready app
	keda $port
	scaled_object '{apiVersion: gradient-operator.dev/v1alpha1, kind: GradientDeployment, name: app}' $port
	kubectl wait scaledobject/by-queue --for=condition=Ready --timeout=60s

	echo "nothing to do"
	replicas_are gdep/app '{.spec.resources.replicas}' 0
	until_why app Disabled
	until_gone pod -l gradient-operator.dev/deployment=app
	equals "$(field gdep app '{.status.conditions[?(@.type=="Ready")].status} {.status.readyReplicas}')" 'True 0'

	echo "a change by an author who writes no number"
	hello app <<<'env: [{name: A, value: "1"}]'
	kubectl wait gdep/app --for=jsonpath='{.status.observedGeneration}'="$(field gdep app '{.metadata.generation}')" --timeout=30s
	equals "$(field deployment app '{.spec.replicas}') $(pods_of app)" '0 '

	echo "work"
	queue 4
	replicas_are deployment/app '{.status.readyReplicas}' 1
	until_ready app
	equals "$(first_request app)" hello
	equals "$(kubectl exec "$(pods_of app)" -c app -- sh -c "echo \$A")" 1

	echo "none again"
	queue 0
	until_why app Disabled
	until_gone pod -l gradient-operator.dev/deployment=app
	equals "$(drift_events)" ""
	equals "$(field gdep app '{.status.conditions[?(@.type=="ScaledByOthers")].status}')" ""
	# One for each: made, to none, changed, to one, to none.
	equals "$(field deployment app '{.metadata.generation}')" 5
}

a_scaled_object_that_aims_at_the_child_is_told_what_to_aim_at() {
	local port=9676
	hello app
	until_ready app
	keda $port
	scaled_object '{name: app}' $port
	kubectl wait gdep/app --for=condition=ScaledByOthers --timeout=90s
	contains "$(field gdep app '{.status.conditions[?(@.type=="ScaledByOthers")].message}')" \
		'what scales to 0, such as a ScaledObject, sets the replicas of Deployment app again and again'

	echo "as it says"
	scaled_object '{apiVersion: gradient-operator.dev/v1alpha1, kind: GradientDeployment, name: app}' $port
	until_why app Disabled
	queue 1
	replicas_are gdep/app '{.status.readyReplicas}' 1
	until_ready app
}
