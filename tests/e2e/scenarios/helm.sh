# shellcheck shell=bash
# The operator as a chart: these run before the operator of the other scenarios is started.

# Installs or upgrades the release `op` of this namespace, which watches this namespace alone.
chart() { # install|upgrade [ARGUMENT...]
	local command=$1
	shift
	# The definitions are there without Helm, on this cluster.
	helm "$command" op "$CHART" --namespace "$NAMESPACE" --take-ownership --wait --timeout 60s \
		--set "watch.namespaces={$NAMESPACE},images.operator=$OPERATOR_IMAGE,images.sync=$SYNC_IMAGE" --set-json "config=$(chart_config)" "$@"
}

chart_config() {
	cat <<-END
		{"sync": {"collectAfter": null, "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "512Mi"}}},
		 "instanceTypes": {"C1": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}}}}
	END
}

operator_log() { kubectl logs -l app.kubernetes.io/component=operator --tail -1 --prefix; }

# From the container's start to the pod's readiness, as the kubelet has them.
seconds_to_ready() {
	kubectl get pods -l app.kubernetes.io/component=operator -o json | jq '[.items[] |
		(.status.conditions[] | select(.type == "Ready").lastTransitionTime | fromdate) -
		(.status.containerStatuses[0].state.running.startedAt | fromdate)] | max'
}

# A change of its pod has the kubelet look at the ConfigMap at once.
edit_configuration() { # SED-SCRIPT
	local text
	text=$(field configmap op-gradient-operator '{.data.config\.yaml}' | sed "$1")
	kubectl patch configmap op-gradient-operator --type merge --patch "$(jq -n --arg text "$text" '{data: {"config.yaml": $text}}')"
	kubectl annotate --overwrite pods -l app.kubernetes.io/component=operator "edited=$SECONDS"
}

told_of_configuration() { # REASON TEXT
	kubectl get events --field-selector "reason=$1" -o jsonpath='{.items[*].message}' | grep -F "$2"
}

is_baseline() { equals "$(field deployment demo '{.spec.template.spec.containers[0].securityContext.runAsNonRoot}')" ""; }

is_restricted() { equals "$(field deployment demo '{.spec.template.spec.containers[0].securityContext.runAsNonRoot}')" true; }

running_pod() { field pod "$(pods_of demo)" '{.metadata.uid} {.status.phase}'; }

