# shellcheck shell=bash
# Repositories and models, and what happens where they cannot be had.

the_private_repository_is_cloned_with_the_right_password() {
	dataset code
	app_repository code main | hello app
	until_ready app
	equals "$(kubectl exec "$(pods_of app)" -c app -- cat /opt/repos/app/line.txt)" 'a line out of the private repository'
	equals "$(field gdep app '{.status.content.repositories[0].commit}')" "$(commit_of app main)"
}

a_wrong_git_password_is_named_and_can_be_corrected() {
	kubectl create secret generic wrong --from-literal=password=canary-wrong
	dataset code
	app_repository code main SECRET:wrong/password | hello app
	until_why app GitAuthenticationFailed
	contains "$(message app)" app
	lacks "$(message app)" canary
	contains "$(kubectl get gdep app)" GitAuthenticationFailed
	app_repository code main | hello app
	until_ready app
}

a_ref_that_does_not_exist_is_named_and_can_be_corrected() {
	dataset code
	app_repository code no-such-branch | hello app
	until_why app GitReferenceNotFound
	contains "$(message app)" no-such-branch
	app_repository code main | hello app
	until_ready app
}

a_repository_that_does_not_exist_is_named() {
	dataset code
	hello app <<-END
		repositories:
		  dataset: code
		  repositories: [{url: "http://$GIT_HOST:$GIT_PORT/none.git", name: none}]
	END
	until_why app GitRepositoryNotFound
	contains "$(message app)" none
}

a_git_server_that_cannot_be_reached_is_named() {
	dataset code
	hello app <<-END
		repositories:
		  dataset: code
		  repositories: [{url: "http://$HOST_ADDRESS:1/app.git", name: app}]
	END
	until_why app HostUnreachable
}

a_deployment_waits_for_its_dataset_and_starts_when_it_appears() {
	app_repository code main | hello app
	until_why app DatasetNotFound
	contains "$(message app)" code
	none deployment app
	dataset code
	until_ready app
}

replicas_that_come_later_run_the_same_commit_until_newer_ones_are_asked_for() {
	local pod first second
	first=$(commit_file app line.txt one pinned)
	dataset code
	app_repository code pinned | hello app
	until_ready app
	equals "$(field gdep app '{.status.content.repositories[0].commit}')" "$first"
	second=$(commit_file app line.txt two pinned)
	kubectl scale gdep/app --replicas=2
	kubectl wait gdep/app --for=jsonpath='{.status.readyReplicas}'=2 --timeout=90s
	for pod in $(pods_of app); do equals "$(kubectl exec "$pod" -c app -- cat /opt/repos/app/line.txt)" one; done
	kubectl annotate gdep app gradient-operator.dev/sync=1
	kubectl wait gdep/app --for=jsonpath='{.status.content.repositories[0].commit}'="$second" --timeout=120s
	equals "$(field gdep app '{.status.content.repositories[0].previousCommit}')" "$first"
	equals "$(field gdep app '{.status.content.repositories[0].resolvedRef}')" refs/heads/pinned
	kubectl rollout status deployment/app --timeout=90s
	eventually 60 all_pods_have app two
}

all_pods_have() { # NAME LINE
	local pod
	for pod in $(pods_of "$1"); do equals "$(kubectl exec "$pod" -c app -- cat /opt/repos/app/line.txt)" "$2" || return 1; done
}

what_an_app_does_to_a_shared_volume_reaches_no_other_app() {
	local victim
	dataset code
	with_the_volume victim
	until_ready victim
	vandal | with_the_volume vandal
	until_ready vandal
	equals "$(first_request vandal)" over
	unharmed victim
	victim=$(pods_of victim)
	kubectl exec "$victim" -c app -- kill 1 || true # it may end with its container
	eventually 60 has_restarted "$victim"
	kubectl wait "pod/$victim" --for=condition=Ready --timeout=60s
	unharmed victim
	kubectl annotate gdep victim gradient-operator.dev/sync=1
	until_ready victim
	kubectl rollout status deployment/victim --timeout=120s
	unharmed victim
	# Whoever owns the volume's root can lock others out of it: what runs goes on, and what does not says so.
	kubectl exec "$(pods_of vandal)" -c app -- chmod 0 /files
	kubectl annotate gdep victim --overwrite gradient-operator.dev/sync=2
	until_why victim VolumeReadOnly
	equals "$(field gdep victim '{.status.conditions[?(@.type=="Available")].status}')" True
	has_its_files victim
	kubectl exec "$(pods_of vandal)" -c app -- chmod 777 /files
	until_ready victim
	with_the_volume newcomer
	until_ready newcomer
	unharmed newcomer
}

