#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For /usr/lib/dracut/modules.d/91shortpath/module-setup.sh: dracut's own module multipath brings the
# programs, the unit and the configuration. This one follows it with what it cannot know: the
# libraries that multipathd loads while it runs, and our names of the rules.

check() {
    require_binaries multipathd || return 1
    dracut_module_included multipath || return 255
}

depends() {
    echo multipath
}

install() {
    inst_libdir_file "libsystemd.so.0*" "libudev.so.1*" "libdevmapper.so.1.02.1*"
    inst_rules 56-multipath.rules 56-dm-mpath.rules 56-dm-parts.rules 66-kpartx.rules \
        68-del-part-nodes.rules
}
