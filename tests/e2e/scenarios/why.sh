# shellcheck shell=bash
# What the WHY column says when pods do not come up.

too_little_memory_is_named_with_the_limit() {
	hello app <<<'command: [dd, if=/dev/zero, of=/dev/null, bs=200M]'
	until_why app OutOfMemory
	contains "$(message app)" 64Mi
	contains "$(kubectl get gdep app)" OutOfMemory
}

a_crash_loop_is_named_with_the_exit_code() {
	hello app <<<'command: [sh, -c, "exit 42"]'
	until_why app CrashLoop
	contains "$(message app)" 42
}

a_program_that_does_not_exist_is_named() {
	hello app <<<'command: [/no/such/program]'
	until_why app StartFailed
	contains "$(message app)" /no/such/program
}

a_machine_that_no_node_has_is_named_with_the_words_of_the_scheduler() {
	hello app <<<'resources: {instanceType: P4000}'
	until_why app Unschedulable
	contains "$(message app)" nvidia.com/gpu
}

a_probe_that_fails_is_named() {
	hello app <<<'healthChecks: {readiness: {path: /nothing, periodSeconds: 1}}'
	until_why app ProbeFailed
}

a_secret_without_the_key_is_named_and_starts_when_the_key_appears() {
	hello app <<<'env: [{name: TOKEN, value: "SECRET:NOT_THERE"}]'
	until_why app SecretKeyNotFound
	contains "$(message app)" NOT_THERE
	none deployment app
	kubectl patch secret gradient-secrets --type merge --patch '{"stringData":{"NOT_THERE":"now"}}'
	until_ready app 150
}

a_quota_that_leaves_no_room_is_named() {
	kubectl create quota none --hard=pods=0
	hello app
	until_why app QuotaExceeded
}

a_quota_that_a_helper_says_too_little_for_names_the_setting() {
	kubectl create quota limits --hard=limits.cpu=8
	object Dataset code <<<'{size: 1Gi}'
	app_repository code main | hello app
	until_why app AdmissionRefused
	contains "$(message app)" 'must specify limits.cpu'
	contains "$(message app)" 'set sync.resources.limits.cpu in the operator'
}

a_limit_range_that_the_machine_exceeds_is_named() {
	apply <<-END
		apiVersion: v1
		kind: LimitRange
		metadata: {name: tiny}
		spec: {limits: [{type: Container, max: {cpu: 1m}}]}
	END
	hello app
	until_why app AdmissionRefused
	contains "$(message app)" 'usage per Container is 1m'
	contains "$(message app)" LimitRange
}

a_claim_that_no_volume_fits_is_named() {
	object Dataset huge <<<'{size: 100Ti}'
	app_repository huge main | hello app
	until_why app ClaimPending
	contains "$(message app)" huge
}
