#!/bin/sh
# Serves one page; see www/cgi-bin/index.cgi.
cd "$(dirname "$0")" || exit 1
busybox httpd -f -p 8080 -h "$PWD/www" &
server=$!
# Requests that are on their way when the replica is told to end still get their answer.
trap 'sleep 3; kill $server' TERM INT
wait
wait
