# setup.sh - sourced by tests/run.sh and scenarios/run.sh: finds what the build needs, installs what is missing.
# Usage: . tests/setup.sh; setup_need run|test; setup_build TYPE FOLDER [CMAKE OPTIONS]
# Checks by capability, so that machines without apt are never sent there. Silent and quick when all is there.

setup_root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

setup_has() { command -v "$1" >/dev/null 2>&1; }
setup_lib() { setup_has pkg-config && pkg-config --exists "$1" 2>/dev/null; }

setup_hdf5() {
    for setup_dir in /usr/include /usr/local/include /opt/homebrew/include /usr/include/hdf5/serial "${HDF5_ROOT:-/nonexistent}/include"; do
        [ -f "$setup_dir/hdf5_hl.h" ] && return 0
    done
    setup_has h5cc
}

setup_missing() { # prints what is not there, one word each
    setup_has cc || setup_has gcc || setup_has clang || echo cc
    setup_has make || echo make
    setup_has cmake || echo cmake
    setup_has pkg-config || echo pkg-config
    setup_lib yaml-0.1 || echo yaml
    setup_lib gsl || echo gsl
    setup_lib cairo || echo cairo
    setup_hdf5 || echo hdf5
    setup_has fc-list && fc-list 2>/dev/null | grep -q DejaVuSans || [ -d /usr/share/fonts/truetype/dejavu ] || echo fonts
    [ "$1" = run ] || setup_lib cmocka || echo cmocka
}

setup_name() { # the package of what is missing: $1 package manager, $2 word
    case "$1:$2" in
        apt:cc) echo gcc libc6-dev ;;
        apt:yaml) echo libyaml-dev ;; apt:gsl) echo libgsl-dev ;; apt:cairo) echo libcairo2-dev ;;
        apt:hdf5) echo libhdf5-dev ;; apt:cmocka) echo libcmocka-dev ;; apt:fonts) echo fonts-dejavu-core ;;
        brew:cc) echo gcc ;; brew:yaml) echo libyaml ;; brew:fonts) echo font-dejavu ;;
        dnf:cc) echo gcc ;; dnf:yaml) echo libyaml-devel ;; dnf:gsl) echo gsl-devel ;; dnf:cairo) echo cairo-devel ;;
        dnf:hdf5) echo hdf5-devel ;; dnf:cmocka) echo libcmocka-devel ;; dnf:fonts) echo dejavu-sans-fonts ;;
        dnf:pkg-config) echo pkgconf-pkg-config ;;
        pacman:cc) echo gcc ;; pacman:yaml) echo libyaml ;; pacman:pkg-config) echo pkgconf ;; pacman:fonts) echo ttf-dejavu ;;
        *) echo "$2" ;;
    esac
}

setup_install() { # $1: the words that are missing
    setup_sudo=
    if [ "$(id -u)" != 0 ]; then
        if setup_has sudo && sudo -n true 2>/dev/null; then setup_sudo="sudo -n"; else setup_sudo=no; fi
    fi
    if setup_has apt-get; then setup_tool=apt; setup_line="apt-get install -y --no-install-recommends"
    elif setup_has brew; then setup_tool=brew; setup_line="brew install"; setup_sudo=
    elif setup_has dnf; then setup_tool=dnf; setup_line="dnf install -y"
    elif setup_has pacman; then setup_tool=pacman; setup_line="pacman -S --noconfirm --needed"
    else setup_tool=none; setup_line="install"; setup_sudo=no; fi
    setup_packages=
    for setup_word in $1; do setup_packages="$setup_packages $(setup_name $setup_tool "$setup_word")"; done
    if [ "$setup_sudo" = no ]; then # never a question, never a password
        echo "missing: $(echo $1). Please run, as root:" >&2
        echo "  $setup_line$setup_packages" >&2
        exit 3
    fi
    echo "installing:$setup_packages" >&2
    setup_log=$(mktemp)
    if [ $setup_tool = apt ]; then
        DEBIAN_FRONTEND=noninteractive
        export DEBIAN_FRONTEND
        $setup_sudo apt-get -o DPkg::Lock::Timeout=300 update >"$setup_log" 2>&1 || { cat "$setup_log" >&2; exit 3; }
        setup_line="apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends"
    fi
    $setup_sudo $setup_line $setup_packages >>"$setup_log" 2>&1 </dev/null || { cat "$setup_log" >&2; exit 3; }
    rm -f "$setup_log"
}

setup_need() { # $1: run or test
    setup_words=$(setup_missing "$1")
    [ -z "$setup_words" ] && return 0
    setup_install "$setup_words"
    setup_words=$(setup_missing "$1")
    if [ -n "$setup_words" ]; then
        echo "still missing after installing: $(echo $setup_words)" >&2
        exit 3
    fi
}

setup_jobs() { nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2; }

setup_build() { # $1 build type, $2 folder, $3 target, further cmake options
    setup_type=$1 setup_folder=$2 setup_target=$3
    shift 3
    setup_log=$(mktemp)
    if ! { cmake -S "$setup_root" -B "$setup_folder" -DCMAKE_BUILD_TYPE="$setup_type" "$@" &&
           cmake --build "$setup_folder" --target $setup_target -j "$(setup_jobs)"; } >"$setup_log" 2>&1; then
        cat "$setup_log" >&2
        rm -f "$setup_log"
        echo "the build failed" >&2
        exit 1
    fi
    rm -f "$setup_log"
}
