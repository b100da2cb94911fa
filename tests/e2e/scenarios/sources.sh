# shellcheck shell=bash
# Repositories over ssh, with submodules and with large files, and what becomes of those that nobody uses any more.

# A git server over ssh, for one key; the Secret `ssh` lets pods in. Prints the URL of its repositories' folder.
ssh_server() { # PORT
	local dir=$SERVERS_STATE/ssh-$NAMESPACE
	mkdir -p "$dir" /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$dir/host"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
	cat >"$dir/config" <<-END
		ListenAddress $HOST_ADDRESS
		Port $1
		HostKey $dir/host
		AuthorizedKeysFile $dir/key.pub
		PermitRootLogin prohibit-password
		StrictModes no
		PidFile none
	END
	start "ssh-$NAMESPACE" /usr/sbin/sshd -D -e -f "$dir/config"
	wait_for "ssh-$NAMESPACE" 20 ssh-keyscan -p "$1" "$HOST_ADDRESS"
	kubectl create secret generic ssh --from-file="key=$dir/key" \
		--from-literal="key.known_hosts=[$HOST_ADDRESS]:$1 $(<"$dir/host.pub")" >&2
	echo "ssh://root@$HOST_ADDRESS:$1$SERVERS_STATE/git/repositories"
}

a_repository_is_cloned_over_ssh_with_a_key_and_a_known_host() {
	local url
	url=$(ssh_server 2222)
	dataset code
	over_ssh() { # PASSWORD-REFERENCE
		cat <<-END
			repositories: {dataset: code, repositories: [{url: "$url/app.git", name: app, password: "$1"}]}
		END
	}
	kubectl create secret generic stranger --from-file="key=$SERVERS_STATE/ssh-$NAMESPACE/key"
	over_ssh SECRET:stranger/key | hello stranger
	until_why stranger HostKeyUnknown
	over_ssh SECRET:ssh/key | hello app
	until_ready app
	equals "$(kubectl exec "$(pods_of app)" -c app -- cat /opt/repos/app/line.txt)" 'a line out of the private repository'
	lacks "$(kubectl exec "$(pods_of app)" -c app -- cat /opt/repos/app/.git/config)" "$(sed -n 3p "$SERVERS_STATE/ssh-$NAMESPACE/key")"
	stop "ssh-$NAMESPACE"
}

# A server of large files that lets everybody in. Prints its URL.
large_file_server() { # PORT
	local dir=$SERVERS_STATE/lfs-$NAMESPACE
	mkdir -p "$dir"
	lfs_configuration "$dir/objects" >"$dir/config.yaml"
	start "lfs-$NAMESPACE" env GIFTLESS_CONFIG_FILE="$dir/config.yaml" PYTHONWARNINGS=ignore FLASK_APP=giftless.wsgi_entrypoint \
		"$(lfs_server)" run --host "$HOST_ADDRESS" --port "$1"
	wait_for "lfs-$NAMESPACE" 60 answers "http://$HOST_ADDRESS:$1/"
	echo "http://$HOST_ADDRESS:$1/team/app.git/info/lfs"
}

submodules_and_large_files_come_along() {
	local repositories=$SERVERS_STATE/git/repositories work
	work=$(mktemp -d)
	command git clone --quiet "$repositories/app.git" "$work"
	git() { command git -C "$work" -c user.name=demo -c user.email=demo@demo.internal -c protocol.file.allow=always "$@"; }
	git submodule --quiet add ../data.git parts/data
	if [[ -x $(lfs_server) ]]; then
		git config -f "$work/.lfsconfig" lfs.url "$(large_file_server 8419)"
		git lfs install --local
		(cd "$work" && command git lfs track '*.bin')
		echo 'a large file' >"$work/weights.bin"
	else
		echo 'a small file: there is no server of large ones' >"$work/weights.bin"
	fi
	git add -A
	git commit --quiet -m 'Use more'
	git push --quiet origin HEAD:whole
	dataset code
	app_repository code whole | hello app
	until_ready app
	equals "$(kubectl exec "$(pods_of app)" -c app -- cat /opt/repos/app/weights.bin)" "$(<"$work/weights.bin")"
	equals "$(kubectl exec "$(pods_of app)" -c app -- cat /opt/repos/app/parts/data/line.txt)" 'a line out of the public repository'
	stop "lfs-$NAMESPACE"
	rm -rf "$work"
}

parts_of_a_repository_come_with_the_credential_of_its_host() {
	dataset code
	commit_file app docs/page.txt 'a page' parted >/dev/null
	hello app <<-END
		repositories:
		  dataset: code
		  repositories:
		    - {url: "http://$GIT_HOST:$GIT_PORT/app.git", name: app, ref: parted, paths: [docs], submodules: none, lfs: none}
		  credentials:
		    - {url: "http://$GIT_HOST:$GIT_PORT/", username: demo, password: SECRET:GIT_PASSWORD}
	END
	until_ready app
	equals "$(kubectl exec "$(pods_of app)" -c app -- find /opt/repos/app -name .git -prune -o -type f -print)" /opt/repos/app/docs/page.txt
}

a_dataset_in_use_tells_what_it_holds() {
	dataset code
	app_repository code main | hello app
	until_ready app
	eventually 240 has_measured code
	equals "$(checkouts_of code)" 1
	contains "$(kubectl get gds code -o wide)" "$(field gds code '{.status.content.checkoutsBytes}')"
}

has_measured() { (($(field gds "$1" '{.status.content.checkoutsBytes}') > 0 && $(field gds "$1" '{.status.content.mirrorsBytes}') > 0)); } # DATASET

what_no_deployment_uses_any_more_leaves_the_dataset() {
	local volume
	dataset code
	app_repository code main | hello gone
	app_repository code main | hello stays
	until_ready gone
	until_ready stays
	volume=$(volume_folder code)
	echo "the team's" >"$volume/notes.txt"
	equals "$(checkouts_of code)" 2
	kubectl delete gdep gone
	until_gone pods -l gradient-operator.dev/deployment=gone
	touch -d '3 hours ago' "$volume"/.gradient/checkouts/* # what is young is left alone, whoever made it
	eventually 240 has_collected code
	equals "$(checkouts_of code)" 1
	equals "$(<"$volume/notes.txt")" "the team's"
	kubectl exec "$(pods_of stays)" -c app -- cat /opt/repos/app/line.txt
}

checkouts_of() { find "$(volume_folder "$1")/.gradient/checkouts" -mindepth 1 -maxdepth 1 | wc -l; } # DATASET

has_collected() { (($(field gds "$1" '{.status.content.freedBytes}') > 0)); } # DATASET
