#!/bin/sh
# headers.sh - every public header compiles alone, as C17 and as C++17, without a warning.
set -eu
cd "${WEIR_SOURCE:-$(dirname "$0")/../..}/include"
cxx=
for c in "${CXX:-}" c++ g++ clang++; do
    [ -n "$c" ] && command -v "$c" >/dev/null 2>&1 && { cxx=$c; break; }
done
flags="-Wall -Wextra -Wpedantic -Werror -fsyntax-only -I."
for h in weir.h weir/*.h; do
    printf '#include <%s>\n' "$h" | "${CC:-cc}" -std=c17 $flags -x c - || { echo "$h: not C17"; exit 1; }
    [ -z "$cxx" ] || printf '#include <%s>\n' "$h" | "$cxx" -std=c++17 $flags -x c++ - || { echo "$h: not C++17"; exit 1; }
done
[ -n "$cxx" ] || { echo "C17 ok; skipped C++17: no C++ compiler"; exit 77; }
echo "headers ok"
