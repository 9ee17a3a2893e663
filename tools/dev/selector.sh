# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel module: built for many kernels, and measured.

dev_kernels() {
    case " $* " in
        *" --boot "*) lab_ready ;;
        *) need_packages lab ;;
    esac
    exec dm-target/tools/kernels "$@"
}

dev_bench_selector() {
    need_packages build bench
    exec dm-target/tools/bench "$@"
}
