# shellcheck shell=bash
# Requests while pods come and go. The app ends the moment it is told to, so whatever reaches it later is lost.

a_roll_loses_no_request() {
	impatient 3
	loses_nothing_while rolls_twice
}

a_scale_down_loses_no_request() {
	impatient 4
	loses_nothing_while scales_to 2
}

an_eviction_loses_no_request() {
	impatient 3
	loses_nothing_while evicts_one_of 3
}

impatient() { # REPLICAS
	serve_impatiently "$1" first
	until_ready app
	equals "$(kubectl get deployment app -o jsonpath='{.status.readyReplicas}')" "$1"
	first_request app
}

serve_impatiently() { # REPLICAS REVISION
	hello app <<-END
		env: [{name: REVISION, value: "$2"}]
		resources: {instanceType: small, replicas: $1}
		healthChecks: {readiness: {path: /, periodSeconds: 1}}
	END
}

# Requests at up to 20 a second, each over a connection of its own: as long as the command runs, and 500 at least.
loses_nothing_while() { # COMMAND...
	local address answers ended sender sent scenario=$BASHPID
	address=$(kubectl get service app -o jsonpath='{.spec.clusterIP}')
	answers=$(mktemp) ended=$(mktemp -u)
	{
		sent=0
		while ((sent++ < 500)) || [[ ! -e $ended && -d /proc/$scenario ]]; do
			curl --silent --show-error --fail --max-time 5 --output /dev/null --write-out '%{http_code}\n' "http://$address/" 2>&1 | tail -1 &
			sleep 0.05
		done
		wait
	} >"$answers" &
	sender=$!
	"$@"
	touch "$ended"
	wait "$sender"
	sort "$answers" | uniq -c
	equals "$(sort -u "$answers")" 200
}

rolls_twice() {
	local revision
	for revision in second third; do
		serve_impatiently 3 "$revision"
		until_ready app
		kubectl rollout status deployment/app --timeout=60s
	done
}

scales_to() { # REPLICAS
	kubectl scale gdep/app --replicas="$1"
	eventually 30 has_pods "$1"
}

# By the API that `kubectl drain` uses.
evicts_one_of() { # REPLICAS
	local pod
	pod=$(pods_of app)
	pod=${pod%% *}
	printf '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"%s","namespace":"%s"}}' "$pod" "$NAMESPACE" |
		kubectl create --raw "/api/v1/namespaces/$NAMESPACE/pods/$pod/eviction" -f -
	until_gone "pod/$pod"
	eventually 30 has_pods "$1"
}

has_pods() { (($(pods_of app | wc -w) == $1)); } # COUNT
