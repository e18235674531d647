#!/usr/bin/env bash
# Builds an older version from git's history, once, and prints the path of its program: older.sh STORE. Prints nothing if this
# clone does not have that commit.
set -euo pipefail
store=$1
# The last commit before images were tested. tests/FunctionalTests/Upgrade/older was recorded with it.
commit=93c706636842c96b2a2b19298632b61dfcf98587
repository=$(cd "$(dirname "$0")/../../.." && pwd)
program=$store/older/$commit/imds-proxy.dll

if [ ! -e "$program" ]; then
  if ! git -C "$repository" cat-file -e "$commit^{commit}" 2>/dev/null; then
    echo "older.sh: this clone does not have $commit: upgrades from it are not tested" >&2
    exit 0
  fi
  mkdir -p "$store"
  source=$(mktemp -d "$store/older.XXXXXX")
  trap 'rm -rf "$source"' EXIT
  git -C "$repository" archive "$commit" | tar -x -C "$source"
  dotnet build "$source/proxy/Host" -c Release --nologo -v quiet -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -o "$source/out" >&2
  mkdir -p "$store/older"
  mv "$source/out" "${program%/*}"
fi
echo "$program"
