# shellcheck shell=bash
# Changes of a running deployment, and its end.

a_change_of_ref_rolls_the_pods_without_a_failed_request() {
	local commit sender flag=$RESULTS/$NAMESPACE.flag answers=$RESULTS/$NAMESPACE.answers
	commit_file app line.txt before rolling-1
	commit=$(commit_file app line.txt after rolling-2)
	dataset code
	served_from rolling-1
	until_ready app
	first_request app
	touch "$flag"
	send_requests app "$flag" "$answers" &
	sender=$!
	served_from rolling-2
	kubectl wait gdep/app --for=jsonpath='{.status.content.repositories[0].commit}'="$commit" --timeout=120s
	kubectl rollout status deployment/app --timeout=120s
	until_ready app
	eventually 30 last_line_is "$answers" after
	rm "$flag"
	wait "$sender"
	sort "$answers" | uniq -c
	equals "$(sort -u "$answers" | paste -sd' ')" 'after before'
	(($(wc -l <"$answers") > 20))
}

served_from() { # REF
	{
		app_repository code "$1"
		echo 'command: [sh, /opt/repos/app/serve.sh]'
		echo 'resources: {instanceType: small, replicas: 2}'
		echo 'healthChecks: {readiness: {path: /, periodSeconds: 1}}'
	} | hello app
}

last_line_is() { [[ $(tail -1 "$1") == "$2" ]]; } # FILE LINE

a_deployment_scales_to_zero_and_back() {
	hello app
	until_ready app
	kubectl scale gdep/app --replicas=0
	until_why app Disabled
	until_gone pod -l gradient-operator.dev/deployment=app
	kubectl scale gdep/app --replicas=1
	until_ready app
	equals "$(first_request app)" hello
}

a_deployment_that_is_switched_off_keeps_its_objects() {
	hello app
	until_ready app
	kubectl patch gdep app --type merge --patch '{"spec":{"enabled":false}}'
	until_why app Disabled
	until_gone pod -l gradient-operator.dev/deployment=app
	kubectl get service app
	kubectl patch gdep app --type merge --patch '{"spec":{"enabled":true}}'
	until_ready app
}

deletion_takes_the_children_and_keeps_the_dataset_with_its_files() {
	local folder uid
	dataset code
	app_repository code main | hello app
	until_ready app
	folder=$(volume_folder code)
	uid=$(field pvc code '{.metadata.uid}')
	kubectl delete gdep app
	until_gone deployment/app service/app
	until_gone pod -l gradient-operator.dev/deployment=app
	kubectl get gds code
	has_checkout "$folder"
	kubectl delete gds code
	equals "$(field pvc code '{.metadata.uid}{.metadata.deletionTimestamp}')" "$uid"
	has_checkout "$folder"
	dataset code
	kubectl wait gds/code --for=condition=Ready --timeout=60s
	equals "$(field pvc code '{.metadata.uid}')" "$uid"
}

has_checkout() { # VOLUME-FOLDER
	equals "$(cat "$1"/.gradient/checkouts/*/tree/line.txt)" 'a line out of the private repository'
}

a_claim_that_was_retained_is_not_deleted_by_the_next_dataset() {
	object Dataset kept <<<'{size: 1Gi}'
	kubectl wait gds/kept --for=condition=Ready --timeout=60s
	kubectl delete gds kept
	object Dataset kept <<<'{size: 1Gi, reclaimPolicy: Delete}'
	kubectl wait gds/kept --for=jsonpath='{.status.conditions[0].reason}'=ClaimRetained --timeout=60s
	equals "$(field pvc kept '{.metadata.ownerReferences}')" ""
	kubectl annotate pvc kept gradient-operator.dev/reclaim-policy=Delete
	kubectl wait gds/kept --for=jsonpath='{.status.conditions[0].reason}'=Ready --timeout=60s
	kubectl delete gds kept
	until_gone pvc/kept
}

an_invalid_edit_of_a_healthy_deployment_changes_nothing_but_its_status() {
	local before
	hello app
	until_ready app
	before=$(field deployment app '{.metadata.resourceVersion} {.metadata.generation}')
	kubectl patch gdep app --type merge --patch '{"spec":{"resources":{"instanceType":"Z9"}}}'
	until_why app UnknownInstanceType
	contains "$(message app)" Z9
	equals "$(field deployment app '{.metadata.resourceVersion} {.metadata.generation}')" "$before"
	equals "$(first_request app)" hello
	kubectl patch gdep app --type merge --patch '{"spec":{"resources":{"instanceType":"small"}}}'
	until_ready app
}

a_deployment_whose_volume_many_pods_may_not_share_is_replaced_pod_by_pod() {
	object Dataset single <<<'{size: 1Gi}'
	app_repository single main | hello app
	until_ready app
	contains "$(field gdep app '{.status.conditions[?(@.type=="Progressing")].message}')" single
}

who_uses_a_dataset_is_told_to_whoever_deletes_it() {
	dataset code
	app_repository code main | hello reader
	kubectl wait gds/code --for=jsonpath='{.status.usedBy.names[0]}'=GradientDeployment/reader --timeout=60s
	contains "$(kubectl delete gds code --dry-run=server 2>&1)" "Dataset $NAMESPACE/code is used by 1: GradientDeployment/reader."
	kubectl delete gdep reader
	kubectl wait gds/code --for=jsonpath='{.status.unusedSince}' --timeout=60s
	lacks "$(kubectl delete gds code 2>&1)" "is used by"
}
