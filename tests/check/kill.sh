#!/bin/sh
# kill.sh - a sweep that is killed at any moment loses the jobs in hand and nothing else: after a hundred kills -9 at
# random points the folder holds only whole files, and what --resume completes is the same to the last byte.
set -eu
weir=${WEIR:-weir}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >s.yaml <<'END'
weir: 1
name: s
duration: 60s
replications: 4
parameters: {n: 1}
traffic: {t: {target: desk, rate: 30/s}}
resources: {desk: {type: service, servers: $n, service_time: {exponential: 20ms}}}
slo: [desk.wait.mean]
sweep: {n: {from: 1, to: 10, step: 1}}
END
"$weir" sweep s.yaml -q -o whole --threads 2
"$weir" merge whole -o whole.h5 -q
kills=0
seed=1
while [ $kills -lt 100 ]; do
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    rm -rf part/failed
    [ $((kills % 10)) -ne 0 ] || rm -rf part
    "$weir" sweep s.yaml -q -o part --resume --threads 2 &
    pid=$!
    # Kills after a random number of finished files rather than a time: no clock is asked.
    want=$((seed / 65536 % 8))
    while kill -0 $pid 2>/dev/null && [ "$(ls part 2>/dev/null | grep -c 'h5$' || true)" -lt $((want + kills % 10 * 4)) ]; do :; done
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    kills=$((kills + 1))
    for f in part/p*.h5; do
        [ -e "$f" ] || continue
        cmp -s "$f" "whole/${f#part/}" || { echo "after kill $kills (seed $seed) $f is not whole"; exit 1; }
    done
done
"$weir" sweep s.yaml -q -o part --resume --threads 1
"$weir" merge part -o part.h5 -q
cmp part.h5 whole.h5
[ -z "$(ls part | grep tmp || true)" ] || { echo "temporary files are left:"; ls part; exit 1; }
echo "100 kills, no file lost or half written"
