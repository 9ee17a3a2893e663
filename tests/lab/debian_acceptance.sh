# SPDX-License-Identifier: GPL-2.0-or-later
# shows: Debian's own acceptance test of multipath-tools passes with ours installed: iSCSI paths go and come under verified reads, and the daemon is restarted
# guest: mode=systemd limit=1200 source=multipath-tools
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/acceptance.sh
acceptance
