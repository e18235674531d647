#!/usr/bin/env bash
# Installs the programs that the tests need beyond the .NET SDK, from Debian's or Ubuntu's packages. Without root, it only
# lists what is missing: the tests that need those programs are skipped with a reason. install-tools.sh images also installs
# the container engine of make test-images.
set -euo pipefail

declare -A packages=(
  [iptables]=iptables [iptables-legacy]=iptables [nft]=nftables [conntrack]=conntrack [ip]=iproute2
  [curl]=curl [tcpdump]=tcpdump [promtool]=prometheus [node]=nodejs [npm]=npm [jq]=jq [make]=make [tar]=tar
  [wrk]=wrk [nginx]=nginx-light [haproxy]=haproxy [taskset]=util-linux [shellcheck]=shellcheck
  # For a small disk that tests fill, freeze and remove.
  [mkfs.ext4]=e2fsprogs [fsfreeze]=util-linux [losetup]=mount
  # The linkers of proxy/publish.sh for both architectures, and the emulator for the other architecture's program.
  [clang]="clang libc6-dev" [ld.lld]=lld [objcopy]=binutils [aarch64-linux-gnu-gcc]="gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
  [qemu-aarch64]=qemu-user
)

case ${1:-} in
  images) packages+=([podman]="podman golang-github-containers-common" [buildah]=buildah [runc]=runc [debootstrap]=debootstrap) ;;
  console) packages=([chromium]=chromium) ;;
esac

export PATH="$PATH:/usr/sbin:/sbin"
missing=()
for program in "${!packages[@]}"; do
  if ! command -v "$program" >/dev/null; then
    read -ra needed <<<"${packages[$program]}"
    missing+=("${needed[@]}")
  fi
done
# A library that no program brings: the solver with which the proofs about policies are compared.
ldconfig -p | grep -q 'libz3\.so\.4' || missing+=(libz3-4)
[ ${#missing[@]} -eq 0 ] && exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing for some tests, which will be skipped: ${missing[*]} (as root on Debian: apt-get install ${missing[*]})" >&2
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
echo "installing: ${missing[*]}"
# Prevents the packages' services (prometheus, nginx, haproxy) from starting, because only their programs are needed.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
