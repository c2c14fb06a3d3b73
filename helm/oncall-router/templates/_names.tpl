{{/* Names and labels. 40 characters leave room for what Kubernetes and this chart put behind them. */}}
{{- define "oncall-router.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "oncall-router.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes, so selectors may use it. Takes a dict of root and component. */}}
{{- define "oncall-router.selector" -}}
app.kubernetes.io/name: {{ include "oncall-router.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "oncall-router.labels" -}}
{{ include "oncall-router.selector" . }}
app.kubernetes.io/part-of: oncall-router
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "oncall-router.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "oncall-router.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "oncall-router.image" -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository .tag -}}
{{- end -}}
{{- end -}}

{{- define "oncall-router.routerImage" -}}
{{- $image := .Values.image -}}
{{- include "oncall-router.image" (dict "repository" $image.repository "digest" $image.digest "tag" (default .Chart.AppVersion $image.tag)) -}}
{{- end -}}

{{/* "true" or nothing. */}}
{{- define "oncall-router.isSplit" -}}
{{- if eq .Values.mode "split" }}true{{ end -}}
{{- end -}}

{{- define "oncall-router.isSqlite" -}}
{{- if eq .Values.store.kind "sqlite" }}true{{ end -}}
{{- end -}}

{{- define "oncall-router.isInChartRedis" -}}
{{- if eq .Values.store.kind "in-chart-redis" }}true{{ end -}}
{{- end -}}

{{/* Whether each api pod has a journal volume of its own, which makes it a StatefulSet. */}}
{{- define "oncall-router.hasJournalVolumes" -}}
{{- if and .Values.api.journal.persistent (not (include "oncall-router.isSqlite" .)) }}true{{ end -}}
{{- end -}}

{{/* The fewest pods of a role, whoever decides how many there are. */}}
{{- define "oncall-router.fewest" -}}
{{- if .autoscaling.enabled }}{{ .autoscaling.minReplicas }}{{ else }}{{ .replicas }}{{ end -}}
{{- end -}}

{{- define "oncall-router.secretName" -}}
{{- default (include "oncall-router.fullname" .) .Values.secret.existingSecret -}}
{{- end -}}

{{- define "oncall-router.rulesConfigMap" -}}
{{- default (printf "%s-rules" (include "oncall-router.fullname" .)) .Values.rules.existingConfigMap -}}
{{- end -}}

{{- define "oncall-router.runbooksConfigMap" -}}
{{- default (printf "%s-runbooks" (include "oncall-router.fullname" .)) .Values.runbooks.existingConfigMap -}}
{{- end -}}

{{/* The Secret of the people, or nothing when they are in the rules. */}}
{{- define "oncall-router.peopleSecret" -}}
{{- if .Values.people.existingSecret -}}
{{- .Values.people.existingSecret -}}
{{- else if .Values.people.content -}}
{{- printf "%s-people" (include "oncall-router.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* The Secret that holds the URL of Redis, and the key in it. */}}
{{- define "oncall-router.redisSecret" -}}
{{- $own := printf "%s-redis" (include "oncall-router.fullname" .) -}}
{{- if include "oncall-router.isInChartRedis" . -}}
{{- default $own .Values.inChartRedis.existingSecret -}}
{{- else -}}
{{- default $own .Values.store.external.existingSecret -}}
{{- end -}}
{{- end -}}

{{- define "oncall-router.redisSecretKey" -}}
{{- if .Values.store.external.existingSecret }}{{ .Values.store.external.existingSecretKey }}{{ else }}url{{ end -}}
{{- end -}}

{{- define "oncall-router.publicUrl" -}}
{{- if .Values.publicUrl -}}
{{- .Values.publicUrl | trimSuffix "/" -}}
{{- else if .Values.ingress.enabled -}}
{{- printf "%s://%s" (ternary "https" "http" (gt (len .Values.ingress.tls) 0)) (first .Values.ingress.hosts) -}}
{{- else -}}
{{- include "oncall-router.insideUrl" . -}}
{{- end -}}
{{- end -}}

{{- define "oncall-router.insideUrl" -}}
{{- $port := int .Values.service.port -}}
{{- printf "http://%s.%s.svc%s" (include "oncall-router.fullname" .) .Release.Namespace (eq $port 80 | ternary "" (printf ":%d" $port)) -}}
{{- end -}}

{{- define "oncall-router.deployment" -}}
{{- default (printf "%s.%s" .Release.Namespace (include "oncall-router.fullname" .) | trunc 64) .Values.store.deployment -}}
{{- end -}}

{{/* Room for a full journal and for writing it anew: a pod whose emptyDir outgrows its limit is evicted. */}}
{{- define "oncall-router.scratch" -}}
{{- printf "%dMi" (int (add (mul 2 (int .Values.api.journal.megabytes)) 64)) -}}
{{- end -}}
