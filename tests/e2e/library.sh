# shellcheck shell=bash
# What scenarios are written in. Sourced by run.sh.
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/common.sh"
source "$SCRIPTS/deploy.sh"
source "$SCRIPTS/lfs_server.sh"

# A web server that says hello and goes when it is told to.
HELLO='mkdir -p /tmp/www; echo hello >/tmp/www/index.html; httpd -f -p 8080 -h /tmp/www & trap "kill $!" TERM; wait'

# Small machines, so that many scenarios fit on one node.
operator_settings() {
	cat <<-END
		images:
		  sync: $SYNC_IMAGE
		sync:
		  resources:
		    requests: {cpu: 10m, memory: 32Mi}
		    limits: {memory: 512Mi}
		  collectAfter: 1m
		instanceTypes:
		  small: {requests: {cpu: 10m, memory: 32Mi}, limits: {cpu: "1", memory: 64Mi}}
		  capped: {requests: {cpu: 10m, memory: 32Mi}, limits: {cpu: 100m, memory: 64Mi}}
		  C1: {requests: {cpu: 10m, memory: 32Mi}, limits: {cpu: "1", memory: 512Mi}}
	END
}

# Volumes of claims that earlier runs left, for the next ones.
recycle_volumes() {
	local name
	for name in $(kubectl get pv -o json | jq -r '.items[] | select(.status.phase == "Released") | .metadata.name'); do
		rm -rf "$STATE/volumes/$name"
		install -d -m 0777 "$STATE/volumes/$name"
		kubectl patch pv "$name" --type json --patch '[{"op":"remove","path":"/spec/claimRef"}]'
	done
}

set_up() {
	steps 5
	step "a Kubernetes node" "$ROOT/dev" cluster up
	use_cluster
	step "volumes" recycle_volumes
	step "CRDs and rights" install_crds
	step "container registry, git server and S3 server" servers_up
	step "images" load_images
}

load_images() {
	operator_image
	sync_image
	app_image
	push_image "$(app_archive busybox)" team/app:1.0 team/app:2.0 team/app:3.0
	push_image "$(app_archive busybox-user)" team/app:user
	# One that is on the node already is not pulled: nobody would be asked for a password.
	ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io images rm "$REGISTRY_HOST"/team/app:{1.0,2.0,3.0,user}
}

apply() { kubectl apply -f -; } # objects from standard input

object() { # KIND NAME, spec from standard input
	printf 'apiVersion: gradient-operator.dev/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n%s\n' "$1" "$2" "$(sed 's/^/  /')" | apply
}

# A GradientDeployment that says hello, with more fields of the spec from standard input where they are given.
hello() { # NAME
	local more=
	[[ -t 0 ]] || more=$(cat)
	object GradientDeployment "$1" <<-END
		$([[ $more == *image:* ]] || echo "image: $APP_IMAGE")
		$([[ $more == *command:* ]] || echo "command: [sh, -c, '$HELLO']")
		port: 8080
		$([[ $more == *resources:* ]] || echo "resources: {instanceType: small}")
		$more
	END
}

dataset() { object Dataset "$1" <<<'{size: 1Gi, accessModes: [ReadWriteMany]}' >/dev/null; } # NAME

# The repositories part of a spec, with app.git alone.
app_repository() { # DATASET REF [PASSWORD-REFERENCE]
	cat <<-END
		repositories:
		  dataset: $1
		  repositories:
		    - {url: "http://$GIT_HOST:$GIT_PORT/app.git", name: app, ref: $2, username: demo, password: "${3:-SECRET:GIT_PASSWORD}"}
	END
}

field() { kubectl get "$1" "$2" -o jsonpath="$3"; } # KIND NAME JSONPATH

message() { field gdep "$1" '{.status.conditions[?(@.type=="Ready")].message}'; } # NAME

until_ready() { # NAME [SECONDS]
	kubectl wait "gdep/$1" --for=jsonpath='{.status.observedGeneration}'="$(field gdep "$1" '{.metadata.generation}')" --timeout=30s
	kubectl wait "gdep/$1" --for=condition=Ready --timeout="${2:-120}s"
}

until_why() { # NAME REASON [SECONDS]
	kubectl wait "gdep/$1" --for=jsonpath='{.status.conditions[?(@.type=="Ready")].reason}'="$2" --timeout="${3:-120}s"
}

until_gone() { kubectl wait "$@" --for=delete --timeout=90s; } # KIND/NAME... or KIND -l SELECTOR

contains() { # TEXT PART
	[[ $1 == *"$2"* ]] || { printf 'expected: %s\n     got: %s\n' "$2" "$1"; return 1; }
}

lacks() { # TEXT PART
	[[ $1 != *"$2"* ]] || { printf 'unexpected: %s\n        in: %s\n' "$2" "$1"; return 1; }
}

equals() { # ACTUAL EXPECTED
	[[ $1 == "$2" ]] || { printf 'expected: %s\n     got: %s\n' "$2" "$1"; return 1; }
}

none() { # KIND NAME: it must not exist
	equals "$(kubectl get "$1" "$2" --ignore-not-found -o name)" ""
}

# Tries again until it succeeds; then or at the end says what it says.
eventually() { # SECONDS COMMAND...
	local limit=$((SECONDS + $1))
	shift
	until "$@" >/dev/null; do
		((SECONDS < limit)) || break
		sleep 1
	done
	"$@"
}

commit_of() { command git -C "$SERVERS_STATE/git/repositories/$1.git" rev-parse "$2"; } # REPOSITORY REF

replicas_are() { kubectl wait "$1" --for=jsonpath="$2"="$3" --timeout=90s; } # KIND/NAME JSONPATH COUNT

drift_events() { kubectl get events --field-selector reason=DriftCorrected -o jsonpath='{.items[*].message}'; }

pods_of() { kubectl get pods -l "gradient-operator.dev/deployment=$1" -o jsonpath='{.items[*].metadata.name}'; } # NAME

# The folder on this machine that a claim's volume is.
volume_folder() { # CLAIM
	field pv "$(field pvc "$1" '{.spec.volumeName}')" '{.spec.hostPath.path}'
}

# Sends requests through the Service until the file is removed; writes what each one got.
send_requests() { # NAME FILE RESULTS
	local address
	address=$(kubectl get service "$1" -o jsonpath='{.spec.clusterIP}')
	while [[ -e $2 ]]; do
		curl --silent --show-error --fail --max-time 5 "http://$address/" 2>&1 | head -1
	done >"$3"
}
