# SPDX-License-Identifier: GPL-2.0-or-later
# shows: Debian's daemon and ours replace each other five times under a verifying load on four maps: no I/O error, the same maps, no table load of ours
# guest: mode=fast limit=600
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
OLD=/opt/debian-multipath
LIBRARIES=$(find $OLD -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
cp -an $OLD/lib/multipath /lib/

theirs_start() {
    LD_LIBRARY_PATH=$LIBRARIES setsid $OLD/sbin/multipathd -d -s -v2 >> /run/theirs.log 2>&1 < /dev/null &
    disown
    wait_for "Debian's daemon runs and answers" daemon_answers
}
whose() { readlink "/proc/$(daemon_pid)/exe"; }
all_ready() { [ "$(multipathd show paths raw format '%d %t %T' 2> /dev/null | grep -c 'active ready')" = 8 ]; }
identities() { dmsetup info -c --noheadings -o name,major,minor,uuid --target multipath | sort; }

configure "    no_path_retry 30
    path_grouping_policy group_by_prio
    failback immediate"
debug_disks 4
disks_settled 8
modprobe dm-multipath
mkdir -p /run/multipath
theirs_start
maps_ready 4 8
wait_for "all 8 paths are ready" all_ready
before=$(identities)
tables=$(dmsetup table --target multipath | sort)
printf '%s\n%s\n' "$before" "$tables"

load_start "$(cut -d: -f1 <<< "$before")" 40 2

loads_watch
for round in 1 2 3 4 5; do
    daemon_stop
    loads=$(loads_count)
    start=$(now_ms)
    daemon_start
    expect_is "the daemon" "$(whose)" /usr/sbin/multipathd
    wait_for "ours knows all 8 paths as ready" all_ready
    figure "taken_over_$round" $(($(now_ms) - start)) ms
    sleep 3
    expect_is "tables that ours loaded" "$(($(loads_count) - loads))" 0
    expect_is "maps" "$(identities)" "$before"
    if [ "$round" = 3 ]; then
        host=$(debug_host 0)
        host_state "$host" offline
        wait_for "ours has failed the 4 paths of an adapter" paths_are F 4
        host_state "$host" running
        wait_for "all 8 paths are used again" paths_are A 8
    fi
    load_mark
    wait_for "the load goes on" load_moved
    daemon_stop
    theirs_start
    expect_is "the daemon" "$(whose)" $OLD/sbin/multipathd
    wait_for "Debian's knows all 8 paths as ready" all_ready
    expect_is "maps" "$(identities)" "$before"
    load_mark
    wait_for "the load goes on" load_moved
done
load_stop
