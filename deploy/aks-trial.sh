#!/usr/bin/env bash
# Tries ImdsProxy on AKS: creates a small cluster, installs the chart, runs a journey and all checks, writes a report, and deletes
# everything again, also after a failure. docs/aks-trial.md describes it. It was never run against Azure.
set -uo pipefail

usage() {
  cat <<'END'
deploy/aks-trial.sh --proxy-image REPOSITORY --redirect-image REPOSITORY [flags]

  --proxy-image REPOSITORY     where you pushed the Dockerfile's target proxy, without a tag
  --redirect-image REPOSITORY  where you pushed the Dockerfile's target redirect, without a tag
  --tag TAG                    the images' tag; default: the chart's appVersion
  --attach-acr NAME            a container registry of Azure that the cluster may pull from
  --location LOCATION          default: westeurope
  --network NETWORK            overlay (default), cilium or kubenet
  --vm-size SIZE               default: Standard_D2s_v5
  --name NAME                  the name of all that is created; default: imds-proxy-trial and a random number
  --report FILE                default: aks-trial-report.txt
  --yes                        do not ask before creating
  --keep                       do not delete at the end; the script prints how to
END
}

name=imds-proxy-trial-$RANDOM
location=westeurope network=overlay size=Standard_D2s_v5 report=aks-trial-report.txt
proxy_image='' redirect_image='' tag='' acr='' yes='' keep=''
while [ $# -gt 0 ]; do
  case $1 in
    --yes) yes=1; shift; continue ;;
    --keep) keep=1; shift; continue ;;
    --help | -h) usage; exit 0 ;;
  esac
  [ $# -gt 1 ] || { echo "aks-trial: $1: unknown flag, or its value is missing" >&2; usage >&2; exit 2; }
  case $1 in
    --proxy-image) proxy_image=$2 ;;
    --redirect-image) redirect_image=$2 ;;
    --tag) tag=$2 ;;
    --attach-acr) acr=$2 ;;
    --location) location=$2 ;;
    --network) network=$2 ;;
    --vm-size) size=$2 ;;
    --name) name=$2 ;;
    --report) report=$2 ;;
    *) echo "aks-trial: $1: unknown flag" >&2; usage >&2; exit 2 ;;
  esac
  shift 2
done
if [ -z "$proxy_image" ] || [ -z "$redirect_image" ]; then
  echo "aks-trial: give --proxy-image and --redirect-image (docs/install-aks.md says how to build them)" >&2
  exit 2
fi
case $network in
  overlay) plugin=(--network-plugin azure --network-plugin-mode overlay) ;;
  cilium) plugin=(--network-plugin azure --network-plugin-mode overlay --network-dataplane cilium) ;;
  kubenet) plugin=(--network-plugin kubenet) ;;
  *) echo "aks-trial: --network $network: write overlay, cilium or kubenet" >&2; exit 2 ;;
esac

repository=$(cd "$(dirname "$0")/.." && pwd)
namespace=imds-proxy
for program in az kubectl helm; do
  command -v "$program" >/dev/null || { echo "aks-trial: $program is not installed" >&2; exit 2; }
done
subscription=$(az account show --query name --output tsv) || { echo "aks-trial: log in first: az login" >&2; exit 2; }
# The group is deleted at the end. One that is there already belongs to somebody else.
if [ "$(az group exists --name "$name")" != false ]; then
  echo "aks-trial: the resource group $name exists already, or could not be looked up; choose another --name" >&2
  exit 2
fi

cat <<END
In the subscription "$subscription" this creates, in $location:
  resource group  $name, with all of the following in it
  cluster         $name (free tier): 2 nodes of size $size, their disks, a load balancer with a public address
  identity        $name-app, a managed identity without any rights
AKS adds a second resource group, MC_${name}_${name}_$location, for the nodes; it is deleted with the cluster.
The trial takes about 30 minutes. You pay for the nodes, disks, load balancer and address while they exist.
END
if [ -z "$yes" ]; then
  read -r -p "To create all this and delete it afterwards, type the name $name: " answer
  [ "$answer" = "$name" ] || { echo "Nothing was created."; exit 1; }
