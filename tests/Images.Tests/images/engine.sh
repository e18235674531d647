# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the scripts beside it, which set $store: the engine with a storage of its own, so that it touches nobody else's
# images. runc, because crun refuses a machine that has both versions of cgroups.
storage=(--root "$store/storage" --runroot "$store/run" --storage-driver "${IMDS_PROXY_STORAGE_DRIVER:-overlay}")
# The engine's own limits are higher than a machine without CAP_SYS_RESOURCE may set.
limits=(--ulimit "nofile=$(ulimit -Hn):$(ulimit -Hn)" --ulimit nproc=4096:4096)

engine() {
  podman "${storage[@]}" --cgroup-manager cgroupfs --runtime runc "$@"
}

builder() {
  buildah "${storage[@]}" "$@"
}

# build_image NAME CONTEXT ARGUMENTS…: the image localhost/imds-proxy-tests/NAME from the Dockerfile in CONTEXT, on the bases.
build_image() {
  builder build --quiet --isolation oci --runtime runc "${limits[@]}" --network host --pull-never --layers --timestamp 0 \
    --build-arg "DEBIAN_IMAGE=${bases[0]}" --build-arg "CHISELLED_IMAGE=${bases[1]}" \
    --target "${1%%:*}" --tag "localhost/imds-proxy-tests/$1" "${@:3}" "$2" >&2
}
