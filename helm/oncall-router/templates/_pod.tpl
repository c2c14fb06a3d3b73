{{/* The pod of a role. Takes a dict of root, component, of (the role's values), args and data (the volume at /data). */}}
{{- define "oncall-router.pod" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
metadata:
  labels:
    # No versions here: a new chart alone need not restart the pager.
    {{- include "oncall-router.selector" . | nindent 4 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- if not $values.secret.existingSecret }}
    # Of what was given: what was generated never changes.
    checksum/secret: {{ $values.secret.values | toJson | sha256sum }}
    {{- end }}
    {{- if $values.store.external.url }}
    checksum/redis: {{ $values.store.external.url | sha256sum }}
    {{- end }}
    kubectl.kubernetes.io/default-container: router
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "oncall-router.serviceAccountName" $root }}
  automountServiceAccountToken: false
  # Else a Service named "oncall" would put an ONCALL_PORT of its own into the environment.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .of.terminationGracePeriodSeconds }}
  {{- with include "oncall-router.scheduling" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  securityContext:
    {{- include "oncall-router.podSecurity" 10001 | nindent 4 }}
  containers:
    - name: router
      image: {{ include "oncall-router.routerImage" $root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: {{ toJson .args }}
      ports:
        - name: http
          containerPort: 8080
      env:
        {{- include "oncall-router.env" $root | nindent 8 }}
      envFrom:
        - secretRef:
            name: {{ include "oncall-router.secretName" $root }}
      securityContext:
        {{- include "oncall-router.containerSecurity" $root | nindent 8 }}
      resources:
        {{- toYaml .of.resources | nindent 8 }}
      # Alive means that this process answers. It never asks the store: a restart cures no Redis.
      startupProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      {{- with .of.preStopSeconds }}
      # Endpoints drain first: load balancers hear of the end some seconds after the pod does.
      lifecycle:
        preStop:
          sleep: {seconds: {{ . }}}
      {{- end }}
      volumeMounts:
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
        # Whole folders: a file mounted by subPath would never change.
        - {name: rules, mountPath: /etc/oncall/rules, readOnly: true}
        - {name: runbooks, mountPath: /etc/oncall/runbooks, readOnly: true}
        {{- if $values.store.external.tlsSecret }}
        - {name: redis-tls, mountPath: /etc/oncall/redis-tls, readOnly: true}
        {{- end }}
  volumes:
    {{- with .data }}
    - name: data
      {{- toYaml . | nindent 6 }}
    {{- end }}
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
    - name: rules
      projected:
        # Group-readable only, for phone numbers may be among them.
        defaultMode: 0440
        sources:
          - configMap:
              name: {{ include "oncall-router.rulesConfigMap" $root }}
          {{- with include "oncall-router.peopleSecret" $root }}
          - secret:
              name: {{ . }}
          {{- end }}
    - name: runbooks
      configMap:
        name: {{ include "oncall-router.runbooksConfigMap" $root }}
    {{- with $values.store.external.tlsSecret }}
    - name: redis-tls
      secret:
        secretName: {{ . }}
        defaultMode: 0440
    {{- end }}
{{- end -}}

{{/* Where a pod may run; replicas of a role keep apart. */}}
{{- define "oncall-router.scheduling" -}}
{{- $values := .root.Values -}}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if and $values.topologySpread.enabled (has .component (list "api" "worker")) }}
topologySpreadConstraints:
  {{- $selector := include "oncall-router.selector" . }}
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Takes the user's id. What Pod Security calls "restricted", and then some. */}}
{{- define "oncall-router.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "oncall-router.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
