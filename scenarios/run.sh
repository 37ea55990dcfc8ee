#!/bin/sh
# run.sh [FILE] - sets up, builds, simulates a scenario (the flagship by default), draws its charts and says where.
set -eu
. "$(dirname -- "$0")/../tests/setup.sh"
file=${1:-$setup_root/scenarios/flagship.yaml}
setup_need run
setup_build Release "$setup_root/build" weir
name=$(basename "$file" .yaml)
out=$setup_root/build/$name
mkdir -p "$out"
code=0
"$setup_root/build/weir" run "$file" -o "$out/$name.h5" || code=$?
[ $code = 0 ] || [ $code = 99 ] || exit $code
echo
echo "charts:"
"$setup_root/build/weir" plot "$out/$name.h5" -o "$out" --format png
exit 0
