{{/* The environment of every router pod. Values stand here in the open, so that a change rolls the pods by itself. */}}
{{- define "oncall-router.env" -}}
- name: ONCALL_PORT
  value: "8080"
- name: ONCALL_STORE
{{- if include "oncall-router.isSqlite" . }}
  value: sqlite:////data/oncall.db
{{- else }}
  valueFrom:
    secretKeyRef:
      name: {{ include "oncall-router.redisSecret" . }}
      key: {{ include "oncall-router.redisSecretKey" . }}
- name: ONCALL_DEPLOYMENT
  value: {{ include "oncall-router.deployment" . | quote }}
- name: ONCALL_REDIS_REPLICAS
  value: {{ .Values.store.external.replicas | quote }}
- name: ONCALL_REDIS_DURABILITY
  value: {{ .Values.store.durability | quote }}
- name: ONCALL_JOURNAL
  value: /data/journal
- name: ONCALL_JOURNAL_MB
  value: {{ .Values.api.journal.megabytes | quote }}
{{- end }}
- name: ONCALL_RULES
  value: /etc/oncall/rules/routing_rules.yaml
- name: ONCALL_RUNBOOKS
  value: /etc/oncall/runbooks
- name: ONCALL_PUBLIC_URL
  value: {{ include "oncall-router.publicUrl" . | quote }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end -}}
