# shellcheck shell=bash
# What the demo and the end-to-end tests use besides the cluster, on the machine's side of the node's network: a container registry
# and an S3 server that demand credentials, and a git server that does so for some of its repositories. Sourced after common,
# binaries, processes and images; needs what `./dev cluster env` prints.

: "${MODE:?of ./dev cluster env}"
REGISTRY_HOST=registry.demo.internal
GIT_HOST=git.demo.internal
S3_HOST=s3.demo.internal
REGISTRY_PORT=5443
GIT_PORT=8418
S3_PORT=8333
SERVERS=(registry git-server s3-server)
SERVERS_STATE=$STATE/servers

# The samples say what the servers expect, so that each value has one place.
demo_secret() { # KEY
	sed -n "s/^  $1: //p" "$ROOT/manifests/samples/secrets.yaml"
}

start_registry() {
	local dir=$SERVERS_STATE/registry
	mkdir -p "$dir/files"
	demo_secret REGISTRY_PASSWORD | htpasswd -niB demo >"$dir/users" # bcrypt, the only kind it takes
	cat >"$dir/config.yml" <<-END
		version: 0.1
		log: {level: warn}
		storage: {filesystem: {rootdirectory: $dir/files}, delete: {enabled: true}}
		http: {addr: "$HOST_ADDRESS:$REGISTRY_PORT"}
		auth: {htpasswd: {realm: demo, path: $dir/users}}
	END
	start registry docker-registry serve "$dir/config.yml"
	wait_for registry 20 answers "http://$HOST_ADDRESS:$REGISTRY_PORT/v2/"
}

# Puts an image archive into the private registry.
push_image() { # ARCHIVE NAME:TAG...
	local work name archive=$1
	shift
	work=$(mktemp -d)
	local store=(buildah --root "$work/root" --runroot "$work/run" --storage-driver vfs)
	(umask 077 && printf '{"auths":{"%s":{"auth":"%s"}}}' "$HOST_ADDRESS:$REGISTRY_PORT" \
		"$(printf 'demo:%s' "$(demo_secret REGISTRY_PASSWORD)" | base64 -w0)" >"$work/auth.json")
	"${store[@]}" pull --quiet "docker-archive:$archive" >"$work/id"
	for name; do
		"${store[@]}" push --quiet --authfile "$work/auth.json" --tls-verify=false "$(<"$work/id")" "docker://$HOST_ADDRESS:$REGISTRY_PORT/$name"
	done
	rm -rf "$work"
}

# Any answer will do, also one that demands credentials.
answers() { [[ $(curl --silent --output /dev/null --max-time 2 --write-out '%{http_code}' "$1") != 000 ]]; } # URL

start_git_server() {
	local dir=$SERVERS_STATE/git
	make_repositories "$dir"
	(umask 077 && printf 'demo:%s\n' "$(demo_secret GIT_PASSWORD)" >"$dir/users")
	cat >"$dir/lighttpd.conf" <<-END
		server.modules = ("mod_auth", "mod_authn_file", "mod_alias", "mod_setenv", "mod_cgi")
		server.bind = "$HOST_ADDRESS"
		server.port = $GIT_PORT
		server.document-root = "$dir"
		server.upload-dirs = ("$dir")
		alias.url = ("/" => "/usr/lib/git-core/git-http-backend/")
		cgi.assign = ("" => "")
		setenv.set-environment = ("GIT_PROJECT_ROOT" => "$dir/repositories", "GIT_HTTP_EXPORT_ALL" => "1")
		auth.backend = "plain"
		auth.backend.plain.userfile = "$dir/users"
		\$HTTP["url"] =~ "^/(app|dashboard)\.git/" {
			auth.require = ("" => ("method" => "basic", "realm" => "demo", "require" => "user=demo"))
		}
	END
	start git-server lighttpd -D -f "$dir/lighttpd.conf"
	wait_for git-server 20 answers "http://$HOST_ADDRESS:$GIT_PORT/data.git/info/refs?service=git-upload-pack"
}

# data.git is public; app.git is private and has the program that the demo serves, and so is dashboard.git.
make_repositories() { # DIR
	local name file
	for name in data app dashboard; do
		git init --quiet --bare --initial-branch=main "$1/repositories/$name.git"
		while read -r file; do
			commit_file "$name" "$file" "$(<"$SCRIPTS/demo/$name/$file")"
		done < <(cd "$SCRIPTS/demo/$name" && find . -type f -printf '%P\n')
	done >/dev/null
}

