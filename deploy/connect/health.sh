#!/bin/sh
# Whether the worker answers and is part of its cluster, for HEALTHCHECK: asks GET /health with the worker's own login.
set -eu
listen=${CDC_LISTEN:-127.0.0.1:8083}
case "$listen" in 0.0.0.0:* | '[::]:'*) listen="localhost:${listen##*:}" ;; esac
quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }
# By stdin: arguments can be read by every process of the machine.
{
  if [ -n "${CDC_REST_USER:-}" ]; then
    printf 'user = "%s:%s"\n' "$(quoted "$CDC_REST_USER")" "$(quoted "$CDC_REST_PASSWORD")"
  fi
  printf 'url = "http://%s/health"\n' "$listen"
} | curl --fail --silent --show-error --max-time 10 --output /dev/null --config -
