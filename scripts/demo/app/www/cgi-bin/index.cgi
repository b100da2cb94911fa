#!/bin/sh
# What this replica was given: two repositories, a model, a plain and a secret environment variable.
cd "$(dirname "$0")/../.." || exit 1
printf 'Content-Type: text/plain\r\n\r\n'
cat line.txt ../data/line.txt /opt/models/demo/line.txt
printf '%s, and a secret of %d characters\n' "$GREETING" "${#API_TOKEN}"
