{{/* Combinations that a schema cannot see. Each message says what is wrong and what to do. */}}
{{- define "oncall-router.checks" -}}
{{- include "oncall-router.checkStore" . -}}
{{- include "oncall-router.checkFiles" . -}}
{{- include "oncall-router.checkRunning" . -}}
{{- include "oncall-router.checkSurroundings" . -}}
{{- end -}}

{{- define "oncall-router.checkStore" -}}
{{- $store := .Values.store -}}
{{- if include "oncall-router.isSqlite" . -}}
  {{- if include "oncall-router.isSplit" . -}}
    {{- fail "store.kind=sqlite cannot serve split roles: one process owns the file. Set mode=single, or store.kind to in-chart-redis or external-redis." -}}
  {{- end -}}
  {{- if .Values.api.autoscaling.enabled -}}
    {{- fail "store.kind=sqlite cannot be scaled: one process owns the file. Set api.autoscaling.enabled=false, or store.kind to in-chart-redis or external-redis." -}}
  {{- end -}}
  {{- if ne (int .Values.api.replicas) 1 -}}
    {{- fail (printf "store.kind=sqlite needs api.replicas=1, not %d: one process owns the file. For more, set store.kind to in-chart-redis or external-redis." (int .Values.api.replicas)) -}}
  {{- end -}}
  {{- if .Values.api.journal.persistent -}}
    {{- fail "store.kind=sqlite has no journal: the file itself is on a volume. Set api.journal.persistent=false." -}}
  {{- end -}}
{{- end -}}
{{- if eq $store.kind "external-redis" -}}
  {{- if and (not $store.external.url) (not $store.external.existingSecret) -}}
    {{- fail "store.kind=external-redis without a Redis: give store.external.existingSecret (a Secret that holds the URL), or store.external.url." -}}
  {{- end -}}
  {{- if and $store.external.url $store.external.existingSecret -}}
    {{- fail "store.external.url and store.external.existingSecret both say where Redis is: leave one of them out." -}}
  {{- end -}}
{{- else if or $store.external.url $store.external.existingSecret $store.external.tlsSecret -}}
  {{- fail (printf "store.external names a Redis, but store.kind is %s: set store.kind=external-redis, or leave store.external out." $store.kind) -}}
{{- else if gt (int $store.external.replicas) 0 -}}
  {{- fail (printf "store.external.replicas is %d, but a store of kind %s has no replicas that could confirm: every alert would end in the journal. Set it to 0." (int $store.external.replicas) $store.kind) -}}
{{- end -}}
{{- end -}}

{{- define "oncall-router.checkFiles" -}}
{{- $people := include "oncall-router.peopleSecret" . -}}
{{- if and .Values.people.content .Values.people.existingSecret -}}
  {{- fail "people.content and people.existingSecret both hold people: leave one of them out." -}}
{{- end -}}
{{- if and .Values.runbooks.files .Values.runbooks.existingConfigMap -}}
  {{- fail "runbooks.files and runbooks.existingConfigMap both hold runbooks: leave one of them out." -}}
{{- end -}}
{{- if not .Values.rules.existingConfigMap -}}
  {{- if not (trim .Values.rules.content) -}}
    {{- fail "no rules: give rules.content (--set-file rules.content=routing_rules.yaml) or rules.existingConfigMap." -}}
  {{- end -}}
  {{- $named := regexMatch "(?m)^people_file:" .Values.rules.content -}}
  {{- if and $people (not $named) -}}
    {{- fail "people are given, but the rules do not read them: put the line `people_file: people.yaml` into rules.content." -}}
  {{- end -}}
  {{- if and $named (not $people) -}}
    {{- fail "rules.content has a people_file, but no people are given: set people.existingSecret, or people.content (--set-file people.content=people.yaml)." -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.secret.existingSecret .Values.secret.values -}}
  {{- fail "secret.values would go into a Secret that the chart makes, but secret.existingSecret is set: put them into that one." -}}
{{- end -}}
{{- end -}}

{{- define "oncall-router.checkRunning" -}}
{{- $least := add (int .Values.api.preStopSeconds) 40 -}}
{{- if lt (int .Values.api.terminationGracePeriodSeconds) (int $least) -}}
  {{- fail (printf "api.terminationGracePeriodSeconds is %d, but ending in order takes up to %d s (api.preStopSeconds, 10 s for requests, 25 s for messages, and some air): messages in hand would be cut off." (int .Values.api.terminationGracePeriodSeconds) (int $least)) -}}
{{- end -}}
{{- range $role, $of := dict "api" .Values.api "worker" .Values.worker -}}
  {{- if and $of.autoscaling.enabled (gt (int $of.autoscaling.minReplicas) (int $of.autoscaling.maxReplicas)) -}}
    {{- fail (printf "%s.autoscaling.minReplicas is %d, more than maxReplicas, %d." $role (int $of.autoscaling.minReplicas) (int $of.autoscaling.maxReplicas)) -}}
  {{- end -}}
  {{- if and $of.autoscaling.enabled (not (dig "requests" "cpu" "" $of.resources)) -}}
    {{- fail (printf "%s.autoscaling needs %s.resources.requests.cpu: its target is a share of that." $role $role) -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- define "oncall-router.checkSurroundings" -}}
{{- range $where, $tag := dict "image.tag" .Values.image.tag "inChartRedis.image.tag" .Values.inChartRedis.image.tag -}}
  {{- if eq $tag "latest" -}}
    {{- fail (printf "%s is latest, which changes by itself, at any restart: name a version." $where) -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
  {{- fail "ingress.enabled without ingress.hosts: name at least one host." -}}
{{- end -}}
{{- if and .Values.prometheusRule.enabled (not .Values.prometheusRule.runbookUrl) -}}
  {{- fail "prometheusRule.enabled without prometheusRule.runbookUrl: put docs/runbooks-router.md where your people read, and give its address. An alert without a runbook is not a production alert." -}}
{{- end -}}
{{- end -}}
