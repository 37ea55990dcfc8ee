#!/bin/sh
# json.sh - whatever a command prints with --json is one JSON document with a newline at its end, strictly read by
# Python, in every state of a run; NaN and infinity are null.
set -eu
weir=${WEIR:-weir}
python=$(command -v python3) || { echo "skipped: no python3"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >shop.yaml <<'END'
weir: 1
name: shop
description: "\"quotes\", \\ and ü"
duration: 1m
traffic: {shoppers: {target: web, rate: 30/s, start: 59s}}
resources: {web: {type: service, servers: 2, queue_limit: 1, service_time: 5s}}
slo: ["web.latency.p99 < 1ms", "web.latency.p50", "shoppers.error_rate < 1%"]
END
sed 's/servers/"servers\\t"/; s/: 5s/: 5/' shop.yaml >bad.yaml

check() { # expected status, command
    want=$1 code=0
    shift
    "$weir" "$@" >out 2>err || code=$?
    [ "$code" = "$want" ] || { echo "weir $*: status $code, expected $want"; cat err; exit 1; }
    "$python" -c '
import json, sys
text = open("out", encoding="utf-8").read()
def never(word): raise ValueError(word)
json.loads(text, parse_constant=never)
assert text.endswith("\n") and not text.endswith("\n\n")' || { echo "weir $*: not one JSON document"; head -c 400 out; exit 1; }
}

check 99 run shop.yaml --json
check 99 run shop.yaml --json --replications 3 -o shop.h5
check 0 run shop.yaml --json --no-slo --stats 'web.*'
check 0 validate shop.yaml --json
check 3 validate shop.yaml bad.yaml nowhere.yaml --json
for what in resources metrics charts distributions causes regions; do check 0 list $what --json; done
for table in summary series slo causes cost annotations; do check 0 export shop.h5 --table $table --json; done
check 0 version --json
check 0 doctor --json
check 0 schema
echo "json ok"
