#!/bin/sh
# named.sh - the tests that a file's opening comment names as its truth are there.
set -eu
cd "${WEIR_SOURCE:-$(dirname "$0")/../..}"
bad=0
for name in $(grep -rhoE 'tests/(unit|property|contract|golden|iofail|cli|check|truth)/[A-Za-z0-9_*-]+\.(c|t|sh|yaml)' sim models plots include tests/*/*.c | sort -u); do
    ls $name >/dev/null 2>&1 && continue # a star stands for several
    echo "there is no $name, named in: $(grep -rlF "$name" sim models plots include tests | tr '\n' ' ')"
    bad=1
done
[ $bad = 0 ] && echo "all tests that are named exist"
exit $bad
