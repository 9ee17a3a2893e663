# SPDX-License-Identifier: GPL-2.0-or-later
# shows: an adapter dies under idle maps: known without any I/O, and back when it returns
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "    polling_interval 5
    max_polling_interval 20
    failback immediate"
debug_disks 8
disks_settled 16
daemon_start
maps_ready 8 16
sleep 5
for round in 1 2 3; do
    host=$(debug_host $((round % 2)))
    say "round $round: adapter $host dies, nobody does any I/O"
    lines=$(wc -l < "$DAEMON_LOG")
    start=$(now_ms)
    host_state "$host" offline
    wait_for "all its 8 paths have failed" paths_are F 8
    figure "all_failed_round_$round" $(($(now_ms) - start)) ms
    expect_is "paths still in use" "$(paths_count A)" 8
    figure "log_lines_round_$round" $(($(wc -l < "$DAEMON_LOG") - lines)) lines
    stays 3 "nothing else fails" paths_are A 8
    start=$(now_ms)
    host_state "$host" running
    wait_for "all 16 paths are back" paths_are A 16
    figure "all_back_round_$round" $(($(now_ms) - start)) ms
done