fi

work=$(mktemp -d)
export KUBECONFIG=$work/kubeconfig
failed=0
: >"$work/report"

# Ids of subscriptions, tenants and objects do not leave in the report.
hidden() { sed -E 's/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/<id>/g'; }
say() { printf '%s\n' "$*" | hidden | tee -a "$work/report"; }

# step NAME COMMAND…: runs a command and notes whether it succeeded. Its output goes to the report.
step() {
  local title=$1 output code
  shift
  output=$("$@" 2>&1)
  code=$?
  if [ $code -eq 0 ]; then say "PASS  $title"; else say "FAIL  $title"; failed=1; fi
  [ -z "$output" ] || printf '%s\n' "$output" | sed 's/^/      /' | hidden >>"$work/report"
  return $code
}

# fatal NAME COMMAND…: a step without which the rest makes no sense.
fatal() { step "$@" || { tail -n 20 "$work/report"; exit 1; }; }

# shellcheck disable=SC2329 # The trap calls it.
finish() {
  trap - EXIT
  [ -z "${1:-}" ] || { say "FAIL  interrupted"; failed=1; }
  cp "$work/report" "$report"
  if [ "$(az group exists --name "$name")" = false ]; then
    echo "There is nothing to delete."
  elif [ -n "$keep" ]; then
    echo "Kept. Delete it with: az group delete --name $name --yes"
  else
    echo "Deleting the resource group $name; this takes some minutes."
    if az group delete --name "$name" --yes && [ "$(az group exists --name "$name")" = false ]; then
      echo "Deleted."
    else
      echo "aks-trial: NOT DELETED, and it costs money: az group delete --name $name --yes" >&2
      failed=1
    fi
  fi
  rm -rf "$work"
  echo "The report is in $report. It holds no token and no id of yours; please read it, and send it to the maintainers."
  exit $failed
}
trap 'finish' EXIT
trap 'finish interrupted' INT TERM

say "ImdsProxy on AKS: network $network, nodes $size in $location"
fatal "create the resource group" az group create --name "$name" --location "$location" --tags purpose=imds-proxy-trial --output none
fatal "create the managed identity" az identity create --resource-group "$name" --name "$name-app" --output none
fatal "create the cluster" az aks create --resource-group "$name" --name "$name" --location "$location" --tier free --node-count 2 \
  --node-vm-size "$size" "${plugin[@]}" ${acr:+--attach-acr "$acr"} --no-ssh-key --output none
fatal "get its credentials" az aks get-credentials --resource-group "$name" --name "$name" --file "$KUBECONFIG"

identity=$(az identity show --resource-group "$name" --name "$name-app" --query id --output tsv)
client=$(az identity show --resource-group "$name" --name "$name-app" --query clientId --output tsv)
nodes=$(az aks show --resource-group "$name" --name "$name" --query nodeResourceGroup --output tsv)
give_identity() {
  local sets set
  sets=$(az vmss list --resource-group "$nodes" --query '[].name' --output tsv) || return 1
  [ -n "$sets" ] || { echo "no scale set in $nodes"; return 1; }
  for set in $sets; do
    az vmss identity assign --resource-group "$nodes" --name "$set" --identities "$identity" --output none || return 1
  done
}
fatal "give the nodes the identity" give_identity

