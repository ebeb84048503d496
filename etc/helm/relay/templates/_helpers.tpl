{{- define "relay.name" -}}
{{- printf "%s" .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "relay.selector" -}}
app.kubernetes.io/name: relay
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "relay.labels" -}}
{{ include "relay.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "relay.adminSecret" -}}
{{- .Values.admin.existingSecret | default (printf "%s-admin" (include "relay.name" .)) -}}
{{- end -}}

{{- define "relay.tokenSecret" -}}
{{- .Values.technicalToken.existingSecret | default (printf "%s-technical" (include "relay.name" .)) -}}
{{- end -}}

{{- define "relay.hasToken" -}}
{{- if or .Values.technicalToken.existingSecret .Values.technicalToken.value -}}yes{{- end -}}
{{- end -}}

{{- define "relay.drain" -}}
# Drains the daemon, and waits until no stream is left. Without it, SIGTERM does the same.
import base64
import json
import os
import time
import urllib.request

URL = "http://127.0.0.1:18082/_node/drain"
ADMIN = base64.b64encode(b"admin:" + os.environb[b"RELAY_ADMIN_PASSWORD"]).decode()


def call(method, body=None):
    headers = {"Authorization": f"Basic {ADMIN}", "Content-Type": "application/json"}
    request = urllib.request.Request(URL, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


call("POST", b"{}")
while call("GET")["state"] != "drained":
    time.sleep(0.5)
{{- end -}}
