#!/bin/sh
# run.sh - sets up, builds and passes the tests: Release with warnings as errors, then the fast half again under
# AddressSanitizer and UndefinedBehaviorSanitizer. Options are handed to ctest (for instance -L unit).
set -eu
. "$(dirname -- "$0")/setup.sh"
setup_need test
cd "$setup_root"
setup_build Release build "weir tests" -DWERROR=ON
if [ "${WEIR_SANITIZE:-yes}" = yes ]; then
    setup_build Debug build/sanitize "weir tests" -DWERROR=ON -DSANITIZE=address,undefined
    echo "under AddressSanitizer and UndefinedBehaviorSanitizer:"
    ctest --test-dir build/sanitize --output-on-failure -j "$(setup_jobs)" -LE "truth|check" "$@"
fi
ctest --test-dir build --output-on-failure -j "$(setup_jobs)" "$@"
