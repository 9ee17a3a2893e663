# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the same test passes in the same guest with Debian's multipath-tools installed
# guest: mode=systemd limit=1200 source=multipath-tools daemon=debian
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/acceptance.sh
acceptance
