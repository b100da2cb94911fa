# shellcheck shell=bash
# What podTemplate says of pods.

the_pods_have_what_their_template_says_beside_what_the_spec_makes_of_them() {
	local pod
	kubectl create serviceaccount reader
	kubectl create configmap settings --from-literal=GREETING=hello
	dataset code
	with_template <<-END
		metadata:
		  labels: {team: nlp}
		  annotations: {gradient-operator.dev/run-first: first}
		spec:
		  serviceAccountName: reader
		  automountServiceAccountToken: true
		  volumes: [{name: cache, emptyDir: {sizeLimit: 1000Mi}}]
		  initContainers:
		    - {name: after, image: $APP_IMAGE, command: [sh, -c, 'test -e /clone/.gradient && touch /cache/after'], volumeMounts: [{name: claim-code, mountPath: /clone}, {name: cache, mountPath: /cache}]}
		    - {name: first, image: $APP_IMAGE, command: ["true"]}
		  containers:
		    - name: app
		      envFrom: [{configMapRef: {name: settings}}]
		      resources: {limits: {ephemeral-storage: 2048Mi}}
		      volumeMounts: [{name: cache, mountPath: /opt/repos/cache}]
		    - {name: side, image: $APP_IMAGE, command: [sh, -c, 'sleep 3600']}
	END
	until_ready app
	pod=$(pods_of app)
	equals "$(field pod "$pod" '{.metadata.labels.team} {.spec.serviceAccountName}')" 'nlp reader'
	equals "$(field pod "$pod" '{.spec.initContainers[*].name}')" 'first clone-app after'
	contains "$(kubectl exec "$pod" -- env)" GREETING=hello # the container is app by default
	kubectl exec "$pod" -- ls /opt/repos/cache/after /opt/repos/app/line.txt /var/run/secrets/kubernetes.io/serviceaccount/token
	equals "$(kubectl exec "$pod" -c side -- ls /var/run/secrets 2>&1 | grep -c kubernetes || true)" 0
	stays_as_it_is deployment app
}

a_mistake_in_a_pod_template_is_told_with_its_path_and_changes_nothing() {
	local pods
	dataset code
	with_template <<<'spec: {priorityClassName: ""}'
	until_ready app
	pods=$(pods_of app)
	with_template <<<'spec: {containers: [{name: app, livenessProbe: {tcpSocket: {port: 80}, periodSeconds: -1}}]}'
	until_why app PodTemplateInvalid
	contains "$(message app)" 'spec.template.spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1'
	with_template <<<'spec: {containers: [{name: app, lifecycle: {preStop: {slep: {seconds: 1}}}}]}'
	eventually 30 contains_message app slep
	with_template <<<'spec: {volumes: [{name: repositories, emptyDir: {}}]}'
	eventually 30 contains_message app 'spec.podTemplate.spec.volumes[0].name: is the name of a volume that the operator gives the pod'
	with_template <<<'spec: {containers: [{name: app, image: x}]}'
	until_why app InvalidSpec
	contains "$(message app)" 'spec.podTemplate.spec.containers[0].image: is spec.image; write it there'
	equals "$(pods_of app)" "$pods"
}

contains_message() { contains "$(message "$1")" "$2"; } # NAME PART

# The generation and version do not change for as long as the operator could want to write it again.
stays_as_it_is() { # KIND NAME
	local before
	before=$(field "$1" "$2" '{.metadata.generation} {.metadata.managedFields[?(@.manager=="gradient-operator")].time}')
	kubectl annotate --overwrite gdep "$2" poke="$RANDOM" # has it looked at once more
	kubectl wait gdep/"$2" --for=condition=Ready --timeout=30s
	equals "$(field "$1" "$2" '{.metadata.generation} {.metadata.managedFields[?(@.manager=="gradient-operator")].time}')" "$before"
}

with_template() { # the deployment app with a podTemplate from standard input
	local template
	template=$(sed 's/^/  /')
	{
		[[ $(kubectl get gds code --ignore-not-found) ]] && app_repository code main
		printf "image: %s\ncommand: [sh, -c, '%s']\nresources: {instanceType: small}\npodTemplate:\n%s\n" "$APP_IMAGE" "$HELLO" "$template"
	} | hello app
}

pods_are_replaced_when_a_secret_of_their_environment_changes() {
	local template
	token() { kubectl create secret generic token --from-literal="value=$1" --dry-run=client -o yaml | apply; } # VALUE
	# shellcheck disable=SC2016 # expanded by the pod's shell
	reads_token() { equals "$(kubectl exec deployment/app -- sh -c 'echo $TOKEN')" "$1"; } # VALUE
	token canary-one
	printf 'restartOnSecretChange: true\nenv: [{name: TOKEN, value: "SECRET:token/value"}]\n' | hello app
	until_ready app
	reads_token canary-one
	template=$(field deployment app '{.spec.template.metadata.annotations}')
	contains "$template" '"gradient-operator.dev/secrets-hash":'
	lacks "$template" canary
	token canary-two
	eventually 90 reads_token canary-two
	until_ready app
	lacks "$(kubectl get deployment,gdep,events -o yaml)" canary-two
}
