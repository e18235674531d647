# syntax=docker/dockerfile:1
# Two images: `--target proxy` and `--target redirect`. The base images are arguments without a default, so that this
# file names no registry: docs/install-aks.md lists the ones it was written for. Pin each by digest.
ARG SDK_IMAGE
ARG ASPNET_IMAGE
ARG CHISELLED_IMAGE
ARG DEBIAN_IMAGE

# On the builder's own architecture: what is published for another one needs none of its programs.
FROM --platform=$BUILDPLATFORM ${SDK_IMAGE} AS build
ARG TARGETARCH
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
# Diagnostics open a socket in /tmp, which is read-only in the chart, to whoever is the same user.
ENV DOTNET_EnableDiagnostics=0
USER 16254:16254
# On every architecture alike: the chart's probes are written once.
ENTRYPOINT ["dotnet", "/app/imds-proxy.dll"]

# The runtime alone is taken from it.
FROM ${ASPNET_IMAGE} AS runtime

FROM ${DEBIAN_IMAGE} AS redirect
ARG VERSION=0.1.0
ARG REVISION
LABEL org.opencontainers.image.title="imds-proxy-redirect" \
      org.opencontainers.image.description="Keeps the iptables rules that bring pods' IMDS traffic to imds-proxy" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN apt-get update \
 && apt-get install -y --no-install-recommends conntrack iptables libstdc++6 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
COPY --from=build /app /app
ENV DOTNET_EnableDiagnostics=0 PATH="$PATH:/usr/share/dotnet:/usr/sbin:/sbin"
# Root, and in the chart with NET_ADMIN and NET_RAW alone: NET_ADMIN is not effective for another user.
USER 0:0
ENTRYPOINT ["dotnet", "/app/imds-proxy.dll"]
CMD ["redirect", "watch"]
