#!/bin/sh
# What an image holds: publish.sh ARCHITECTURE DIRECTORY. One place for make and for the Dockerfile, so that both make
# the same files.
set -eu
architecture=$1
output=$2
cd "$(dirname "$0")/.."
case $architecture in
  # Compiled ahead, so that the first request of a pod does not wait for the compiler.
  amd64) set -- -r linux-x64 --self-contained false -p:PublishReadyToRun=true ;;
  # Portable: not every feed has the packs that compile for arm64.
  arm64) set -- -p:UseAppHost=false ;;
  *) echo "publish.sh: '$architecture': write amd64 or arm64" >&2; exit 2 ;;
esac
# The analyzers have their say in every other build.
exec dotnet publish proxy/Host -c Release "$@" -p:ContinuousIntegrationBuild=true -p:RunAnalyzers=false -p:PublishDocumentationFiles=false -p:IsTransformWebConfigDisabled=true -o "$output" --nologo
