#!/usr/bin/env bash
# podman with the tests' storage: podman.sh STORE ARGUMENTS…
set -euo pipefail
store=$1
shift
# shellcheck source=tests/Images.Tests/images/engine.sh
. "$(dirname "$0")/engine.sh"
case $1 in
  # The engine's own limits are higher than a machine without CAP_SYS_RESOURCE may set.
  run | create) command=$1; shift; set -- "$command" "${limits[@]}" "$@" ;;
esac
engine "$@"
