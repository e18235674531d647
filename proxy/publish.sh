#!/bin/sh
# Publishes the files of an image: publish.sh ARCHITECTURE DIRECTORY [COMMIT]. Both make and the Dockerfile use this script, so that
# they produce the same files. COMMIT is part of the version; without it, the repository is asked, which an image's build does not have.
# The program is compiled ahead of time, so that it starts at once and compiles nothing while pods wait.
# Needs clang and lld; to link for arm64 on amd64, also gcc-aarch64-linux-gnu and libc6-dev-arm64-cross.
set -eu
architecture=$1
output=$2
commit=${3:-}
cd "$(dirname "$0")/.."
case $architecture in
  amd64) set -- -r linux-x64 -p:ObjCopyName=objcopy ;;
  arm64) set -- -r linux-arm64 -p:ObjCopyName=aarch64-linux-gnu-objcopy ;;
  *) echo "publish.sh: '$architecture': write amd64 or arm64" >&2; exit 2 ;;
esac

# The same sources, SDK and linker make the same program, wherever and after whatever other build (docs/decisions/0046).
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
set -- "$@" --artifacts-path "artifacts/compiled-$architecture" "-p:PathMap=$PWD=/_" -p:DebugType=none -p:ContinuousIntegrationBuild=true

# The default optimisation, because OptimizationPreference=Speed makes the program 1.5 MB larger and no request cheaper. Methods
# with the same code are stored once (docs/decisions/0037).
set -- "$@" -p:PublishAot=true -p:LinkerFlavor=lld -p:IlcFoldIdenticalMethodBodies=true

# Publishes only the program with its bill of materials, without documentation. Analyzers are off here, because they run
# in every other build.
exec dotnet publish proxy/Host -c Release "$@" \
  -p:AllowedReferenceRelatedFileExtensions=none -p:PublishDocumentationFiles=false \
  -p:RunAnalyzers=false -p:IsTransformWebConfigDisabled=true -o "$output" --nologo ${commit:+"-p:SourceRevisionId=$commit"}
