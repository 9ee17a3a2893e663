# SPDX-License-Identifier: GPL-2.0-or-later
# shows: 8 disks behind 2 adapters: one adapter goes away and returns under a verifying load
# guest: mode=systemd append=modules_load=scsi_debug,scsi_debug.add_host=2,scsi_debug.max_luns=8,scsi_debug.vpd_use_hostno=0,scsi_debug.dev_size_mb=8
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh > /dev/null

quietly() { "$@" > /tmp/quiet.log || { cat /tmp/quiet.log; exit 1; }; }
uptime_ms() {
    local up
    read -r up _ < /proc/uptime
    printf '%s' "${up/./}0"
}
# passed TITLE START_MS: what happened since then, in milliseconds after it.
passed() {
    printf '\n%s\n' "$1"
    awk -v start="$2" -v end="$3" '$1 >= start && $1 < end { at = $1 - start; $1 = ""; printf "  %6d ms %s\n", at, $0 }' /tmp/timeline
    printf '  %6d ms  %s\n' "$4" "$5"
}

echo
echo "The guest is up; multipathd runs as a systemd service. Waiting for its maps."
quietly disks_settled 16
quietly maps_ready 8 16
quietly wait_for "the daemon answers" daemon_answers
printf '\n# systemctl status multipathd | head -n 3\n'
systemctl status multipathd --no-pager | head -n 3
printf '\n# multipath -ll\n'
multipath -ll | cat

host=$(debug_host 0)
disk=$(basename /sys/class/scsi_device/"$host":0:0:0/device/block/*)
map=$(map_of_disk "$disk")
printf '\nA load writes %s and verifies what it reads, from now on.\n' "/dev/mapper/$map"
quietly load_start "$map" 100
/share/guest/dm_watch.py timeline "$map" /tmp/timeline &
watcher=$!
quietly wait_for "the watcher watches" test -s /tmp/timeline
sleep 2

echo "Adapter host$host goes away: its 8 paths stop working."
gone=$(uptime_ms)
host_state "$host" offline
all_failed=$(/share/guest/dm_watch.py until 8 8 8 120) || exit 1
gone_all=$(($(uptime_ms) - gone))
load_mark
quietly wait_for "the load goes on" load_moved
sleep 2
printf '\n# multipath -ll %s\n' "$map"
multipath -ll "$map" | cat

printf '\nAdapter host%s is back.\n' "$host"
back=$(uptime_ms)
host_state "$host" running
all_back=$(/share/guest/dm_watch.py until 8 16 0 120) || exit 1
back_all=$(($(uptime_ms) - back))
quietly wait_for "failback" uses_host "$map" "$host"
load_mark
quietly wait_for "the load goes on" load_moved
sleep 1
kill $watcher
wait $watcher 2> /dev/null
quietly load_stop

passed "Timeline, in milliseconds after the adapter went away" "$gone" "$back" "$gone_all" "all 8 paths of the adapter known as failed"
passed "Timeline, in milliseconds after the adapter returned" "$back" 99999999999 "$back_all" "all 16 paths in use again"
printf '\nVerified I/Os: %s\nI/O errors: %s\n' "$LOAD_TOTAL" "$LOAD_ERRORS"
printf 'failed_after_ms\t%s\nback_after_ms\t%s\n' "$all_failed" "$all_back" >> "$RESULTS/figures.tsv"
