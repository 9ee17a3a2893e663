# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the daemon explains devices, filters its tables, speaks JSON, streams events and refuses a bad reload whole
# guest: mode=systemd append=modules_load=scsi_debug,scsi_debug.add_host=2,scsi_debug.max_luns=4,scsi_debug.vpd_use_hostno=0,scsi_debug.dev_size_mb=8
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

disks_settled 8
maps_ready 4 8
wait_for "the daemon answers" daemon_answers
disk=$(basename /sys/class/scsi_device/*:0:0:0/device/block/* | head -1)
map=$(map_of_disk "$disk")

explained=$(multipathd explain "$disk")
printf '%s\n' "$explained"
expect_is "first line of explain" "${explained%%$'\n'*}" "$disk: a path of $map"
expect "explain names the WWID" grep -q "^  wwid  *$(disk_wwid "$disk")\$" <<< "$explained"
root_disk=$(lsblk -ndo PKNAME "$(findmnt -no SOURCE /)" 2> /dev/null)
[ -z "$root_disk" ] || multipathd explain "$root_disk" || say "explain: $root_disk is not known"

expect_is "paths of $map by filter" "$(multipathd show paths where "multipath=$map" raw format %d | sort | xargs)" "$(map_disks "$map")"
expect_is "no path is faulty" "$(multipathd show paths where chk_st=faulty)" ok
for request in 'topology json2' 'paths json' 'status json' 'devices json' 'wildcards json' 'maps json'; do
    # shellcheck disable=SC2086
    expect "show $request is JSON" python3 -c 'import json, sys; json.load(sys.stdin)' <<< "$(multipathd show $request)"
done
expect "each value has an origin" grep -q 'built-in' <<< "$(multipathd show config origin)"

multipathd monitor > /run/events &
monitor=$!
sleep 1
multipathd fail path "$disk" > /dev/null || fail "fail path"
seen() { grep -q "\"path\": \"$disk\"" /run/events; }
wait_for "the event is streamed" seen
cat /run/events
multipathd reinstate path "$disk" > /dev/null || fail "reinstate path"
wait_for "$disk is used again" path_is "$disk" A
kill $monitor

mkdir -p /etc/multipath/conf.d
printf 'defaults {\n    verbosity 3\n    failback soon\n}\n' > /etc/multipath/conf.d/bad.conf
expect "the file is found bad before it is used" not multipath --check > /run/check
cat /run/check
expect "the place is named" grep -q 'bad.conf:3:14: error' /run/check
multipathd reconfigure > /dev/null
sleep 2
expect "nothing of a bad reload is used" grep -q 'verbosity 2' <<< "$(multipathd show config)"
rm /etc/multipath/conf.d/bad.conf
expect_is "maps afterwards" "$(maps_count)" 4
