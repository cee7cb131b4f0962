#!/usr/bin/env bash
# Starts Sandlot as people do, makes a sandbox, runs a command in it and ends both. Needs curl and jq.
set -euo pipefail
cd "$(dirname "$0")/.."

export PORT="${PORT:-3000}"
node scripts/start.mjs &
server=$!
trap 'kill $server; wait $server' EXIT
until curl -fs "localhost:$PORT/readyz" > /dev/null; do
  kill -0 $server
  sleep 0.5
done

key=$(node scripts/run.mjs key create try-once)
sandbox=$(curl -fsS "localhost:$PORT/v1/sandboxes" -H "Authorization: Bearer $key" -X POST)
answer=$(curl -fsS "$(jq -r .data.url <<< "$sandbox")/run/command" \
  -H "Authorization: Bearer $(jq -r .data.token <<< "$sandbox")" \
  -H 'Content-Type: application/json' -d '{"command":"rg --version && node -v"}')
curl -fsS "localhost:$PORT/v1/sandboxes/$(jq -r .data.sandboxId <<< "$sandbox")" -H "Authorization: Bearer $key" -X DELETE
[ "$(jq .data.exit_code <<< "$answer")" = 0 ] || { echo "$answer" >&2; exit 1; }
curl -fsS -o /dev/null "localhost:$PORT/sign-in"
jq -r .data.stdout <<< "$answer"
