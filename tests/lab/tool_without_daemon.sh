# SPDX-License-Identifier: GPL-2.0-or-later
# shows: multipath without a daemon says what it would do, makes one map or all, groups as told, loads again, and leaves no map queueing unless told
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

groups_of() { dmsetup table "$1" | grep -o 'service-time' | wc -l; }
table_of() { dmsetup table "$1" | cut -d' ' -f4-; }

configure "    no_path_retry queue
    path_grouping_policy failover"
modprobe dm-multipath
debug_disks 2
disks_settled 4
daemon_pid > /dev/null && daemon_stop
expect_is "maps before" "$(maps_count)" 0
[ ! -e /etc/multipath/wwids ] || cp /etc/multipath/wwids /run/wwids.before

plan=$(multipath -d)
printf '%s\n' "$plan"
expect_is "a dry run tells of maps to create" "$(grep -c '^create: .* undef ' <<< "$plan")" 2
expect_is "each with its paths" "$(grep -c '[0-9]*:0:0:[0-9]* *sd' <<< "$plan")" 4
expect_is "maps after a dry run" "$(maps_count)" 0
if [ -e /run/wwids.before ]; then
    expect "the wwids file is as before" cmp /etc/multipath/wwids /run/wwids.before
fi

multipath sda || fail "multipath sda"
expect_is "maps after one was asked for" "$(maps_count)" 1
map=$(map_of_disk sda)
expect "an unknown device is refused" not multipath nobody
multipath || fail "multipath"
expect_is "maps after all were asked for" "$(maps_count)" 2
expect "no map queues without a daemon" not map_queues "$map"
expect_is "groups as configured" "$(groups_of "$map")" 2
expect_is "a dry run has nothing left to tell" "$(multipath -d)" ""

multipath -p multibus || fail "multipath -p"
expect_is "groups as told" "$(groups_of "$map")" 1
multipath -q || fail "multipath -q"
expect_is "groups as configured again" "$(groups_of "$map")" 2
expect "the map queues when that is wanted" map_queues "$map"
before=$(dmsetup info -c --noheadings -o events "$map")
multipath -r "$map" || fail "multipath -r"
say "events of $map: $before, $(dmsetup info -c --noheadings -o events "$map")"
expect "it does not queue any more" not map_queues "$map"

daemon_start
queues_again() { map_queues "$map"; }
wait_for "the daemon has it queue again" queues_again
daemon_stop
multipath -F || fail "multipath -F"
expect_is "maps at the end" "$(maps_count)" 0
