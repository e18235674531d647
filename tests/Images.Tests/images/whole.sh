#!/usr/bin/env bash
# Builds both images from the Dockerfile as it is written, build stage included: whole.sh STORE. The SDK's base is made of the
# tests' Debian base and this machine's .NET SDK, with what this machine trusts and where it finds packages, so that no registry
# is asked. Takes some minutes.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
store=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
# shellcheck source=tests/Images.Tests/images/engine.sh
. "$here/engine.sh"

mapfile -t bases < <("$here/bases.sh" "$store")
[ ${#bases[@]} -eq 2 ] || exit 1
sdk=localhost/imds-proxy-tests/sdk:${bases[0]##*:}-$(dotnet --version)-$(sha256sum "$here/whole.sh" | cut -c1-8)

if ! engine image exists "$sdk"; then
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  container=$(builder from --pull-never "${bases[0]}")
  trap 'builder rm "$container" >/dev/null' EXIT
  into=$(builder mount "$container")
  cp -a "$dotnet" "$into/usr/share/dotnet"
  cp -L /etc/ssl/certs/ca-certificates.crt "$into/etc/ssl/certs/"
  if [ -e ~/.nuget/NuGet/NuGet.Config ]; then
    install -D ~/.nuget/NuGet/NuGet.Config "$into/root/.nuget/NuGet/NuGet.Config"
  fi
  builder config --env PATH=/usr/share/dotnet:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --env DOTNET_NOLOGO=1 --env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 --env "NUGET_CERT_REVOCATION_MODE=${NUGET_CERT_REVOCATION_MODE:-}" "$container"
  builder commit --quiet "$container" "$sdk" >&2
fi

for target in proxy redirect; do
  build_image "$target:whole" "$root" --build-arg "SDK_IMAGE=$sdk" --build-arg TARGETARCH=amd64 --build-arg "REVISION=$(git -C "$root" rev-parse HEAD)"
done
