# shellcheck shell=bash
# The sample, and that none of its secrets is anywhere but where it belongs.

# kubectl finds it by its name, and takes no flags before that.
plugin() { PATH=$RESULTS:$PATH command "$KUBECTL" gradient "$@" --namespace "$NAMESPACE"; }

the_sample_answers_with_a_line_of_each_repository_and_of_the_model() {
	local answer line
	sample
	until_ready demo 180
	answer=$(first_request demo)
	for line in "$SCRIPTS"/demo/*/line.txt; do contains "$answer" "$(<"$line")"; done
	contains "$answer" 'hello from the environment, and a secret of 14 characters'
	contains "$(kubectl get gdep demo)" 1/1
	equals "$(kubectl get gdep demo | wc --max-line-length | awk '{ print ($1 <= 80) }')" 1
	contains "$(kubectl get gdep demo -o wide)" "$(commit_of data main | cut -c1-12)"
	equals "$(kubectl get gdep demo -o wide | wc --max-line-length | awk '{ print ($1 <= 160) }')" 1

	ln -s "$OPERATOR" "$RESULTS/kubectl-gradient"
	contains "$(plugin status demo)" "data $(commit_of data main | cut -c1-12)"
	contains "$(plugin logs demo --tail 1)" "/sync-demo-model: "
}

the_other_samples_run_as_they_stand() {
	local name
	kubectl apply -f "$ROOT/manifests/samples/container-registry.yaml"
	for name in two-repositories private-registry; do kubectl apply -f "$ROOT/manifests/samples/$name.yaml"; done
	for name in two-repositories private-registry; do until_ready $name 180; done
	contains "$(first_request two-repositories/service/line.txt)" "$(<"$SCRIPTS/demo/app/line.txt")"
	contains "$(first_request two-repositories/examples/line.txt)" "$(<"$SCRIPTS/demo/data/line.txt")"
}

sample() {
	local file
	for file in dataset model container-registry deployment-cr; do kubectl apply -f "$ROOT/manifests/samples/$file.yaml"; done
}

no_secret_appears_where_it_does_not_belong() {
	local secrets seen watcher
	secrets=$(mktemp) seen=$(mktemp)
	kubectl create secret generic wrong --from-literal=password=canary-wrong-password
	for secret in $(demo_secret GIT_PASSWORD) $(demo_secret REGISTRY_PASSWORD) $(demo_secret secretAccessKey) canary-wrong-password; do
		echo "$secret"
		printf %s "$secret" | base64 | tr -d =
	done >"$secrets"
	watch_processes "$secrets" "$seen" &
	watcher=$!
	sample
	app_repository demo-code main SECRET:wrong/password | hello wrong
	until_ready demo 180
	until_why wrong GitAuthenticationFailed
	kill "$watcher"
	grep -q 'gradient-sync' "$seen" # the watch saw helpers at work
	equals "$(grep -F -f "$secrets" "$seen" || true)" ""

	echo "objects, statuses and events"
	lacks_all "$secrets" kubectl get gdep,gds,gmodel,greg,deployments,replicasets,pods,services,configmaps,pvc,events -o json
	echo "the operator's log"
	lacks_all "$secrets" cat "$OPERATOR_LOG"
	echo "logs of all containers"
	lacks_all "$secrets" all_logs
	echo "what containers were started with"
	lacks_all "$secrets" container_settings
	echo "the dataset, .git/config included"
	lacks_all "$secrets" find "$(volume_folder demo-code)" -type f -exec cat {} +
	# The value that env asks for reaches the application alone.
	equals "$(container_settings | jq -s '[.[] | select(.env | any(contains("demo-api-token"))) | .name] | unique' -c)" '["app"]'
}

# Fails when the command's output has one of the secrets; an empty output proves nothing and fails too.
lacks_all() { # FILE COMMAND...
	local secrets=$1 output
	shift
	output=$("$@")
	[[ -n $output ]]
	if grep -a -n -F -f "$secrets" <<<"$output" | cut -c1-200; then return 1; fi
}

all_logs() {
	local pod container
	for pod in $(kubectl get pods -o jsonpath='{.items[*].metadata.name}'); do
		for container in $(kubectl get pod "$pod" -o jsonpath='{.spec.initContainers[*].name} {.spec.containers[*].name}'); do
			echo "$pod $container"
			kubectl logs "$pod" -c "$container" 2>&1 || true
			kubectl logs "$pod" -c "$container" --previous 2>&1 || true
		done
	done
}

# Name, arguments and environment of this namespace's containers, one JSON object a line.
container_settings() {
	local id containers=(ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io containers)
	for id in $("${containers[@]}" list --quiet "labels.\"io.kubernetes.pod.namespace\"==$NAMESPACE"); do
		"${containers[@]}" info "$id" |
			jq -c '{name: .Labels["io.kubernetes.container.name"], args: .Spec.process.args, env: (.Spec.process.env // [])}'
	done
}

# Looks at the arguments and the environment of every process in a pod, over and over: writes those that have a secret, and helpers'.
# A process is read once, as it may call another program between two looks.
watch_processes() { # SECRETS RESULTS
	local file content
	trap - ERR
	set +e
	while true; do
		grep -s -a -H -F -f "$1" -e gradient-sync /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\0' ' ' |
			while IFS=: read -r file content; do
				if grep -qs gradient- "${file%/*}/cgroup"; then echo "$content" >>"$2"; fi
			done
		sleep 0.05
	done
}
