# do-package.sh URL NAME: what pip asks an index (PEP 503): the project's page, then the newest file on it.
set -eu
page=$1/$2/
agent='pip/23.0.1 {"python":"3.11.2"}'
file=$(curl -sS --max-time 8 -A "$agent" -H 'Accept: text/html' "$page" | grep -o 'href="[^"]*\.whl' | tail -n 1 | cut -c 7-)
test -n "$file"
curl -sS -f --max-time 8 -A "$agent" -o /dev/null "$page$file"
