# shellcheck shell=bash
# Images of a private registry.

a_private_image_is_pulled_with_the_password_of_its_registry() {
	private_registry SECRET:REGISTRY_PASSWORD
	hello app <<<"$(private_image team/app:1.0)"
	until_ready app
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
