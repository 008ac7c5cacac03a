{{/* Names, labels, what each mode needs, and the policies in the form that the templates read. */}}

{{- define "tidemark.fullname" -}}
{{- $own := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- .Values.fullnameOverride | default $own | trunc 52 | trimSuffix "-" -}}
{{- end }}

{{- define "tidemark.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tidemark.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* The name is the same for every release: alerts and the dashboard go by the job that it becomes. */}}
{{- define "tidemark.selectorLabels" -}}
app.kubernetes.io/name: tidemark
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tidemark.labels" -}}
{{ include "tidemark.selectorLabels" . }}
app.kubernetes.io/part-of: tidemark
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "tidemark.monitorLabels" -}}
{{ include "tidemark.labels" . }}
{{- with .Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* "true" or nothing: whether Triton's pods are scraped, workloads are read, one leads (a dry run takes no Lease), the
API server is asked, and the checkpoint is kept there. */}}
{{- define "tidemark.scrapes" -}}
{{- if or (eq .Values.mode "direct-scrape") (and (eq .Values.mode "autoscale") (eq .Values.autoscale.source "direct-scrape")) }}true{{ end -}}
{{- end }}
{{- define "tidemark.readsWorkloads" -}}
{{- if or (include "tidemark.scrapes" .) (eq .Values.configuration.prometheus.replicas "kubernetes") }}true{{ end -}}
{{- end }}
{{- define "tidemark.leads" -}}
{{- if or (eq .Values.mode "direct-scrape") (and (eq .Values.mode "autoscale") (not .Values.autoscale.dryRun)) }}true{{ end -}}
{{- end }}
{{- define "tidemark.asksApiServer" -}}
{{- if or (include "tidemark.readsWorkloads" .) (ne .Values.mode "prometheus") }}true{{ end -}}
{{- end }}

{{- define "tidemark.keepsInCluster" -}}
{{- if and (include "tidemark.asksApiServer" .) (not (and (eq .Values.mode "autoscale") .Values.autoscale.dryRun)) }}true{{ end -}}
{{- end }}

{{- define "tidemark.lease" -}}
{{- include "tidemark.fullname" . }}{{ if eq .Values.mode "autoscale" }}-autoscaler{{ end -}}
{{- end }}

{{/* Three quarters of the memory limit, in MiB. */}}
{{- define "tidemark.heapMiB" -}}
{{- $limit := .Values.resources.limits.memory -}}
{{- $mebi := mul (regexFind "^[0-9]+" $limit | int) (ternary 1024 1 (hasSuffix "Gi" $limit)) -}}
{{- div (mul $mebi 3) 4 -}}
{{- end }}

{{/* {"items": […]}: of each policy what its manifests repeat, as `tidemark render` works it out. */}}
{{- define "tidemark.policies" -}}
{{- $items := list -}}
{{- range $file, $given := .Values.policies -}}
{{- $policy := $given -}}
{{- if kindIs "string" $given -}}{{- $policy = fromYaml $given -}}{{- end -}}
{{- if hasKey $policy "Error" -}}{{- fail (printf "policies.%s is not YAML: %s" $file $policy.Error) -}}{{- end -}}
{{- $name := required (printf "policies.%s has no metadata.name" $file) (dig "metadata" "name" "" $policy) -}}
{{- $target := required (printf "policies.%s has no spec.target" $file) (dig "spec" "target" "" $policy) -}}
{{- $max := required (printf "policies.%s has no spec.replicas.max" $file) (dig "spec" "replicas" "max" "" $policy) | int -}}
{{- $min := dig "spec" "replicas" "min" 1 $policy | int -}}
{{- if and (eq $min 0) (include "tidemark.scrapes" $) -}}
{{- fail (printf "policies.%s: replicas.min is 0, which needs Prometheus for its activation query" $file) -}}
{{- end -}}
{{- $fallback := ternary 1 (max $min (div (add $max 1) 2) | int) (eq $min 0) -}}
{{- $exact := eq (dig "spec" "keda" "tolerance" 0.0 $policy | float64) 0.0 -}}
{{- $items = append $items (dict "name" $name "target" $target "min" $min "max" $max "fallback" $fallback "exact" $exact) -}}
{{- end -}}
{{- if not (or $items .Values.existingPolicies) -}}
{{- fail "policies is empty: give at least one (--set-file policies.NAME=FILE), or name a ConfigMap by existingPolicies" -}}
{{- end -}}
{{- dict "items" $items | toJson -}}
{{- end }}

{{/* How KEDA finds its certificates; nothing without TLS, and where KEDA does not ask. */}}
{{- define "tidemark.authentication" -}}
{{- if and .Values.tls.enabled (ne .Values.mode "autoscale") }}{{ .Values.tls.authentication }}{{ end -}}
{{- end }}

{{- define "tidemark.kedaSecret" -}}
- { parameter: caCert, name: {{ .Values.tls.clientSecret }}, key: ca.crt }
- { parameter: tlsClientCert, name: {{ .Values.tls.clientSecret }}, key: tls.crt }
- { parameter: tlsClientKey, name: {{ .Values.tls.clientSecret }}, key: tls.key }
{{- end }}

{{/* […]: where KEDA looks for it. */}}
{{- define "tidemark.kedaSecretNamespaces" -}}
{{- $namespaces := list -}}
{{- range (include "tidemark.policies" . | fromJson).items -}}
{{- $namespaces = append $namespaces .target.namespace -}}
{{- end -}}
{{- $ofKeda := list .Values.tls.certManager.kedaNamespace -}}
{{- ternary $ofKeda ($namespaces | uniq | sortAlpha) (eq .Values.tls.authentication "ClusterTriggerAuthentication") | toJson -}}
{{- end }}

{{- define "tidemark.issued" -}}
duration: 2160h
renewBefore: 720h
privateKey: { algorithm: ECDSA, size: 256, rotationPolicy: Always }
issuerRef: { group: cert-manager.io, kind: ClusterIssuer, name: {{ .Values.tls.certManager.clusterIssuer }} }
{{- end }}

{{/* {"namespace": ["deployments", …]}: what is read there, and nothing where nothing is. */}}
{{- define "tidemark.readNamespaces" -}}
{{- $read := dict -}}
{{- if include "tidemark.readsWorkloads" . -}}
{{- range (include "tidemark.policies" . | fromJson).items -}}
{{- $resource := printf "%ss" (lower .target.kind) -}}
{{- $_ := set $read .target.namespace (append (get $read .target.namespace | default list) $resource | uniq | sortAlpha) -}}
{{- end -}}
{{- range .Values.rbac.namespaces -}}
{{- $_ := set $read . (list "deployments" "statefulsets") -}}
{{- end -}}
{{- end -}}
{{- $read | toJson -}}
{{- end }}

{{/* The rules of reading these resources; what is watched cannot be named. */}}
{{- define "tidemark.readRules" -}}
- apiGroups: [apps]
  resources: [{{ join ", " . }}]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch]
{{- end }}
