# SPDX-License-Identifier: GPL-2.0-or-later
# shows: every command to one disk hangs for 30 s: every other path is still checked on time, and show still answers
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "    no_path_retry fail"
debug_disks 1
for n in 1 2 3 4 5 6 7 8; do lio_disk disk$n 100$n 8; done
loop_adapter 1 disk1 disk2 disk3 disk4 disk5 disk6 disk7 disk8
loop_adapter 2 disk1 disk2 disk3 disk4 disk5 disk6 disk7 disk8
disks_settled 18
daemon_start
maps_ready 9 18
hung="$(disks_of_host "$(debug_host 0)") $(disks_of_host "$(debug_host 1)")"
others="$(disks_of_host "$(loop_host 1)") $(disks_of_host "$(loop_host 2)")"

say "every command to ${hung/$'\n'/ } hangs from now on"
debug_hang on
hung_at=$(now_ms)
/share/guest/ask.py worst "show paths" 60 500 > /tmp/show-paths &
/share/guest/ask.py worst "show maps topology" 60 500 > /tmp/show-maps &
declare -A last_count last_change gap
for disk in $others; do
    last_count[$disk]=$(commands_sent "$disk")
    last_change[$disk]=$hung_at
    gap[$disk]=0
done
failed_at=0
while now=$(now_ms); [ $((now - hung_at)) -lt 40000 ]; do
    for disk in $others; do
        count=$(< "/sys/block/$disk/device/iorequest_cnt")
        if [ "$((count))" != "${last_count[$disk]}" ]; then
            waited=$((now - last_change[$disk]))
            [ $waited -gt "${gap[$disk]}" ] && gap[$disk]=$waited
            last_count[$disk]=$((count))
            last_change[$disk]=$now
        fi
    done
    if [ "$failed_at" = 0 ] && paths_are F 2; then failed_at=$now; fi
    sleep 0.1
done
now=$(now_ms)
worst=0
for disk in $others; do
    waited=$((now - last_change[$disk]))
    [ $waited -gt "${gap[$disk]}" ] && gap[$disk]=$waited
    [ "${gap[$disk]}" -gt "$worst" ] && worst=${gap[$disk]}
done
figure longest_time_without_a_check "$worst" ms
expect "no other path was without a check for 10 s (the interval is 2 s)" test "$worst" -lt 10000
wait_for "the questions are answered" eval '[ -s /tmp/show-paths ] && [ -s /tmp/show-maps ]'
for what in paths maps; do
    read -r slowest usual _ < /tmp/show-$what
    figure "show_${what}_slowest" "$slowest" ms
    figure "show_${what}_usual" "$usual" ms
    expect "show $what always answered within 1 s" test "${slowest%.*}" -lt 1000
done
[ "$failed_at" = 0 ] || figure hung_paths_failed $((failed_at - hung_at)) ms
wait_for "the hung paths count as failed" paths_are F 2
expect_is "all others are in use" "$(paths_count A)" 16

say "the disk answers again"
debug_hang off
wait_for "its paths are back" paths_are A 18
