#!/usr/bin/env bash
# Publishes a release: release.sh check | images | chart. .github/workflows/release.yml runs it, and so can you; see
# docs/releases.md. It has not been run against a registry yet.
#   REGISTRY   where to push, such as registry.example.com/team
#   VERSION    the version, as in Directory.Build.props and Chart.yaml
#   SDK_IMAGE, CHISELLED_IMAGE, DEBIAN_IMAGE   the base images, each with its digest (images only)
#   OUTPUT     a file that receives NAME=VALUE lines with the digests; default: standard output
set -euo pipefail
cd "$(dirname "$0")/.."

need() {
  local name
  for name in "$@"; do
    [ -n "${!name:-}" ] || { echo "release: set $name" >&2; exit 2; }
  done
}
tell() { printf '%s\n' "$1" >>"${OUTPUT:-/dev/stdout}"; }

# Three files state the version, and the tag must agree with all of them.
check() {
  need VERSION
  local found
  for found in \
    "Directory.Build.props $(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)" \
    "Chart.yaml(version) $(sed -n 's/^version: //p' charts/imds-proxy/Chart.yaml)" \
    "Chart.yaml(appVersion) $(sed -n 's/^appVersion: "\(.*\)"/\1/p' charts/imds-proxy/Chart.yaml)"; do
    [ "${found#* }" = "$VERSION" ] || { echo "release: ${found% *} says ${found#* }, not $VERSION" >&2; exit 1; }
  done
  grep -q "^## \[$VERSION\]" CHANGELOG.md || { echo "release: CHANGELOG.md has no section [$VERSION]" >&2; exit 1; }
}

# Base images must be pinned, so that the provenance says what is in the image.
pinned() {
  local name
  for name in SDK_IMAGE CHISELLED_IMAGE DEBIAN_IMAGE; do
    case ${!name} in *@sha256:*) ;; *) echo "release: $name is not pinned by a digest (…@sha256:…)" >&2; exit 2 ;; esac
  done
}

images() {
  need REGISTRY VERSION SDK_IMAGE CHISELLED_IMAGE DEBIAN_IMAGE
  pinned
  local target image digest metadata
  metadata=$(mktemp)
  for target in proxy redirect; do
    image=$REGISTRY/imds-proxy
    [ "$target" = proxy ] || image=$image-$target
    docker buildx build . --target "$target" --platform linux/amd64,linux/arm64 --push \
      --provenance mode=max --sbom true --metadata-file "$metadata" \
      --build-arg "SDK_IMAGE=$SDK_IMAGE" --build-arg "CHISELLED_IMAGE=$CHISELLED_IMAGE" --build-arg "DEBIAN_IMAGE=$DEBIAN_IMAGE" \
      --build-arg "VERSION=$VERSION" --build-arg "REVISION=$(git rev-parse HEAD)" --tag "$image:$VERSION"
    digest=$(sed -n 's/.*"containerimage.digest": *"\(sha256:[0-9a-f]\{64\}\)".*/\1/p' "$metadata" | head -n 1)
    [ -n "$digest" ] || { echo "release: the build did not state the digest of $image" >&2; exit 1; }
    cosign sign --yes --recursive "$image@$digest"
    tell "${target}_image=$image"
    tell "${target}_digest=$digest"
  done
  rm -f "$metadata"
}

chart() {
  need REGISTRY VERSION
  local directory pushed digest
  directory=$(mktemp -d)
  helm package charts/imds-proxy --version "$VERSION" --app-version "$VERSION" --destination "$directory"
  pushed=$(helm push "$directory/imds-proxy-$VERSION.tgz" "oci://$REGISTRY/charts" 2>&1)
  digest=$(printf '%s\n' "$pushed" | sed -n 's/^Digest: *\(sha256:[0-9a-f]\{64\}\)$/\1/p')
  [ -n "$digest" ] || { echo "release: helm did not state the digest of the chart: $pushed" >&2; exit 1; }
  cosign sign --yes "$REGISTRY/charts/imds-proxy@$digest"
  tell "chart_image=$REGISTRY/charts/imds-proxy"
  tell "chart_digest=$digest"
  rm -rf "$directory"
}

case ${1:-} in
  check | images | chart) "$1" ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
