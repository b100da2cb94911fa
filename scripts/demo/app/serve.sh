#!/bin/sh
# Serves one page; see www/cgi-bin/index.cgi.
cd "$(dirname "$0")" || exit 1
busybox httpd -f -p 8080 -h "$PWD/www" &
server=$!
trap 'kill $server' TERM INT
wait
wait
