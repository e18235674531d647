#!/bin/bash
# Stands in for az, kubectl, helm, docker and cosign in the tests of deploy/. STUB_DIR holds its state and the calls; a call that
# matches STUB_FAIL fails.
call="$(basename "$0") $*"
printf '%s\n' "$call" >>"$STUB_DIR/calls"
if [ -n "$STUB_FAIL" ] && [[ $call =~ $STUB_FAIL ]]; then
  echo "stub: failed on purpose" >&2
  exit 1
fi
case $call in
  "az account show"*) echo "Trial subscription" ;;
  "az group exists"*) if [ -e "$STUB_DIR/group" ]; then echo true; else echo false; fi ;;
  "az group create"*) touch "$STUB_DIR/group" ;;
  "az group delete"*) rm -f "$STUB_DIR/group" ;;
  "az aks show"*) echo MC_nodes ;;
  "az vmss list"*) printf 'vmss-1\nvmss-2\n' ;;
  *"--query id "*) echo /subscriptions/11111111-2222-3333-4444-555555555555/identities/app ;;
  *"--query clientId"*) echo 2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6 ;;
  "helm install"*) touch "$STUB_DIR/installed"; cp "${@: -1}" "$STUB_DIR/values.yaml" ;;
  "helm uninstall"*) rm -f "$STUB_DIR/installed" ;;
  "kubectl apply"*) cat >>"$STUB_DIR/pods" ;;
  *"get pods"*) printf 'pod/imds-proxy-a\npod/imds-proxy-b\n' ;;
  *"/dev/tcp/"*)
    status=200
    if [ -e "$STUB_DIR/installed" ] && [[ $call != *on-node* ]] && { [[ $call != *" allowed "* ]] || [[ $call != *oauth2/token* ]]; }; then status=403; fi
    [ -n "$STUB_OPEN" ] && status=200
    echo "HTTP/1.1 $status x" ;;
  *"doctor"*) echo "tenant 11111111-2222-3333-4444-555555555555: 18 good" ;;
  "docker buildx build"*)
    while [ $# -gt 1 ]; do
      [ "$1" = --metadata-file ] && printf '{"containerimage.digest": "sha256:%064d"}\n' 7 >"$2"
      shift
    done ;;
  "helm package"*) ;;
  "helm push"*) printf 'Pushed: x\nDigest: sha256:%064d\n' 8 ;;
esac
exit 0
