#!/bin/sh
# run.sh - what an event costs. Not a test: prints ns, instructions (with valgrind) and peak memory for M/M/1 and the
# full path client -> ALB -> instance -> DynamoDB. Instructions do not depend on what else the machine is doing.
# Usage: tests/bench/run.sh [WEIR], default build/weir.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
weir=${1:-$here/../../build/weir}
field() { sed -n "s/.*\"$1\": \([0-9.e+-]*\).*/\1/p" "$2" | head -n 1; }
json=$(mktemp)
trap 'rm -f "$json"' EXIT
for case in mm1 full; do
    best=
    for round in 1 2 3 4 5 6 7; do
        "$weir" run "$here/$case.yaml" --threads 1 --json >"$json"
        wall=$(field wall_s "$json")
        best=$(echo "$wall ${best:-$wall}" | awk '{ print ($1 < $2) ? $1 : $2 }')
    done
    events=$(field events "$json") requests=$(field requests "$json")
    echo "$case $events $requests $best" | awk '{ printf "%-5s %.1f M events, %.2f M requests: %.1f ns an event, %.0f ns a request, %.2f M requests/s (best of 7)\n", $1, $2 / 1e6, $3 / 1e6, $4 / $2 * 1e9, $4 / $3 * 1e9, $3 / $4 / 1e6 }'
    peak=$( { command -v /usr/bin/time >/dev/null && /usr/bin/time -f %M "$weir" run "$here/$case.yaml" --threads 1 -q 2>&1 >/dev/null || echo "not measured"; } | tail -n 1)
    echo "      peak memory: $peak KiB"
    if command -v valgrind >/dev/null; then
        count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$weir" run "$here/$case.yaml" --threads 1 -q --duration "$1" 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'; }
        requests_in() { "$weir" run "$here/$case.yaml" --threads 1 --json --duration "$1" >"$json"; field "$2" "$json"; }
        case $case in mm1) short=20000s long=120000s ;; *) short=4s long=14s ;; esac
        a=$(count $short) b=$(count $long)
        r=$(($(requests_in $long requests) - $(requests_in $short requests)))
        e=$(($(requests_in $long events) - $(requests_in $short events)))
        echo "$a $b $r $e" | awk '{ printf "      instructions: %.0f a request, %.0f an event (callgrind, start-up subtracted)\n", ($2 - $1) / $3, ($2 - $1) / $4 }'
    fi
done
