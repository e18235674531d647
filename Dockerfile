# syntax=docker/dockerfile:1
# Two images: `--target proxy` and `--target redirect`. The base images are arguments without a default, so that this
# file names no registry: docs/install-aks.md lists the ones it was written for. Pin each by digest.
ARG SDK_IMAGE
ARG CHISELLED_IMAGE
ARG DEBIAN_IMAGE

# On amd64 for both architectures: what links for arm64 is there for it.
FROM --platform=linux/amd64 ${SDK_IMAGE} AS build
ARG TARGETARCH
RUN apt-get update \
 && apt-get install -y --no-install-recommends clang lld binutils libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig policy.example.json ./
COPY proxy/ proxy/
RUN proxy/publish.sh "$TARGETARCH" /app

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
      org.opencontainers.image.description="Keeps the iptables rules that bring pods' IMDS traffic to imds-proxy" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update \
 && apt-get install -y --no-install-recommends conntrack iptables \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
ENV PATH="$PATH:/usr/sbin:/sbin"
# Root, and in the chart with NET_ADMIN and NET_RAW alone: NET_ADMIN is not effective for another user.
USER 0:0
ENTRYPOINT ["/app/imds-proxy"]
CMD ["redirect", "watch"]
