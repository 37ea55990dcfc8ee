#!/bin/sh
# budgets.sh - functions <= 60 lines, of the program also with a complexity <= 10 (pmccabe's, a switch counts as one);
# files <= 500 lines, headers <= 200. budgets.allow lists exceptions as `KIND PATH[:FUNCTION] why`; one that is no longer
# needed is an error too, unless pmccabe is missing.
set -eu
cd "${WEIR_SOURCE:-$(dirname "$0")/../..}"
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find sim models plots include tests -name '*.[ch]' | sort | xargs wc -l | awk '
    $2 == "total" { next }
    $2 ~ /\.h$/ && $1 > 200 { print "header", $2, $1, "lines, at most 200" }
    $2 ~ /\.c$/ && $1 > 500 { print "file", $2, $1, "lines, at most 500" }' >"$list"
has=yes
command -v pmccabe >/dev/null 2>&1 || has=no
if [ $has = yes ]; then
    find sim models plots tests -name '*.c' | sort | xargs pmccabe | awk '{
        path = $6; sub(/\(.*/, "", path)
        where = path ":" $7
        if ($5 > 60) print "length", where, $5, "lines, at most 60"
        if ($1 > 10 && path !~ /^tests/) print "complexity", where, $1, "at most 10"
    }' >>"$list"
fi
awk -v has=$has '
    FILENAME ~ /allow$/ {
        if (/^#/ || !NF) next
        if (NF < 3) { print "budgets.allow:" FNR ": no reason given"; bad++ }
        allowed[$1 " " $2] = 1
        next
    }
    ($1 " " $2) in allowed { used[$1 " " $2] = 1; next }
    { print $2 ": " $1 " " $3 " " $4 " " $5 " " $6 " " $7; bad++ }
    END {
        for (k in allowed)
            if (!(k in used) && (has == "yes" || k ~ /^(file|header)/)) { print "no longer needed in budgets.allow: " k; bad++ }
        exit bad > 0
    }' tests/check/budgets.allow "$list"
[ $has = yes ] || { echo "files ok; skipped functions: no pmccabe"; exit 77; }
echo "budgets ok"
