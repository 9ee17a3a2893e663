#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For /usr/lib/dracut/modules.d/91dm-numa-distance/: see initramfs-tools-hook.

check() {
    modinfo -k "${kernel:?}" dm-numa-distance >/dev/null 2>&1 || return 1
    # shellcheck disable=SC2154
    [[ $hostonly ]] || return 0
    dmsetup table --target multipath 2>/dev/null | grep -q ' numa-distance '
}

depends() {
    echo dm
}

installkernel() {
    instmods dm-numa-distance
}
