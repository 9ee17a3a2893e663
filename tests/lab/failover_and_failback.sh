# SPDX-License-Identifier: GPL-2.0-or-later
# shows: an adapter goes away and returns under a verifying load: no I/O error, and each failback policy does what it says
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "    no_path_retry 30" "multipaths {
    multipath {
        wwid 333333330000007d0
        alias at_once
        failback immediate
    }
    multipath {
        wwid 333333330000007d1
        alias by_hand
        failback manual
    }
    multipath {
        wwid 333333330000007d2
        alias later
        failback 6
    }
}"
debug_disks 3
disks_settled 6
daemon_start
maps_ready 3 6
good=$(debug_host 0)
other=$(debug_host 1)
touch_maps() { for map in at_once by_hand later; do dd if=/dev/mapper/$map of=/dev/null bs=4k count=1 iflag=direct status=none || fail "$map does not read"; done; }
# An idle map changes its group with its next I/O.
used_over() { touch_maps && uses_host "$1" "$2"; }
touch_maps
for map in at_once by_hand later; do wait_for "$map uses the better adapter" used_over $map "$good"; done

load_start at_once
for round in 1 2; do
    say "round $round: adapter $good goes away"
    start=$(now_ms)
    host_state "$good" offline
    wait_for "the path under load has failed" path_is "$(disks_of_host "$good" | head -n 1)" F
    figure "path_failed_round_$round" $(($(now_ms) - start)) ms
    wait_for "the load went over to the other adapter" uses_host at_once "$other"
    figure "group_switched_round_$round" $(($(now_ms) - start)) ms
    load_mark
    wait_for "the load goes on" load_moved
    wait_for "all 3 paths of the adapter have failed" paths_are F 3
    figure "all_failed_round_$round" $(($(now_ms) - start)) ms
    for map in by_hand later; do wait_for "$map uses the other adapter" used_over $map "$other"; done

    say "round $round: adapter $good is back"
    start=$(now_ms)
    host_state "$good" running
    wait_for "all paths are back" paths_are A 6
    figure "reinstated_round_$round" $(($(now_ms) - start)) ms
    wait_for "'failback immediate' went back" uses_host at_once "$good"
    figure "failback_round_$round" $(($(now_ms) - start)) ms
    wait_for "'failback 6' went back" used_over later "$good"
    figure "delayed_failback_round_$round" $(($(now_ms) - start)) ms
    expect "'failback 6' took at least 4 s" test $(($(now_ms) - start)) -ge 4000
    expect "'failback manual' stays" used_over by_hand "$other"
    better=$(basename /sys/class/scsi_device/"$good":0:0:1/device/block/*)
    expect_is "switch by hand" "$(multipathd switch map by_hand group "$(group_of "$better")")" ok
    wait_for "the switch by hand happened" used_over by_hand "$good"
done
stays 6 "a switch by hand stays" used_over by_hand "$good"
load_stop
