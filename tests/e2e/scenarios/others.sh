# shellcheck shell=bash
# What others do to a deployment and to what was made of it: people with kubectl, autoscalers, admission policies.

restarted_at() { field deployment app '{.spec.template.metadata.annotations.kubectl\.kubernetes\.io/restartedAt}'; }

revisions() { kubectl get replicasets -l gradient-operator.dev/deployment=app -o json | jq '.items | length'; }

told_of_drift() { contains "$(drift_events)" "$1"; } # TEXT

a_restart_of_the_child_runs_to_its_end_and_stays_through_later_changes() {
	local pod at
	hello app
	until_ready app
	pod=$(pods_of app)
	kubectl rollout restart deployment/app
	at=$(restarted_at)
	contains "$at" T
	until_gone "pod/$pod"
	kubectl rollout status deployment/app --timeout=90s
	until_ready app
	equals "$(restarted_at) $(revisions)" "$at 2"
	hello app <<<'env: [{name: A, value: "1"}]'
	until_ready app
	kubectl rollout status deployment/app --timeout=90s
	equals "$(restarted_at) $(revisions)" "$at 3"
	equals "$(drift_events)" ""

	echo "by the spec"
	kubectl patch gdep app --type merge --patch '{"spec":{"podTemplate":{"metadata":{"annotations":{"restarted":"now"}}}}}'
	until_ready app
	kubectl rollout status deployment/app --timeout=90s
	equals "$(revisions)" 4
}

an_image_that_is_set_in_the_child_is_taken_back_and_one_in_the_spec_is_rolled_out() {
	local image='{.spec.template.spec.containers[0].image}'
	hello app
	until_ready app
	kubectl set image deployment/app app=gradient-operator.local/busybox:none
	kubectl wait deployment/app --for=jsonpath="$image"="$APP_IMAGE" --timeout=30s
	eventually 30 told_of_drift '; change spec.image of GradientDeployment app instead'
	kubectl rollout status deployment/app --timeout=90s
	if kubectl rollout restart gdep/app; then return 1; fi
	kubectl patch gdep app --type merge --patch '{"spec":{"image":"gradient-operator.local/busybox:none"}}'
	kubectl wait deployment/app --for=jsonpath="$image"=gradient-operator.local/busybox:none --timeout=30s
}

a_scale_of_the_child_is_taken_back_and_one_of_the_deployment_is_followed() {
	hello app
	until_ready app
	kubectl scale deployment/app --replicas=3
	replicas_are deployment/app '{.spec.replicas}' 1
	eventually 30 told_of_drift 'after kubectl set 3; scale GradientDeployment app'
	kubectl scale deployment/app --replicas=0
	replicas_are deployment/app '{.spec.replicas}' 1
	eventually 30 told_of_drift 'after somebody set 0; scale GradientDeployment app'
	kubectl scale gdep/app --replicas=2
	replicas_are deployment/app '{.status.readyReplicas}' 2
}

# Without measurements it keeps the number within its bounds, which is what it writes and reads here.
an_autoscaler_of_others_scales_the_deployment_that_it_aims_at() {
	hello app
	until_ready app
	apply <<-END
		apiVersion: autoscaling/v2
		kind: HorizontalPodAutoscaler
		metadata: {name: theirs}
		spec:
		  scaleTargetRef: {apiVersion: gradient-operator.dev/v1alpha1, kind: GradientDeployment, name: app}
		  minReplicas: 2
		  maxReplicas: 3
		  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
	END
	replicas_are gdep/app '{.spec.resources.replicas}' 2
	replicas_are gdep/app '{.status.readyReplicas}' 2
	replicas_are hpa/theirs '{.status.currentReplicas}' 2

	echo "a change by an author who writes no number"
	hello app <<<'env: [{name: A, value: "1"}]'
	until_ready app
	kubectl rollout status deployment/app --timeout=90s
	equals "$(field deployment app '{.spec.replicas}')" 2

	echo "fewer"
	kubectl patch hpa theirs --type merge --patch '{"spec":{"minReplicas":1,"maxReplicas":1}}'
	replicas_are deployment/app '{.spec.replicas}' 1
	eventually 60 has_pods 1
	equals "$(drift_events)" ""
	# One for each: made, scaled, changed, scaled.
	equals "$(field deployment app '{.metadata.generation}')" 4
}

