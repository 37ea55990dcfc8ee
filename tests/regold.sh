#!/bin/sh
# regold.sh - draws the golden pictures anew and says which changed. Look at them before you keep them.
set -eu
. "$(dirname -- "$0")/setup.sh"
cd "$setup_root"
setup_need test
setup_build Release build golden_golden
WEIR_REGOLD=1 build/tests/golden_golden
git status --short tests/golden
