#!/bin/sh
# gallery.sh - draws the pictures of plots/gallery anew with build/weir, and makes them small with pngquant.
set -eu
cd "$(dirname -- "$0")/.."
command -v pngquant >/dev/null 2>&1 || { echo "gallery.sh needs pngquant" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
draw() { # SCENARIO, PICTURE that `weir plot` draws of it, NAME in the gallery
    stem=$(basename "$1" .yaml)
    if [ ! -f "$work/$stem.h5" ]; then
        build/weir run -q "$1" -o "$work/$stem.h5" || [ $? = 99 ]
        build/weir plot "$work/$stem.h5" -o "$work" --format png >/dev/null
    fi
    pngquant --force --strip --speed 1 --output "plots/gallery/$3.png" 48 "$work/$2.png"
}
special() { # SCENARIO, KIND, OF, NAME: a chart that the scenario does not ask for, with parts
    sed 's/^\( *\)type: asg$/&\n\1detail: parts/' "$1" >"$work/$4.yaml"
    build/weir run -q "$work/$4.yaml" -o "$work/$4.h5" || [ $? = 99 ]
    build/weir plot "$work/$4.h5" "$2" --of "$3" -o "$work" --format png >/dev/null
    pngquant --force --strip --speed 1 --output "plots/gallery/$4.png" 48 "$work/$4-$2.png"
}
mkdir -p plots/gallery
special scenarios/classroom/23-dead-letter-trap.yaml messages q1 messages
special scenarios/classroom/04-scaling-lag.yaml gantt slow gantt
draw scenarios/flagship.yaml flagship-overview-2 overview
draw scenarios/flagship.yaml flagship-scaling scaling
draw scenarios/flagship.yaml flagship-latency_over_time latency
draw scenarios/classroom/14-hot-partition.yaml 14-hot-partition-dynamodb dynamodb
draw scenarios/classroom/04-scaling-lag.yaml 04-scaling-lag-rates scaling-lag
draw scenarios/classroom/08-fail-open.yaml 08-fail-open-rates fail-open
draw scenarios/classroom/13-thundering-herd.yaml 13-thundering-herd-lines thundering-herd
