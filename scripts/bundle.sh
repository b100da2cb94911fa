# shellcheck shell=bash
# The files of a release besides its images: chart, manifests, plugin of kubectl, checksums. The same commit always gives the same bytes.
# Sourced after common, binaries and chart.
# Needs DIST (the folder), VERSION, EPOCH (time of the commit), REPOSITORY (its URL), IMAGES (prefix of the images' names).

downloads() { echo "$REPOSITORY/releases/download/v$VERSION"; }

# An archive that does not depend on who made the files, when, or with which umask.
pack() { # FOLDER MEMBER...
	tar -C "$1" --sort=name --mtime="@$EPOCH" --owner=0 --group=0 --numeric-owner --mode=u+rw,go-w,a+rX --format=gnu -c "${@:2}"
}

# Fails where a file lacks the line.
demand() { # FILE LINE
	grep -qxF -- "$2" "$ROOT/$1" || fail "release $VERSION: $1 must have the line \"$2\""
}

check_version() {
	[[ $VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "\"$VERSION\" is not a version such as 1.2.3; the project's is $(version)"
	[[ $VERSION == "$(version)" ]] || fail "the project's version is $(version), not $VERSION: change it first in CMakeLists.txt (project), helm/gradient-operator/Chart.yaml (version, appVersion) and docs/quick-start.md"
	demand helm/gradient-operator/Chart.yaml "version: $VERSION"
	demand helm/gradient-operator/Chart.yaml "appVersion: $VERSION"
	grep -q "gradient-operator:${VERSION//./\\.} " "$ROOT/docs/quick-start.md" || fail "release $VERSION: docs/quick-start.md names images of another version"
}

# The chart installs the images of this release by default. Helm's archive has the time, so it is packed again.
bundle_chart() {
	local work
	work=$(mktemp -d)
	cp -RL "$CHART" "$work/source"
	sed -i "s|^  prefix: \"\"\$|  prefix: \"$IMAGES\"|" "$work/source/values.yaml"
	grep -qxF "  prefix: \"$IMAGES\"" "$work/source/values.yaml" || fail "values.yaml of the chart has no images.prefix to write $IMAGES to"
	printf 'home: %s\nsources: [%s]\n' "$REPOSITORY" "$REPOSITORY" >>"$work/source/Chart.yaml"
	helm package "$work/source" --destination "$work"
	mkdir "$work/packed"
	tar -C "$work/packed" --touch -xzf "$work/gradient-operator-$VERSION.tgz"
	pack "$work/packed" gradient-operator | gzip -9n >"$DIST/gradient-operator-$VERSION.tgz"
	rm -r "$work"
}

# One file for everything that a cluster gets.
bundle_manifests() {
	local file
	{
		echo "# gradient-operator $VERSION for all namespaces: kubectl apply -f install.yaml"
		for file in "$ROOT"/crds/*.yaml; do
			cat "$file"
			echo ---
		done
		render_install --set "images.prefix=$IMAGES" | sed '1,2d' # its own heading
	} >"$DIST/install.yaml"
}

# The operator's program with its loader and libraries, so that any Linux runs it.
bundle_plugin() { # ARCHITECTURE FOLDER-OF-THE-OPERATOR
	local work loader
	work=$(mktemp -d)
	mkdir "$work/lib"
	install -m 755 "$2/usr/local/bin/gradient-operator" "$work/gradient-operator"
	find "$2" -type f -name '*.so*' -exec cp -t "$work/lib" {} +
	loader=$(cd "$work/lib" && echo ld-linux*)
	sed "s/LOADER/$loader/" "$SCRIPTS/kubectl-gradient" >"$work/kubectl-gradient"
	chmod 755 "$work/kubectl-gradient"
	cp "$ROOT/LICENSE" "$work/LICENSE"
	cp -R "$2/usr/share/doc" "$work/licences"
	pack "$work" LICENSE gradient-operator kubectl-gradient lib licences | gzip -9n >"$DIST/kubectl-gradient-linux-$1.tar.gz"
	rm -r "$work"
}

checksum() { sha256sum "$DIST/$1" | cut -d' ' -f1; }

bundle_krew() { # ARCHITECTURE...
	local architecture archive
	{
		cat <<-END
			apiVersion: krew.googlecontainertools.github.com/v1alpha2
			kind: Plugin
			metadata:
			  name: gradient
			spec:
			  version: v$VERSION
			  homepage: $REPOSITORY
			  shortDescription: Look into Gradient deployments
			  description: |
			    Checks, renders and compares GradientDeployments before they are applied, and shows state, content and logs of those that run.
			    Turns specs of the Gradient platform into objects of gradient-operator.
			  platforms:
		END
		for architecture; do
			archive=kubectl-gradient-linux-$architecture.tar.gz
			cat <<-END
				  - selector:
				      matchLabels: {os: linux, arch: $architecture}
				    uri: $(downloads)/$archive
				    sha256: $(checksum "$archive")
				    bin: kubectl-gradient
			END
		done
	} >"$DIST/gradient.yaml"
}

bundle_checksums() { (cd "$DIST" && find . -type f ! -name 'SHA256SUMS*' -printf '%P\n' | sort | xargs sha256sum >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS); }
