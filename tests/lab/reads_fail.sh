# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a path that answers every check and fails every read and write is tried less and less often, in few words; as the last one it is tried each moment
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "" 'overrides {
    no_path_retry 30
    path_grouping_policy multibus
    detect_pgpolicy no
    path_checker tur
}'
lio_disk sound 1001 16
lio_frail_disk frail 1001 sound
loop_adapter 1 sound
loop_adapter 2 frail
disks_settled 2
sound=$(basename /sys/class/scsi_device/"$(loop_host 1)":*/device/block/*)
frail=$(basename /sys/class/scsi_device/"$(loop_host 2)":*/device/block/*)
daemon_start
maps_ready 1 2
map=$(map_of_disk "$frail")
expect_is "its paths" "$(map_disks "$map")" "$sound $frail"

state_of() { multipathd show paths raw format '%d %T' | awk -v disk="$1" '$1 == disk { print $2 }'; }
state_is() { [ "$(state_of "$1")" = "$2" ]; }
log_lines() { wc -l < "$DAEMON_LOG"; }
load_start "$map" 60
say "reads and writes fail down $frail"
lines=$(log_lines)
start=$(now_ms)
lio_medium fails
wait_for "$frail is good and held back" state_is "$frail" delayed
figure "held_back" $(($(now_ms) - start)) ms
explained() { multipathd explain "$frail" > "$RESULTS/explain.txt" && grep 'held back *it keeps failing' "$RESULTS/explain.txt"; }
wait_for "explain says why" explained
expect "the checker says that it is good" sg_turs "/dev/$frail"
for _ in 1 2 3; do
    sleep 5
    load_mark
    wait_for "the load goes on" load_moved
done
uses=$(tail -n "+$((lines + 1))" "$DAEMON_LOG" | grep -c 'usable again')
figure "used_again" "$uses" times
figure "log_lines" $(($(log_lines) - lines)) lines
expect "in that time it was used again at most 10 times" test "$uses" -le 10
expect "two lines for each time, and a few" test $(($(log_lines) - lines)) -le $((2 * uses + 6))

say "$sound goes away: now $frail is all there is"
host_state "$(host_of "$sound")" offline
wait_for "$sound is failed" path_is "$sound" F
load_mark
stays 5 "the load waits" not load_moved
expect "and has not failed" load_lives
lio_medium works
start=$(now_ms)
wait_for "the load goes on" load_moved
figure "used_when_good" $(($(now_ms) - start)) ms
host_state "$(host_of "$sound")" running
wait_for "both paths are used" paths_are A 2
load_stop