# Adds or replaces one file on a branch; prints the commit. A program stays one.
commit_file() { # REPOSITORY FILE TEXT [BRANCH]
	local repository=$SERVERS_STATE/git/repositories/$1.git branch=refs/heads/${4:-main} mode=100644 parent=() index blob commit
	[[ $3 != '#!'* ]] || mode=100755
	index=$(mktemp -u)
	git() { GIT_INDEX_FILE=$index command git -C "$repository" -c user.name=demo -c user.email=demo@demo.internal "$@"; }
	blob=$(printf '%s\n' "$3" | git hash-object -w --stdin)
	if git rev-parse --quiet --verify "$branch" >/dev/null; then
		parent=(-p "$branch")
	elif git rev-parse --quiet --verify refs/heads/main >/dev/null; then
		parent=(-p refs/heads/main)
	fi
	((${#parent[@]} == 0)) || git read-tree "${parent[1]}"
	git update-index --add --cacheinfo "$mode,$blob,$2"
	commit=$(git commit-tree "${parent[@]}" -m "Change $2" "$(git write-tree)")
	git update-ref "$branch" "$commit"
	unset -f git
	rm -f "$index"
	echo "$commit"
}

# S3_SERVER: minio, or rclone's.
start_s3_server() {
	local dir=$SERVERS_STATE/s3 address=$HOST_ADDRESS:$S3_PORT
	mkdir -p "$dir"
	if [[ ${S3_SERVER:-minio} == minio ]]; then
		MINIO_ROOT_USER=$(demo_secret accessKeyId) MINIO_ROOT_PASSWORD=$(demo_secret secretAccessKey) MINIO_BROWSER=off \
			start s3-server "$(binary minio)" server --quiet --address "$address" "$dir"
	else
		RCLONE_CONFIG='' RCLONE_AUTH_KEY=\"$(demo_secret accessKeyId),$(demo_secret secretAccessKey)\" \
			start s3-server "$(binary s3-server)" serve s3 --addr "$address" "$dir"
	fi
	wait_for s3-server 60 answers "http://$address/minio/health/ready"
	s3_put models
	s3_put models/demo/line.txt "$(<"$SCRIPTS/demo/model/line.txt")"
}

# Makes a bucket, or writes an object.
s3_put() { # BUCKET[/PATH] [TEXT|@FILE]
	local data=${2:+$2$'\n'} sum
	if [[ ${2:-} == @* ]]; then
		data=$2
		sum=$(sha256sum <"${2#@}")
	else
		sum=$(printf %s "$data" | sha256sum)
	fi
	printf 'user = "%s:%s"\n' "$(demo_secret accessKeyId)" "$(demo_secret secretAccessKey)" |
		curl --silent --show-error --fail --max-time 30 --config - --aws-sigv4 aws:amz:us-east-1:s3 --request PUT \
			--header "x-amz-content-sha256: ${sum%% *}" \
			--header 'Content-Type: application/octet-stream' --data-binary "$data" "http://$HOST_ADDRESS:$S3_PORT/$1"
}

# Pods find the servers by name, as the samples write them, and containerd the registry by its address.
publish_host_names() {
	local names="$GIT_HOST $S3_HOST $REGISTRY_HOST"
	if [[ $MODE == kind ]]; then
		publish_in_kind "$names"
		return
	fi
	mkdir -p "$CERTS_D/$REGISTRY_HOST"
	registry_address >"$CERTS_D/$REGISTRY_HOST/hosts.toml"
	grep -qsxF "$HOST_ADDRESS $names" "$HOSTS_FILE" || echo "$HOST_ADDRESS $names" >>"$HOSTS_FILE"
}

# Named twice: containerd asks the server after the hosts, and would tell of an address that is not there instead of a missing image.
registry_address() { printf 'server = "http://%s"\n[host."http://%s"]\n' "$HOST_ADDRESS:$REGISTRY_PORT"{,}; }

# kind's node has a containerd that reads the same files, and its cluster a CoreDNS that reads its configuration from a ConfigMap.
publish_in_kind() { # NAMES
	local folder=/etc/containerd/certs.d/$REGISTRY_HOST node config block
	for node in $(kind_nodes); do registry_address | docker exec -i "$node" sh -c "mkdir -p $folder && cat >$folder/hosts.toml"; done
	config=$(kubectl --namespace kube-system get configmap coredns -o jsonpath='{.data.Corefile}')
	[[ $config != *"$1"* ]] || return 0
	printf -v block '    hosts {\n       %s\n       fallthrough\n    }\n    kubernetes ' "$HOST_ADDRESS $1"
	jq -n --arg config "${config/    kubernetes /"$block"}" '{data: {Corefile: $config}}' >"$STATE/coredns.json"
	kubectl --namespace kube-system patch configmap coredns --patch-file "$STATE/coredns.json"
	kubectl --namespace kube-system rollout restart deployment coredns
}

servers_up() {
	local name
	for name in "${SERVERS[@]}"; do
		alive "$name" || "start_${name//-/_}"
	done
	publish_host_names
}

servers_down() {
	local name
	for name in "${SERVERS[@]}"; do stop "$name"; done
	rm -rf "$SERVERS_STATE"
}
