# shellcheck shell=bash
# Images of a private registry.

a_private_image_is_pulled_with_the_password_of_its_registry() {
	private_registry SECRET:REGISTRY_PASSWORD
	hello app <<<"$(private_image team/app:1.0)"
	until_ready app
}

a_registry_that_names_a_secret_instead_of_a_password_has_none_of_its_own() {
	kubectl create secret docker-registry login --docker-server "$REGISTRY_HOST" --docker-username demo --docker-password "$(demo_secret REGISTRY_PASSWORD)"
	private_registry SECRET:REGISTRY_PASSWORD
	hello app <<<"$(private_image team/app:1.0)"
	until_ready app
	kubectl get secret private-pull
	object ContainerRegistry private <<<'{secretName: login}'
	until_gone secret/private-pull
	until_ready app
	equals "$(field deployment app '{.spec.template.spec.imagePullSecrets[*].name}')" login
}

a_wrong_registry_password_is_named_and_can_be_corrected() {
	kubectl create secret generic wrong --from-literal=password=canary-wrong
	private_registry SECRET:wrong/password
	hello app <<<"$(private_image team/app:2.0)"
	until_why app RegistryRefused
	lacks "$(message app)" canary
	private_registry SECRET:REGISTRY_PASSWORD
	until_ready app 240
}

a_registry_is_found_however_its_server_and_password_are_written() {
	kubectl create secret generic lines --from-file=password=<(printf '%s\r\n' "$(demo_secret REGISTRY_PASSWORD)")
	object ContainerRegistry private <<<"{server: \"https://${REGISTRY_HOST^^}/v2/\", username: demo, password: \"SECRET:lines/password\"}"
	hello app <<<"$(private_image team/app:3.0)"
	until_ready app
}

a_registry_that_is_for_another_server_is_named() {
	object ContainerRegistry private <<<'{server: "other.example.com:5000", username: demo, password: "SECRET:REGISTRY_PASSWORD"}'
	hello app <<<"$(private_image team/app:4.0)"
	until_why app RegistryRefused
	contains "$(message app)" "ContainerRegistry private is for other.example.com:5000, the image is at $REGISTRY_HOST"
}

a_pull_secret_that_nodes_cannot_use_is_named_before_anything_is_made() {
	kubectl create secret docker-registry login --from-file=.dockerconfigjson=<(printf '{"auths": {"%s": {"auth": "canary!!"}}}' "$REGISTRY_HOST")
	object ContainerRegistry private <<<'{secretName: login}'
	hello app <<<"$(private_image team/app:1.0)"
	until_why app ContainerRegistryNotReady
	contains "$(message app)" "auths.$REGISTRY_HOST: auth is not USER:PASSWORD in base64"
	lacks "$(message app)" canary
	none deployment app
}

an_image_that_does_not_exist_is_named() {
	private_registry SECRET:REGISTRY_PASSWORD
	hello app <<<"$(private_image team/none:1.0)"
	until_why app ImageNotFound
	contains "$(message app)" "$REGISTRY_HOST/team/none:1.0"
}

a_registry_that_cannot_be_reached_is_named() {
	hello app <<<"image: $HOST_ADDRESS:1/team/app:1.0"
	until_why app RegistryUnreachable
}

a_registry_object_that_is_missing_is_named() {
	hello app <<<"$(private_image team/app:1.0)"
	until_why app ContainerRegistryNotFound
	contains "$(message app)" private
	none deployment app
}

private_registry() { # PASSWORD-REFERENCE
	object ContainerRegistry private <<<"{server: $REGISTRY_HOST, username: demo, password: \"$1\"}"
}

private_image() { printf 'image: %s\ncontainerRegistry: private\n' "$REGISTRY_HOST/$1"; } # NAME:TAG
