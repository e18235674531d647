#!/usr/bin/env bash
# Builds the images of the program in artifacts/publish, and an older version, and runs the tests of both: run.sh
# CONFIGURATION. Both are kept outside the working copy, in IMDS_PROXY_IMAGE_STORE, /var/cache/imds-proxy-tests by default.
set -euo pipefail
configuration=${1:-Release}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export PATH="$PATH:/usr/sbin:/sbin"
export IMDS_PROXY_IMAGE_STORE=${IMDS_PROXY_IMAGE_STORE:-/var/cache/imds-proxy-tests}
export IMDS_PROXY_PROGRAM=$root/artifacts/publish/imds-proxy
missing=
for program in podman buildah runc debootstrap; do
  command -v "$program" >/dev/null || missing="$missing $program"
done

if [ "$(id -u)" -ne 0 ]; then
  echo "images need root: their tests are skipped"
elif [ -n "$missing" ]; then
  echo "missing:$missing: the tests of images are skipped"
else
  began=$SECONDS
  "$here/images/images.sh" "$IMDS_PROXY_IMAGE_STORE" "$root/artifacts/publish"
  echo "the images are built after $((SECONDS - began)) s"
  "$here/images/whole.sh" "$IMDS_PROXY_IMAGE_STORE"
  echo "the images with the Dockerfile's build stage are built after $((SECONDS - began)) s"
  IMDS_PROXY_OLDER_PROGRAM=$("$here/images/older.sh" "$IMDS_PROXY_IMAGE_STORE")
  export IMDS_PROXY_OLDER_PROGRAM
  echo "the older version is built after $((SECONDS - began)) s"
fi

"$root/tests/run.sh" "$configuration" tests/Images.Tests/Images.Tests.csproj
