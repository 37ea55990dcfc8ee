#!/bin/sh
# banned.sh - functions that this house does without; comments and string literals do not count.
# An exception is `PATH FUNCTION why` below; one that is no longer needed is an error too.
set -eu
cd "${WEIR_SOURCE:-$(dirname "$0")/../..}"
allow='
sim/base/arena.c exit     the one place that ends the program, when memory is out
sim/base/arena.c stderr   its last words
'

words() { # the calls and streams of the files below $@, as "path line word"
    find "$@" -name '*.[ch]' | sort | xargs awk '
        FNR == 1 { inside = 0 }
        {
            line = $0; out = ""
            gsub(/\\./, "", line)
            gsub(/\x27.\x27/, "", line)
            while (length(line)) {
                if (inside) {
                    if (!(end = index(line, "*/"))) break
                    line = substr(line, end + 2); inside = 0
                } else if (match(line, /"[^"]*"|\/\*/)) {
                    out = out substr(line, 1, RSTART - 1) " "
                    if (substr(line, RSTART, 1) == "/") inside = 1
                    line = substr(line, RSTART + RLENGTH)
                } else { out = out line; line = "" }
            }
            while (match(out, /[A-Za-z_][A-Za-z_0-9]*/)) {
                word = substr(out, RSTART, RLENGTH); out = substr(out, RSTART + RLENGTH)
                if (out ~ /^ *\(/ || word == "stdout" || word == "stderr") print FILENAME, FNR, word
            }
        }'
}

only() { grep -E " ($1)\$" || true; }

prints='printf|puts|putchar|perror|exit|_exit|abort|stdout|stderr'
found=$(
    { words sim models plots | only 'strcpy|strcat|sprintf|vsprintf|gets|atoi|atof|strtok|rand|srand|time|longjmp|setjmp'
      words models | only 'malloc|calloc|realloc|free'
      find sim -mindepth 1 -maxdepth 1 -type d ! -name cli | while read -r layer; do words "$layer"; done | only "$prints"
      words models plots | only "$prints"; } | sort -u)
printf '%s\n' "$found" | awk -v allow="$allow" '
    BEGIN {
        n = split(allow, line, "\n")
        for (i = 1; i <= n; i++) if (split(line[i], w, " ") > 2) reason[w[1] " " w[2]] = 1
    }
    NF == 3 {
        if (($1 " " $3) in reason) { used[$1 " " $3] = 1; next }
        printf "%s:%d: %s is banned here\n", $1, $2, $3; bad++
    }
    END {
        for (k in reason) if (!(k in used)) { print "allowed but not there: " k; bad++ }
        exit bad > 0
    }'
echo "banned ok"