# The pods of the journey use the redirect's image, because it has bash. Each prints a status line, never a body.
pod() { # NAMESPACE NAME [hostNetwork]
  kubectl apply -f - <<END
apiVersion: v1
kind: Pod
metadata: { name: $2, namespace: $1 }
spec:
  hostNetwork: ${3:-false}
  automountServiceAccountToken: false
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  containers:
    - name: ask
      image: $redirect_image:$tag
      command: [/bin/bash, -c, "sleep infinity"]
END
}
[ -n "$tag" ] || tag=$(sed -n 's/^appVersion: "\(.*\)"/\1/p' "$repository/charts/imds-proxy/Chart.yaml")
ask() { # NAMESPACE NAME PATH
  kubectl -n "$1" exec "$2" -- timeout 10 bash -c \
    "exec 3<>/dev/tcp/169.254.169.254/80 && printf 'GET %s HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\nConnection: close\r\n\r\n' '$3' >&3 && head -n 1 <&3" 2>&1
}
expect() { # STATUS NAMESPACE NAME PATH
  local line attempt
  # A new pod may be unknown for a moment, and new rules and identities take a while to reach every part.
  for attempt in 1 2 3 4 5 6; do
    line=$(ask "$2" "$3" "$4")
    case $line in *" $1 "*) return 0 ;; esac
    [ "$attempt" = 6 ] || sleep "${AKS_TRIAL_PAUSE:-10}"
  done
  echo "expected status $1, and got: ${line:-no answer}"
  return 1
}
token="/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/&client_id=$client"
instance='/metadata/instance?api-version=2021-02-01'

prepare_namespaces() {
  kubectl create namespace trial-allowed && kubectl create namespace trial-denied && kubectl create namespace $namespace \
    && kubectl label namespace $namespace pod-security.kubernetes.io/enforce=privileged
}
fatal "create the namespaces" prepare_namespaces
start_pods() {
  pod trial-allowed allowed && pod trial-denied denied && pod trial-denied on-node true \
    && kubectl wait --for=condition=Ready pod/allowed -n trial-allowed --timeout=300s \
    && kubectl wait --for=condition=Ready pod/denied pod/on-node -n trial-denied --timeout=300s
}
fatal "start the pods of the journey" start_pods
step "before: any pod gets a token" expect 200 trial-denied denied "$token"

cat >"$work/values.yaml" <<END
clusterName: $name
image:
  proxy: { repository: "$proxy_image", tag: "$tag" }
  redirect: { repository: "$redirect_image", tag: "$tag" }
policy:
  mode: enforce
  identities: { app: { clientId: $client } }
  rules:
    trial:
      workloads: [ { namespaces: [trial-allowed] } ]
      allow: [ { path: /metadata/identity/oauth2/token, identities: [app], resources: ["https://management.azure.com"] } ]
END
fatal "install the chart" helm install imds-proxy "$repository/charts/imds-proxy" -n $namespace -f "$work/values.yaml"
fatal "the proxy becomes ready on every node" kubectl -n $namespace rollout status daemonset/imds-proxy --timeout=300s

step "the allowed pod gets its token" expect 200 trial-allowed allowed "$token"
step "the allowed pod gets nothing else" expect 403 trial-allowed allowed "$instance"
step "the other pod gets no token" expect 403 trial-denied denied "$token"
step "a pod on hostNetwork passes the proxy by, as documented" expect 200 trial-denied on-node "$token"
step "helm test" helm test imds-proxy -n $namespace
for proxy in $(kubectl -n $namespace get pods -l app.kubernetes.io/component=node -o name); do
  step "doctor in $proxy, container redirect" kubectl -n $namespace exec "$proxy" -c redirect -- /app/imds-proxy doctor
  step "doctor in $proxy, container proxy" kubectl -n $namespace exec "$proxy" -c proxy -- /app/imds-proxy doctor
  step "the audit log of $proxy is whole" kubectl -n $namespace exec "$proxy" -c proxy -- /app/imds-proxy audit verify /var/log/imds-proxy
done
restart() {
  kubectl -n $namespace rollout restart daemonset/imds-proxy && kubectl -n $namespace rollout status daemonset/imds-proxy --timeout=300s
}
step "a rollout" restart
step "after the rollout the allowed pod gets its token" expect 200 trial-allowed allowed "$token"
step "after the rollout the other pod gets none" expect 403 trial-denied denied "$token"
step "uninstall" helm uninstall imds-proxy -n $namespace --timeout 10m
step "afterwards any pod gets a token again" expect 200 trial-denied denied "$token"

say "versions"
step "kubectl" kubectl version
step "helm" helm version --short
step "nodes" kubectl get nodes -o wide
echo
cat "$work/report"
