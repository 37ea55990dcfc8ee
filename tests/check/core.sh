#!/bin/sh
# core.sh - the core computes and nothing else: no threads, no HDF5, no Cairo, no signals, no sockets, no processes.
set -eu
command -v nm >/dev/null 2>&1 || { echo "skipped: no nm"; exit 77; }
archive=${WEIR_BUILD:-$(dirname "$0")/../../build}/libweir_core.a
[ -f "$archive" ] || { echo "no '$archive'"; exit 1; }
found=$(nm -A -u "$archive" 2>/dev/null | awk '$NF ~ /^_?(pthread_|H5|cairo_|signal$|sigaction|raise$|socket|connect$|fork$|exec[lv]|system$|popen)/')
[ -z "$found" ] || { echo "the core may not use:"; echo "$found"; exit 1; }
echo "core ok"