the_chart_is_installed_upgraded_rolled_back_and_removed_around_a_sample_that_runs() {
	local started=$SECONDS before output
	chart install
	sample
	until_ready demo 120
	echo "from helm install to a ready sample: $((SECONDS - started)) s"
	((SECONDS - started < 60))
	(($(seconds_to_ready) <= 2))
	helm test op --namespace "$NAMESPACE" --timeout 60s
	equals "$(field lease op-gradient-operator '{.metadata.name}')" op-gradient-operator
	equals "$(kubectl get pods -l app.kubernetes.io/component=operator -o json | jq '.items | length')" 2
	contains "$(field configmap op-gradient-operator '{.data}')" 'collectAfter: null'

	echo "a wrong value"
	output=$(chart upgrade --set config.sync.runAsUsr=1 2>&1) && return 1
	contains "$output" "'/config/sync': additional properties 'runAsUsr' not allowed"

	echo "a wrong value that the schema does not know"
	before=$(field deployment op-gradient-operator '{.metadata.generation}')
	output=$(chart upgrade --set config.instanceTypes.C1.requests.cpu=2 2>&1) && return 1
	contains "$output" "pre-upgrade hooks failed"
	contains "$(kubectl logs job/op-gradient-operator-check-config)" "config.yaml:8: instanceTypes.C1.requests: cpu is more than the limit; lower it or raise limits.cpu"
	equals "$(field deployment op-gradient-operator '{.metadata.generation}')" "$before"

	echo "a namespace that enforces Pod Security restricted"
	kubectl label namespace "$NAMESPACE" pod-security.kubernetes.io/enforce=restricted
	chart upgrade --set config.podSecurity=restricted
	kubectl patch gdep demo --type merge --patch "{\"spec\":{\"image\":\"$REGISTRY_HOST/team/app:user\"}}"
	until_ready demo 120
	kubectl rollout status deployment/demo --timeout=60s
	contains "$(first_request demo)" "$(<"$SCRIPTS/demo/app/line.txt")"

	echo "back"
	kubectl label namespace "$NAMESPACE" pod-security.kubernetes.io/enforce-
	helm rollback op 1 --namespace "$NAMESPACE" --wait --timeout 60s
	lacks "$(field configmap op-gradient-operator '{.data}')" podSecurity
	eventually 60 is_baseline
	kubectl rollout status deployment/demo --timeout=60s
	until_ready demo 60

	lacks "$(operator_log)" orbidden
	lacks "$(operator_log)" '"level":"error"'

	echo "the ConfigMap, edited"
	edit_configuration s/collectAfter/collectLater/
	eventually 90 told_of_configuration ConfigurationInvalid 'sync.collectLater: unknown field'
	edit_configuration "s/collectLater/collectAfter/; \$a podSecurity: restricted"
	eventually 90 told_of_configuration ConfigurationRead right
	eventually 60 is_restricted
	kubectl rollout status deployment/demo --timeout=60s
	until_ready demo 60
	equals "$(kubectl get pods -l app.kubernetes.io/component=operator -o jsonpath='{.items[*].status.containerStatuses[*].restartCount}')" "0 0"

	echo "gone"
	before=$(eventually 60 running_pod)
	helm uninstall op --namespace "$NAMESPACE" --wait --timeout 60s
	none deployment op-gradient-operator
	equals "$(running_pod)" "$before"
	kubectl get gdep/demo gds/demo-code gmodel/demo-model greg/demo-registry
	kubectl get crd gradientdeployments.gradient-operator.dev
	contains "$(first_request demo)" "$(<"$SCRIPTS/demo/app/line.txt")"
}

the_rendered_chart_with_everything_switched_on_is_what_the_server_takes() {
	local rendered
	diff "$INSTALL" <(render_install)
	rendered=$(helm template op "$CHART" --namespace "$NAMESPACE" --set podDisruptionBudget.enabled=true,networkPolicy.enabled=true,deletionOfUsed=Deny \
		--set networkPolicy.metricsFrom[0].podSelector.matchLabels.app=prometheus,networkPolicy.apiServerCidrs[0]=10.0.0.1/32 \
		--set metrics.serviceMonitor.enabled=true,metrics.alerts.enabled=true,metrics.dashboard.enabled=true \
		--set-json pod.affinity='{"nodeAffinity":{}}')
	# Kinds of the Prometheus operator are not here.
	contains "$rendered" 'kind: ServiceMonitor'
	contains "$rendered" 'kind: PrometheusRule'
	awk 'BEGIN { RS = "---\n" } !/\nkind: (ServiceMonitor|PrometheusRule)\n/ { printf "---\n%s", $0 }' <<<"$rendered" |
		kubectl apply --server-side --force-conflicts --dry-run=server -f -
}

# The comment above `config` in values.yaml, as values.
described_configuration() {
	echo 'config:'
	sed -n '/^# The operator.s configuration file/,/^config:/s/^# \(  .*\)/\1/p' "$CHART/values.yaml"
}

every_key_that_the_values_describe_is_known_to_the_schema_and_to_the_operator() {
	local values=$RESULTS/$NAMESPACE.values.yaml config=$RESULTS/$NAMESPACE.config.yaml
	described_configuration >"$values"
	helm template op "$CHART" --namespace "$NAMESPACE" --values "$values" --show-only templates/operator.yaml |
		kubectl create --dry-run=client -f - -o jsonpath='{.data.config\.yaml}' >"$config"
	contains "$(<"$config")" 'C10: null'
	contains "$(<"$config")" collectAfter
	"$OPERATOR" validate -f "$ROOT/manifests/samples/model-server.yaml" --config "$config"
	sed -i 's/collectAfter/collectLater/' "$config"
	contains "$("$OPERATOR" validate -f "$ROOT/manifests/samples/model-server.yaml" --config "$config" 2>&1 || true)" sync.collectLater
}
