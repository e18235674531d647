#!/usr/bin/env bash
# Makes the tests' base images from Debian's packages, so that no registry is asked: bases.sh STORE. Prints their names: the
# base of redirect, then the base of proxy. The mirror is the one that apt is configured with. The bases are made again only
# if this script or the version of one of their packages changes.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
store=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/Images.Tests/images/engine.sh
. "$here/engine.sh"
mkdir -p "$store"

# What the program loads: glibc and OpenSSL. The rest is linked into it.
libraries='libc6 libssl3 libssl3t64'

# shellcheck disable=SC2016 # apt-get expands them.
read -r mirror suite < <(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' \
  | awk '$3 == "main" && $2 !~ /-/ { print $1, $2; exit }')
[ -n "${mirror:-}" ] || { echo "bases.sh: apt is configured with no mirror" >&2; exit 1; }
# shellcheck disable=SC2086
versions=$(apt-cache policy base-files apt dpkg $libraries | grep -E '^[a-z]|Candidate:')
key=$(cat "$here/bases.sh" "$here/engine.sh" - <<<"$suite $versions" | sha256sum | cut -c1-12)
debian=localhost/imds-proxy-tests/debian:$key
chiselled=localhost/imds-proxy-tests/chiselled:$key

if ! engine image exists "$debian" || ! engine image exists "$chiselled"; then
  work=$(mktemp -d "$store/bases.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  # Packages that debootstrap downloads stay in the base's cache: redirect must stay small on a base that is not tidy, too.
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/debian" "$mirror" >&2
  tar -C "$work/debian" -c . | engine import --change CMD=bash - "$debian" >&2

  # Shared libraries alone, and the links by which the loader is found.
  mkdir -p "$work/chiselled/usr/lib" "$work/chiselled/usr/lib64"
  ln -s usr/lib usr/lib64 "$work/chiselled/"
  # shellcheck disable=SC2086
  chroot "$work/debian" sh -c "dpkg -L $libraries 2>/dev/null || true" | sed -nE 's#^(/usr)?/(lib(64)?/([^/]+-linux-gnu/)?[^/]+\.so(\.[0-9.]+)?)$#usr/\2#p' | sort -u \
    | tar -C "$work/debian" -c --no-recursion -T - | tar -C "$work/chiselled" -x
  tar -C "$work/chiselled" -c . | engine import - "$chiselled" >&2
fi

echo "$debian"
echo "$chiselled"
