# shellcheck shell=bash
# The audit log of the whole run beside what the manifests grant: this runs after all others, where all have run.

# "patch apps/deployments" for what the operator asked for and how the API server decided. An apply that makes an object needs `create`, too.
asked() { # allow|forbid
	jq -r --arg decision "$1" 'select(.annotations["authorization.k8s.io/decision"] == $decision and .objectRef) | .objectRef as $of |
		(.verb, if .verb == "patch" and .responseStatus.code == 201 then "create" else empty end) |
		"\(.) \($of.apiGroup // "")/\($of.resource)\(if $of.subresource then "/" + $of.subresource else "" end)"' "$AUDIT_LOG" | sort -u
}

# Without what no request needs: an admission plugin asks for it where it is on.
granted() {
	kubectl get clusterrole gradient-operator -o json | jq -r '.rules[] | .apiGroups[] as $group | .resources[] as $resource |
		.verbs[] | "\(.) \($group)/\($resource)"' | grep -v '/finalizers$' | sort -u
}

the_operator_was_refused_nothing_and_has_used_each_of_its_rights() {
	equals "$(asked forbid)" ""
	diff --label granted --label used -U0 <(granted) <(asked allow)
}
