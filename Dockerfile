# syntax=docker/dockerfile:1
# Builds two images: `--target proxy` and `--target redirect`. The base images are arguments without defaults, so that this
# file names no registry. docs/install-aks.md lists suitable base images. Pin each by its digest.
ARG SDK_IMAGE
ARG CHISELLED_IMAGE
ARG DEBIAN_IMAGE

# Builds both architectures on amd64, because the linker for arm64 is available there.
FROM --platform=linux/amd64 ${SDK_IMAGE} AS build
ARG TARGETARCH
RUN apt-get update \
 && apt-get install -y --no-install-recommends clang lld binutils libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig policy.example.json ./
COPY proxy/ proxy/
ARG REVISION
RUN proxy/publish.sh "$TARGETARCH" /app "$REVISION"

# No shell, no package manager.
FROM ${CHISELLED_IMAGE} AS proxy
ARG VERSION=0.1.0
ARG REVISION
LABEL org.opencontainers.image.title="imds-proxy" \
      org.opencontainers.image.description="A filtering proxy for the Azure Instance Metadata Service, one per Kubernetes node" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /app /app
USER 16254:16254
ENTRYPOINT ["/app/imds-proxy"]

FROM ${DEBIAN_IMAGE} AS redirect
ARG VERSION=0.1.0
ARG REVISION
LABEL org.opencontainers.image.title="imds-proxy-redirect" \
      org.opencontainers.image.description="Maintains the iptables rules that redirect pods' IMDS traffic to imds-proxy" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Removes apt's caches, because not every base cleans them, and all that holds the time of the build, so that the same packages
# make the same layer.
RUN apt-get update \
 && apt-get install -y --no-install-recommends conntrack iptables \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/cache/ldconfig/aux-cache \
      /var/lib/dpkg/*-old /var/log/apt /var/log/alternatives.log /var/log/dpkg.log
COPY --from=build /app /app
ENV PATH="$PATH:/usr/sbin:/sbin"
# Root, because NET_ADMIN is not effective for other users. The chart drops all capabilities except NET_ADMIN and NET_RAW.
USER 0:0
ENTRYPOINT ["/app/imds-proxy"]
CMD ["redirect", "watch"]
