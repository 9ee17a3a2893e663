# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that boots the guest.

# lab_ready ARGUMENTS...: packages, and our programs unless the arguments ask for Debian's daemon.
lab_ready() {
    need_packages build lab
    case " $* " in
        *" --list "* | *" -h "* | *" --help "* | *"debian"*) ;;
        *) timed "building (release)" build_preset release ;;
    esac
}

dev_lab() {
    case "${LAB_DAEMON:-}" in debian) set -- --daemon debian "$@" ;; esac
    lab_ready "$@"
    exec python3 tests/lab/lab.py "$@"
}

dev_demo() {
    lab_ready "$@"
    exec python3 tests/lab/lab.py demo "$@"
}

dev_bench() {
    if [ "${1:-}" = selector ]; then
        dev_bench_selector "${@:2}"
    fi
    if [ "${1:-}" = engine ]; then
        need_packages build
        timed "building" build_preset dev bench_engine
        exec build/dev/bin/bench_engine
    fi
    lab_ready
    exec python3 tests/bench/lab_bench.py "$@"
}
