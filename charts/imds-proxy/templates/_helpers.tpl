{{- define "imds-proxy.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* 40 characters, so that names with the longest suffix are still valid. */}}
{{- define "imds-proxy.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "imds-proxy.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "imds-proxy.selectorLabels" -}}
app.kubernetes.io/name: {{ include "imds-proxy.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The labels of the node proxy's pods only. Hooks and tests are pods of the release too. */}}
{{- define "imds-proxy.nodeLabels" -}}
{{ include "imds-proxy.selectorLabels" . }}
app.kubernetes.io/component: node
{{- end }}

{{- define "imds-proxy.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "imds-proxy.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "imds-proxy.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "imds-proxy.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name: name the ServiceAccount that is there, or set serviceAccount.create" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{/* Takes (dict "image" … "root" $). */}}
{{- define "imds-proxy.image" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.repository (default .root.Chart.AppVersion .image.tag) -}}
{{- end -}}
{{- end }}

{{- define "imds-proxy.policyConfigMap" -}}
{{- default (printf "%s-policy" (include "imds-proxy.fullname" .)) .Values.policy.existingConfigMap.name -}}
{{- end }}

{{- define "imds-proxy.policyKey" -}}
{{- if .Values.policy.existingConfigMap.name -}}
{{- .Values.policy.existingConfigMap.key -}}
{{- else -}}
policy.json
{{- end -}}
{{- end }}

{{/* The policy document. It turns the maps by name into the lists that the proxy reads. */}}
{{- define "imds-proxy.policy" -}}
{{- $policy := .Values.policy -}}
{{- $rules := list -}}
{{- range $name, $rule := $policy.rules -}}
{{- if $rule -}}
{{- $rules = append $rules (merge (dict "name" $name) $rule) -}}
{{- end -}}
{{- end -}}
{{- $identities := dict -}}
{{- range $name, $identity := $policy.identities -}}
{{- if $identity -}}
{{- $_ := set $identities $name $identity -}}
{{- end -}}
{{- end -}}
{{- $document := dict "version" 1 "mode" $policy.mode "identities" $identities "rules" $rules -}}
{{- if $policy.enforceOnly -}}
{{- $_ := set $document "enforceOnly" $policy.enforceOnly -}}
{{- end -}}
{{- if $policy.auditOnly -}}
{{- $_ := set $document "auditOnly" $policy.auditOnly -}}
{{- end -}}
{{- if $policy.hostNetwork -}}
{{- $_ := set $document "hostNetwork" $policy.hostNetwork -}}
{{- end -}}
{{- toPrettyJson $document -}}
{{- end }}

{{/* The tests of the policy as a document, or nothing if there are none. It turns the maps by name into lists. */}}
{{- define "imds-proxy.policyTests" -}}
{{- $document := dict -}}
{{- range $kind, $tests := .Values.policy.tests -}}
{{- $list := list -}}
{{- range $name, $test := $tests -}}
{{- if $test -}}
{{- $list = append $list (merge (dict "name" $name) $test) -}}
{{- end -}}
{{- end -}}
{{- if $list -}}
{{- $_ := set $document $kind $list -}}
{{- end -}}
{{- end -}}
{{- if $document -}}
{{- set $document "version" 1 | toPrettyJson -}}
{{- end -}}
{{- end }}

{{/* iptables or cilium. Without a cluster, lookup finds nothing. */}}
{{- define "imds-proxy.interception" -}}
{{- if ne .Values.interception "auto" -}}
{{- .Values.interception -}}
{{- else -}}
{{- $found := "iptables" -}}
{{- range (dig "items" list (lookup "v1" "Node" "" "")) -}}
{{- if eq (dig "metadata" "labels" "kubernetes.azure.com/ebpf-host-routing" "" .) "true" -}}
{{- $found = "cilium" -}}
{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}
{{- end }}

{{- define "imds-proxy.lockedDown" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* With this variable, imds-proxy doctor compares its own version with the chart's. */}}
{{- define "imds-proxy.chartVersion" -}}
- name: IMDS_PROXY_CHART_VERSION
  value: {{ .Chart.AppVersion | quote }}
{{- end }}
