{{- define "gradient-operator.name" -}}
{{- $whole := printf "%s-%s" .Release.Name .Chart.Name }}
{{- contains .Chart.Name .Release.Name | ternary .Release.Name $whole | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- define "gradient-operator.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gradient-operator.labels" -}}
{{ include "gradient-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "gradient-operator.serviceAccount" -}}
{{- $own := "" }}{{ if .Values.serviceAccount.create }}{{ $own = include "gradient-operator.name" . }}{{ end -}}
{{- .Values.serviceAccount.name | default $own | default "default" }}
{{- end }}

{{- define "gradient-operator.image" -}}
{{- .Values.images.operator | default (printf "%sgradient-operator:%s" .Values.images.prefix .Chart.AppVersion) }}
{{- end }}

{{- define "gradient-operator.syncImage" -}}
{{- ((.Values.config).images).sync | default .Values.images.sync | default (printf "%sgradient-sync:%s" .Values.images.prefix .Chart.AppVersion) }}
{{- end }}

{{- /* The configuration file: the values of it, and the helpers' image. A null that was written stays: it means something. */ -}}
{{- define "gradient-operator.config" -}}
{{- merge (dict "images" (dict "sync" (include "gradient-operator.syncImage" .))) (omit (.Values.config | default dict) "images") | toYaml }}
{{- end }}

{{- define "gradient-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "gradient-operator.serviceAccount" . }}
  namespace: {{ .Release.Namespace }}
{{- with .Values.rbac.extraSubjects }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "gradient-operator.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.pod.runAsUser }}
runAsUser: {{ . | int64 }}
{{- end }}
{{- with .Values.pod.runAsGroup }}
runAsGroup: {{ . | int64 }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "gradient-operator.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
