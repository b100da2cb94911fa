# The two images, each a program with what it needs and nothing else: no package manager, and no shell in the operator's.
#   docker build --target gradient-operator .      the operator
#   docker build --target gradient-sync .          what the helper containers run
# `./dev image` builds both, and says what to do where the base cannot be pulled. A machine needs no compiler for it.
ARG BASE=docker.io/library/debian:bookworm-slim
ARG RCLONE_VERSION=v1.76.0
ARG GIT_LFS_VERSION=v3.8.1

FROM ${BASE} AS build
WORKDIR /src
COPY scripts/packages.sh scripts/assemble.sh scripts/
RUN bash -euo pipefail -c 'source scripts/packages.sh; source scripts/assemble.sh; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get update -q; \
    apt-get upgrade -qy; \
    apt-get install -qy --no-install-recommends "${BUILD_PACKAGES[@]}" "${SYNC_IMAGE_PACKAGES[@]}"; \
    rm -rf /var/lib/apt/lists'
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY src src
ARG REVISION=
RUN cmake --preset release -D REVISION="${REVISION}" && cmake --build --preset release

# rclone, git-lfs, oci-pull and gradient-unpack are not Debian's but built from Go modules, by a Go that Debian does not have.
FROM ${BASE} AS modules
ARG GOPROXY=
ARG RCLONE_VERSION
ARG GIT_LFS_VERSION
WORKDIR /src
COPY scripts/common.sh scripts/packages.sh scripts/binaries.sh scripts/rclone.go scripts/git_lfs.go scripts/ranges.go \
    scripts/oci_pull.go scripts/local_addresses.go scripts/unpack.go scripts/unpack_archives.go scripts/
# The secret is for a network that ends TLS itself: certificates of the authorities to trust, as `./dev image` gives the machine's.
RUN --mount=type=secret,id=authorities bash -euo pipefail -c 'source scripts/common.sh; source scripts/packages.sh; source scripts/binaries.sh; \
    if [[ -e /run/secrets/authorities ]]; then export SSL_CERT_FILE=/run/secrets/authorities; fi; \
    build_binaries rclone git-lfs oci-pull gradient-unpack; \
    install "$(binary rclone)" "$(binary git-lfs)" "$(binary oci-pull)" "$(binary gradient-unpack)" /; \
    rm -rf "$CACHE" "$HOME/go" /var/lib/apt/lists'

# A folder for each image. The local cluster's images have this machine's files instead of this stage (scripts/images.sh).
FROM build AS files
COPY --from=modules /rclone /git-lfs /oci-pull /gradient-unpack /
RUN bash -euo pipefail -c 'source scripts/assemble.sh; \
    assemble_operator /gradient-operator build/release/bin/gradient-operator; \
    assemble_sync /gradient-sync build/release/bin/gradient-sync /rclone /git-lfs /oci-pull /gradient-unpack'

FROM scratch AS gradient-operator
COPY --from=files --chown=0:0 /gradient-operator /
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/gradient-operator"]
CMD ["run"]
ARG VERSION=dev
ARG REVISION=
LABEL org.opencontainers.image.title="gradient-operator" \
      org.opencontainers.image.description="Runs Gradient deployment specs on Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

FROM scratch AS gradient-sync
COPY --from=files --chown=0:0 /gradient-sync /
USER 65532:65532
ENV HOME=/tmp PATH=/usr/local/bin:/usr/bin:/bin
ENTRYPOINT ["gradient-sync"]
ARG VERSION=dev
ARG REVISION=
ARG RCLONE_VERSION
ARG GIT_LFS_VERSION
LABEL org.opencontainers.image.title="gradient-sync" \
      org.opencontainers.image.description="Brings repositories and models onto volumes for gradient-operator" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      gradient-operator.dev/rclone-version="${RCLONE_VERSION}" \
      gradient-operator.dev/git-lfs-version="${GIT_LFS_VERSION}"
