#!/bin/sh
# layers.sh - who includes whom: the edges and header fences of sim/LAYERS, and public headers that need nothing else.
set -eu
cd "${WEIR_SOURCE:-$(dirname "$0")/../..}"

find sim models plots include -name '*.[ch]' | sort | xargs awk '
    function layer(path) {
        if (path ~ /^sim\//) { split(path, part, "/"); return part[2] }
        sub(/\/.*/, "", path)
        return path
    }
    function resolve(from, to) { # "sim/kit/x.c", "../base/base.h" -> "sim/base/base.h"
        sub(/[^\/]*$/, "", from)
        while (to ~ /^\.\.\//) { sub(/^\.\.\//, "", to); sub(/[^\/]*\/$/, "", from) }
        return from to
    }
    function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad++ }
    BEGIN {
        while ((getline line < "sim/LAYERS") > 0) {
            if (line ~ /^#/ || line !~ /:/) continue
            name = line; sub(/:.*/, "", name)
            rest = line; sub(/^[^:]*:/, "", rest)
            if (name ~ /^header /) { sub(/^header /, "", name); fence[name] = rest }
            else allowed[name] = rest " " name " "
        }
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, word, "\"")
        mine = layer(FILENAME); its = layer(resolve(FILENAME, word[2]))
        if (mine == "include") complain("a public header includes \"" word[2] "\"; only <weir/...> and the C library")
        else if (!(mine in allowed)) complain("layer \x27" mine "\x27 is not in sim/LAYERS")
        else if (index(" " allowed[mine], " " its " ") == 0) complain("layer \x27" mine "\x27 may not include \x27" its "\x27")
    }
    /^[ \t]*#[ \t]*include[ \t]*</ {
        header = $0; sub(/^[^<]*</, "", header); sub(/>.*/, "", header)
        for (name in fence) {
            if (index(header, name) != 1) continue
            n = split(fence[name], place, " "); ok = 0
            for (i = 1; i <= n; i++) if (FILENAME == place[i] || index(FILENAME, place[i] "/") == 1) ok = 1
            if (!ok) complain("<" header "> may be included only by" fence[name])
        }
    }
    END { if (bad) { print bad " includes that sim/LAYERS does not allow"; exit 1 } }'
echo "layers ok"
