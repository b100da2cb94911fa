#: publish [--sign]                            push what ./dev release has made in dist/ to its registry; --sign also signs it, without a key, by cosign
# Names and version are those of the chart in dist/. The login is docker's (docker login). What is published already stays, so it can be repeated.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$SCRIPTS/packages.sh"
source "$SCRIPTS/binaries.sh"

usage() { fail "usage: ./dev publish [--sign]"; }

DIST=$ROOT/dist
SIGN=''
for argument; do
	case $argument in
	--sign) SIGN=1 ;;
	*) usage ;;
	esac
done

oras() { "$(binary oras)" "$@"; }
helm() { "$(binary helm)" "$@"; }

read_names() {
	local chart=("$DIST"/gradient-operator-*.tgz)
	[[ -f $DIST/SHA256SUMS && -f ${chart[0]} ]] || fail "there is nothing to publish: ./dev release VERSION makes dist/"
	(cd "$DIST" && sha256sum --quiet --check SHA256SUMS) || fail "files in dist/ differ from SHA256SUMS: make them again by ./dev release"
	CHART=${chart[0]}
	VERSION=$(helm show chart "$CHART" | sed -n 's/^version: //p')
	IMAGES=$(helm show values "$CHART" | sed -n 's/^  prefix: "\(.*\)"$/\1/p')
	# As for docker: a registry of this machine needs no TLS.
	PLAIN=()
	[[ ! $IMAGES =~ ^(localhost|127\.0\.0\.1)(:|/) ]] || PLAIN=(--plain-http)
}

# A version that is published stays what it is.
push_image() { # NAME
	local layout=$DIST/$1-$VERSION.oci.tar:$VERSION image=$IMAGES$1 digest there
	digest=$(oras resolve --oci-layout "$layout")
	if there=$(oras resolve "${PLAIN[@]}" "$image:$VERSION" 2>/dev/null); then
		[[ $there == "$digest" ]] || fail "$image:$VERSION is published already, as $there and not as $digest: give the release another version"
	else
		oras cp --from-oci-layout "$layout" "${PLAIN[@]/#--/--to-}" "$image:$VERSION"
	fi
	[[ ! $SIGN ]] || sign_image "$image" "$digest" "$1"
}

# With the list of packages of each processor's image.
sign_image() { # IMAGE DIGEST NAME
	local architecture digest
	cosign sign --yes --recursive "$1@$2"
	oras manifest fetch "${PLAIN[@]}" "$1@$2" | jq -r '.manifests[] | .platform.architecture + " " + .digest' |
		while read -r architecture digest; do
			cosign attest --yes --type spdxjson --predicate "$DIST/$3-$architecture.spdx.json" "$1@$digest"
		done
}

# Its archive is the only layer; the manifest has the time of the push, and so another digest each time.
push_chart() {
	local said there name=${IMAGES}charts/gradient-operator
	if there=$(oras manifest fetch "${PLAIN[@]}" "$name:$VERSION" 2>/dev/null); then
		[[ $(jq -r '.layers[0].digest' <<<"$there") == sha256:$(sha256sum "$CHART" | cut -d' ' -f1) ]] ||
			fail "the chart $name:$VERSION is published already with other files: give the release another version"
	else
		said=$(helm push "$CHART" "oci://${name%/*}" "${PLAIN[@]}" 2>&1) || fail "$said"
	fi
	[[ ! $SIGN ]] || cosign sign --yes "$name@$(oras resolve "${PLAIN[@]}" "$name:$VERSION")"
}

sign_checksums() { cosign sign-blob --yes --bundle "$DIST/SHA256SUMS.sigstore.json" "$DIST/SHA256SUMS"; }

[[ ! $SIGN ]] || type -P cosign >/dev/null || fail "--sign needs cosign 3"
build_binaries helm oras
read_names
steps $((3 + ${#SIGN}))
step "${IMAGES}gradient-operator:$VERSION" push_image gradient-operator
step "${IMAGES}gradient-sync:$VERSION" push_image gradient-sync
step "oci://${IMAGES}charts/gradient-operator" push_chart
[[ ! $SIGN ]] || step "signature of the checksums" sign_checksums
say "published; try: helm upgrade --install gradient-operator oci://${IMAGES}charts/gradient-operator --version $VERSION --namespace gradient-system --create-namespace"
