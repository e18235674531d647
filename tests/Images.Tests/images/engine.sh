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