# All that an app sees of the volume, and of its checkout's surroundings, is moved, removed, or replaced by what others could stumble over.
vandal() {
	cat <<-'END'
		command:
		  - sh
		  - -c
		  - |
		    cd /files
		    find /opt/repos /files -type d -empty -exec rmdir {} +
		    mv /opt/repos/app /opt/repos/moved
		    rmdir /opt/repos/app
		    rm -rf .gradient
		    for name in app checkouts git tmp models; do
		      mkfifo $name
		      ln -sf /etc .$name
		    done
		    mv .gradient moved
		    ln -sf /etc .gradient
		    ln /opt/repos/app/line.txt linked
		    dd if=/dev/zero of=filler bs=1M count=20
		    chmod -R 0 ./*
		    echo over >/tmp/index.html
		    httpd -f -p 8080 -h /tmp & trap "kill $!" TERM; wait
	END
}

with_the_volume() { # NAME, more fields from standard input
	local more=
	[[ -t 0 ]] || more=$(cat)
	hello "$1" <<-END
		$(app_repository code main | sed 's|^  dataset: code|&\n  datasetPath: /files|')
		$more
	END
}

unharmed() { # NAME
	has_its_files "$1"
	equals "$(field gdep "$1" '{.status.conditions[?(@.type=="Ready")].status}')" True
}

has_its_files() { # NAME
	equals "$(kubectl exec "$(ready_pod_of "$1")" -c app -- cat /opt/repos/app/line.txt)" 'a line out of the private repository'
}

ready_pod_of() { # NAME
	kubectl get pods -l "gradient-operator.dev/deployment=$1" -o json | jq -r 'first(.items[] | select(.metadata.deletionTimestamp == null)
		| select(any(.status.conditions[]?; .type == "Ready" and .status == "True")) | .metadata.name)'
}

has_restarted() { (($(field pod "$1" '{.status.containerStatuses[0].restartCount}') > 0)); } # POD

a_model_is_refreshed_while_the_application_runs() {
	s3_put models/refreshed/line.txt old
	s3_model refreshed 'refreshInterval: 30s'
	hello app <<<'models: [{id: refreshed, path: /opt/models}]'
	until_ready app
	equals "$(kubectl exec "$(pods_of app)" -c app -- cat /opt/models/line.txt)" old
	s3_put models/refreshed/line.txt new
	eventually 90 contains_file app /opt/models/line.txt new
	equals "$(field pod "$(pods_of app)" '{.status.containerStatuses[0].restartCount}')" 0
}

a_running_model_is_fetched_anew_when_its_annotation_asks() {
	local pod
	s3_put models/asked/line.txt old
	s3_model asked
	hello app <<<'models: [{id: asked, path: /opt/models}]'
	until_ready app
	pod=$(pods_of app)
	s3_put models/asked/line.txt new
	kubectl annotate gmodel asked gradient-operator.dev/sync=1
	eventually 180 contains_file app /opt/models/line.txt new
	equals "$(pods_of app)" "$pod"
	equals "$(field pod "$pod" '{.status.initContainerStatuses[*].restartCount} {.status.containerStatuses[*].restartCount}')" '0 0'
}

contains_file() { # NAME FILE TEXT
	equals "$(kubectl exec "$(pods_of "$1")" -c app -- cat "$2")" "$3"
}

# A Model in the bucket, below a prefix of its own name.
s3_model() { # NAME [FIELDS]
	object Model "$1" <<-END
		source: {url: s3://models/$1/, endpoint: "http://$S3_HOST:$S3_PORT", secretName: ${SECRET:-demo-s3}}
		${2:-}
	END
}

a_model_that_is_an_archive_is_unpacked_when_that_is_asked_for() {
	local work
	work=$(mktemp -d)
	echo packed >"$work/line.txt"
	tar -czf "$work/llm.tar.gz" -C "$work" line.txt
	s3_put models/archived/llm.tar.gz "@$work/llm.tar.gz"
	rm -rf "$work"
	s3_model archived
	hello app <<<'models: [{id: archived}]'
	until_ready app
	kubectl exec "$(pods_of app)" -c app -- test -f /opt/models/llm.tar.gz
	eventually 60 names_remedy app 'source.unpack: true'
	kubectl patch gmodel archived --type merge --patch '{"spec": {"source": {"unpack": true}}}'
	eventually 120 contains_file app /opt/models/line.txt packed
}

names_remedy() { # NAME TEXT
	contains "$(field gdep "$1" '{.status.conditions[?(@.type=="ContentSynced")].message}')" "$2"
}

a_model_on_a_dataset_is_shared_by_the_replicas() {
	s3_put models/shared/line.txt shared
	dataset cache
	s3_model shared 'dataset: cache'
	hello app <<-END
		models: [{id: shared}]
		resources: {instanceType: small, replicas: 2}
	END
	until_ready app
	local pod
	for pod in $(pods_of app); do equals "$(kubectl exec "$pod" -c app -- cat /opt/models/line.txt)" shared; done
}

a_model_on_a_claim_is_mounted_as_it_is() {
	dataset files
	kubectl wait gds/files --for=condition=Ready --timeout=30s
	kubectl wait pvc/files --for=jsonpath='{.status.phase}'=Bound --timeout=30s
	local folder
	folder=$(volume_folder files)
	mkdir -p "$folder/models/one"
	echo claimed >"$folder/models/one/line.txt"
	object Model claimed <<<'source: {url: "pvc://files/models/one"}'
	hello app <<<'models: [{id: claimed}]'
	until_ready app
	equals "$(kubectl exec "$(pods_of app)" -c app -- cat /opt/models/line.txt)" claimed
}

a_model_whose_files_are_missing_is_named_and_starts_when_they_appear() {
	s3_model absent
	hello app <<<'models: [{id: absent}]'
	until_why app ModelSourceMissing
	contains "$(message app)" absent
	s3_put models/absent/line.txt here
	until_ready app 180
}

a_model_whose_credentials_are_refused_is_named() {
	kubectl create secret generic wrong-s3 --from-literal=accessKeyId=demo-access-key --from-literal=secretAccessKey=canary-wrong
	SECRET=wrong-s3 s3_model refused
	hello app <<<'models: [{id: refused}]'
	until_why app ModelAuthenticationFailed
	lacks "$(message app)" canary
}
