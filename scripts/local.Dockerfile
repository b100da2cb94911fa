# Images of the local cluster besides our own: `files` is a folder that images.sh assembles.
FROM scratch AS pause
COPY --from=files --chown=0:0 / /
ENTRYPOINT ["/pause"]

FROM scratch AS busybox
COPY --from=files --chown=0:0 / /
ENV PATH=/bin:/usr/bin

# For namespaces that demand it.
FROM busybox AS busybox-user
USER 65532:65532
