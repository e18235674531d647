#!/usr/bin/env bash
# Builds both images for the tests: images.sh STORE APP, with the published program in the directory APP. Only the build
# stage of the Dockerfile is replaced, by that directory, so that the program is compiled once in a test run. Everything that
# follows the build stage is the Dockerfile's own.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
store=$1
app=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/Images.Tests/images/engine.sh
. "$here/engine.sh"

mapfile -t bases < <("$here/bases.sh" "$store")
[ ${#bases[@]} -eq 2 ] || exit 1

context=$(mktemp -d "$store/context.XXXXXX")
trap 'rm -rf "$context"' EXIT
cp -r "$app" "$context/app"
{
  printf 'ARG CHISELLED_IMAGE\nARG DEBIAN_IMAGE\nFROM scratch AS build\nCOPY app /app\n'
  sed -n '/^# No shell, no package manager\./,$p' "$here/../../../Dockerfile"
} >"$context/Dockerfile"
grep -q ' AS proxy$' "$context/Dockerfile"

# build NAME VERSION: the image localhost/imds-proxy-tests/NAME. Without a cache, so that the same input is built twice.
build() {
  build_image "$1" "$context" --no-cache --build-arg "VERSION=$2" --build-arg REVISION=test
}

engine tag "${bases[0]}" localhost/imds-proxy-tests/debian:now
engine tag "${bases[1]}" localhost/imds-proxy-tests/chiselled:now
for target in proxy redirect; do
  build "$target:now" 0.1.0
  build "$target:again" 0.1.0
done
# A later version of proxy, to which a node is upgraded.
build proxy:next 0.2.0
