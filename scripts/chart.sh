# shellcheck shell=bash
# The Helm chart. Sourced after common and binaries.

CHART=$ROOT/helm/gradient-operator
INSTALL=$ROOT/manifests/install.yaml

# Without the line that says that the chart's CRDs are those in crds/, by a link.
helm() {
	"$(binary helm)" "$@" 2> >(sed '/found symbolic link/d' >&2)
}

# The chart as plain manifests, without the CRDs, which are in crds/.
render_install() { # [ARGUMENT-OF-HELM...]
	cat <<-END
		# The operator for all namespaces: the rendered chart helm/gradient-operator, by ./dev format.
		# kubectl apply -f crds/ -f manifests/install.yaml
		apiVersion: v1
		kind: Namespace
		metadata:
		  name: gradient-system
		  labels:
		    app.kubernetes.io/name: gradient-operator
		    app.kubernetes.io/component: rights
		    pod-security.kubernetes.io/enforce: restricted
	END
	helm template gradient-operator "$CHART" --namespace gradient-system --no-hooks --set crds.install=false "$@" |
		sed -e '/^# Source: /d' -e '/app.kubernetes.io\/managed-by: Helm/d'
}
