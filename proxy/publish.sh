#!/bin/sh
# What an image holds: publish.sh ARCHITECTURE DIRECTORY. One place for make and for the Dockerfile, so that both make
# the same files. The program is compiled ahead: it starts at once, and the runtime has nothing to compile while pods
# wait. Needs clang and lld; for arm64 on amd64 also gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, which link for it.
set -eu
architecture=$1
output=$2
cd "$(dirname "$0")/.."
case $architecture in
  amd64) set -- -r linux-x64 -p:ObjCopyName=objcopy ;;
  arm64) set -- -r linux-arm64 -p:ObjCopyName=aarch64-linux-gnu-objcopy ;;
  *) echo "publish.sh: '$architecture': write amd64 or arm64" >&2; exit 2 ;;
esac
# The analyzers have their say in every other build. The program alone, without its symbols and documentation.
exec dotnet publish proxy/Host -c Release "$@" -p:PublishAot=true -p:LinkerFlavor=lld -p:OptimizationPreference=Speed \
  -p:CopyOutputSymbolsToPublishDirectory=false -p:AllowedReferenceRelatedFileExtensions=none -p:PublishDocumentationFiles=false \
  -p:ContinuousIntegrationBuild=true -p:RunAnalyzers=false -p:IsTransformWebConfigDisabled=true -o "$output" --nologo