what_is_edited_in_any_child_is_put_back_and_what_is_not_wanted_goes() {
	hello app <<<'resources: {instanceType: small, replicas: 2, autoscaling: {maxReplicas: 3, metrics: [{metric: cpu, value: 50}]}}'
	kubectl wait gdep/app --for=jsonpath='{.status.readyReplicas}'=2 --timeout=90s
	kubectl patch hpa app --type merge --patch '{"spec":{"maxReplicas":9}}'
	kubectl patch pdb app --type merge --patch '{"spec":{"maxUnavailable":2}}'
	kubectl patch service app --type merge --patch '{"spec":{"selector":{"gradient-operator.dev/deployment":"other"}}}'
	kubectl wait hpa/app --for=jsonpath='{.spec.maxReplicas}'=3 --timeout=30s
	kubectl wait pdb/app --for=jsonpath='{.spec.maxUnavailable}'=1 --timeout=30s
	kubectl wait service/app --for=jsonpath='{.spec.selector.gradient-operator\.dev/deployment}'=app --timeout=30s
	hello app
	until_gone hpa/app pdb/app
}

# Of tests/support/admission_policy.yaml, and a container more in each pod, as meshes have it.
policies() {
	sed "s/NAMESPACE/$NAMESPACE/; s/VERSION/v1beta1/; s/REGISTRY/registry.invalid/; s/MIRROR/gradient-operator.local/; s|SIDE|$APP_IMAGE|" \
		"$ROOT/tests/support/admission_policy.yaml"
	cat <<-END
		---
		apiVersion: admissionregistration.k8s.io/v1beta1
		kind: MutatingAdmissionPolicy
		metadata: {name: $NAMESPACE-pods}
		spec:
		  failurePolicy: Fail
		  reinvocationPolicy: Never
		  matchConstraints:
		    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: $NAMESPACE}}
		    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
		  mutations:
		    - patchType: JSONPatch
		      jsonPatch:
		        expression: |-
		          [JSONPatch{op: "add", path: "/spec/containers/0",
		            value: Object.spec.containers{name: "proxy", image: "$APP_IMAGE", command: ["sleep", "3600"]}}]
		---
		apiVersion: admissionregistration.k8s.io/v1beta1
		kind: MutatingAdmissionPolicyBinding
		metadata: {name: $NAMESPACE-pods}
		spec: {policyName: $NAMESPACE-pods}
	END
}

policies_in_force() {
	local pod='{containers: [{name: app, image: registry.invalid/a, resources: {limits: {cpu: 1}}}]}' answer
	answer=$(kubectl apply --dry-run=server -o json -f - <<-END
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: probe}
		spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: $pod}}
		---
		{apiVersion: v1, kind: Pod, metadata: {name: probe}, spec: $pod}
	END
	)
	contains "$answer" gradient-operator.local/a && contains "$answer" '"proxy"'
}

admission_policies_change_deployments_and_pods_and_nobody_fights() {
	policies | apply
	eventually 30 policies_in_force
	hello app <<-'END'
		image: registry.invalid/busybox:dev
		resources: {instanceType: capped}
	END
	until_ready app
	equals "$(field pod "$(pods_of app)" '{.spec.containers[*].name}')" 'proxy side app'
	equals "$(field pod "$(pods_of app)" '{.spec.containers[2].image} {.spec.containers[2].resources.requests.cpu}')" "$APP_IMAGE 100m"
	stays_as_it_is deployment app
	equals "$(field deployment app '{.metadata.generation}') $(revisions)" '1 1'

	hello app <<-'END'
		image: registry.invalid/busybox:dev
		resources: {instanceType: capped}
		env: [{name: A, value: "1"}]
	END
	until_ready app
	kubectl rollout status deployment/app --timeout=90s
	stays_as_it_is deployment app
	equals "$(field deployment app '{.metadata.generation}') $(revisions)" '2 2'
	equals "$(drift_events)" ""
	policies | kubectl delete -f -
}
