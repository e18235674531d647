#!/usr/bin/env bash
# Records what a version of the proxy leaves on a node, as root: record.sh DIRECTORY PROGRAM [ARGUMENT…]. That version is
# started as PROGRAM ARGUMENT…, for example dotnet imds-proxy.dll. The directory gets its log, its state, its policy and the
# rules of its redirect. CLIENT names the built network-client.dll, whose API server holds the policy and the pod.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
directory=$1
shift
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
node=record-$$
cleanup() { exec 7>&-; kill "${children[@]}" 2>/dev/null || true; wait; ip netns del "$node"; rm -rf "$work"; }
children=()
ip netns add "$node"
trap cleanup EXIT
ip -n "$node" link set lo up
ip -n "$node" addr add 10.244.0.11/32 dev lo
ip -n "$node" addr add 10.1.0.4/32 dev lo
# A function in the background would be a shell that a signal ends instead of the program.
in_node() { ip netns exec "$node" "$@"; }

cat >"$directory/policy.json" <<'JSON'
{
  "version": 1,
  "mode": "enforce",
  "identities": { "app": { "clientId": "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6" } },
  "rules": [
    {
      "name": "apps-read-secrets",
      "workloads": [ { "namespaces": ["apps"] } ],
      "allow": [
        { "path": "/metadata/identity/oauth2/token", "identities": ["app"], "resources": ["https://vault.azure.net"] },
        { "path": "/metadata/versions" }
      ]
    }
  ]
}
JSON
# The API server of the tests is told by lines on its input.
work=$(mktemp -d)
mkfifo "$work/lines"
ip netns exec "$node" dotnet "${CLIENT:?}" kube-api <"$work/lines" >"$work/api" &
children+=($!)
exec 7>"$work/lines"
printf '%s\n' 'pod apps web 10.244.0.11' "policy imds-proxy policy $directory/policy.json" >&7
until [ "$(grep -c '^done' "$work/api")" -eq 2 ]; do sleep 0.1; done
read -r _ api token ca < <(grep '^serves' "$work/api")

ip netns exec "$node" "$@" fake-imds --listen 127.0.0.1:8080 --rate-limit off --identity 2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6 >/dev/null 2>&1 &
children+=($!)

# serve_and_ask REQUESTS: one life of the proxy.
serve_and_ask() {
  ip netns exec "$node" "$@" serve --listen 0.0.0.0:8081 --management 127.0.0.1:8082 --upstream http://127.0.0.1:8080 --node-name node-1 --cluster-name prod \
    --policy-configmap imds-proxy/policy --callers kubernetes --kube-api "$api" --kube-token-file "$token" --kube-ca-file "$ca" --caller-rate 0 \
    --audit-dir "$directory/log" --audit-max-bytes 1MiB --state-dir "$directory/state" >/dev/null 2>&1 &
  local proxy=$!
  children+=("$proxy")
  in_node curl -s --retry 60 --retry-all-errors --retry-delay 1 -o /dev/null --fail http://127.0.0.1:8082/readyz
  local requests=()
  for _ in $(seq 75); do
    requests+=('http://127.0.0.1:8081/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net&client_id=2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6'
      'http://127.0.0.1:8081/metadata/instance?api-version=2021-02-01')
  done
  in_node curl -s --interface 10.244.0.11 -H 'Metadata: true' -o /dev/null "${requests[@]}" >/dev/null
  kill -TERM "$proxy"
  wait "$proxy"
}
serve_and_ask "$@"
serve_and_ask "$@"

for backend in nft legacy; do
  in_node "$@" redirect apply --backend "$backend" --wait 0ms --node-ip 10.1.0.4 --lock-file "$directory/lock" >/dev/null
  in_node "iptables-$backend-save" >"$directory/rules-$backend.txt"
  in_node "$@" redirect remove --backend "$backend" --lock-file "$directory/lock" >/dev/null
done
rm -f "$directory/lock" "$directory/state/.lock" "$directory/log/.lock"
