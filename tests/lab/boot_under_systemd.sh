# SPDX-License-Identifier: GPL-2.0-or-later
# shows: at boot under systemd, 8 disks behind 2 adapters become 8 right maps, shown in the usual layout
# guest: mode=systemd append=modules_load=scsi_debug,scsi_debug.add_host=2,scsi_debug.max_luns=8,scsi_debug.vpd_use_hostno=0,scsi_debug.dev_size_mb=8
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

disks_settled 16
maps_ready 8 16
expect_is "multipathd.service" "$(systemctl is-active multipathd)" active
wait_for "the daemon answers" daemon_answers

optimized=$(debug_host 0)
other=$(debug_host 1)
groups_are() { [ "$(kernel_paths "$1" | cut -d' ' -f2,4 | xargs)" = "$2" ]; }
for lun in 0 1 2 3 4 5 6 7; do
    first=$(disk_number "$(basename /sys/class/scsi_device/"$optimized":0:0:$lun/device/block/*)")
    second=$(disk_number "$(basename /sys/class/scsi_device/"$other":0:0:$lun/device/block/*)")
    map=$(map_of_wwid 333333330000007d$lun) || fail "no map for LUN $lun"
    wait_for "$map has two groups, the better one first" groups_are "$map" "1 $first 2 $second"
done
belongs_to_multipath() {
    [ "$(udevadm info -q property "/dev/$1" | grep -E '^(DM_MULTIPATH_DEVICE_PATH|SYSTEMD_READY|ID_FS_TYPE)=' | sort | xargs)" = \
        "DM_MULTIPATH_DEVICE_PATH=1 ID_FS_TYPE=mpath_member SYSTEMD_READY=0" ]
}
listing=$(multipath -ll)
printf '%s\n' "$listing"
for lun in 0 1 2 3 4 5 6 7; do
    wwid=333333330000007d$lun
    map=$(map_of_wwid $wwid) || fail "no map for $wwid"
    first=$(basename /sys/class/scsi_device/"$optimized":0:0:$lun/device/block/*)
    second=$(basename /sys/class/scsi_device/"$other":0:0:$lun/device/block/*)
    expect_is "WWID of $first and $second" "$(disk_wwid "$first") $(disk_wwid "$second")" "$wwid $wwid"
    expect_is "disks of $map" "$(map_disks "$map")" "$(printf '%s\n' "$first" "$second" | sort | xargs)"
    expect_is "size of $map in sectors" "$(cat "/sys/block/$(map_dm "$map")/size")" 16384
    expect_is "name of $map" "$(printf '%s' "$map" | tr -d 'a-h')" mpt
    # A disk that udev met before the daemon is claimed when its map is there.
    wait_for "$first belongs to multipath" belongs_to_multipath "$first"
    expect "/dev/mapper/$map is there" test -b "/dev/mapper/$map"
    number=$(disk_number "$first")
    other_number=$(disk_number "$second")
    block=$(grep -A 5 -F "($wwid)" <<< "$listing")
    expect "first line of $map" grep -Eq "^$map \($wwid\) dm-[0-9]+ Linux,scsi_debug\$" <<< "$block"
    expect "second line of $map" grep -Eq "^size=8\.0M features='[^']*' hwhandler='1 alua' wp=rw\$" <<< "$block"
    expect "group lines of $map" test "$(grep -Ec "^[|\`]-\+- policy='service-time 0' prio=[0-9]+ status=(active|enabled)\$" <<< "$block")" = 2
    expect "priority of the optimized group of $map" grep -q "^|-+- policy='service-time 0' prio=50 " <<< "$block"
    expect "priority of the other group of $map" grep -q "^\`-+- policy='service-time 0' prio=10 " <<< "$block"
    expect "path line of $first" grep -Eq "^\| \`- $optimized:0:0:$lun $first +$number +active ready running\$" <<< "$block"
    expect "path line of $second" grep -Eq "^  \`- $other:0:0:$lun $second +$other_number +active ready running\$" <<< "$block"
done
expect_is "lines of multipath -ll" "$(wc -l <<< "$listing")" 48
figure start_of_daemon_after_boot "$(systemctl show multipathd --property=ActiveEnterTimestampMonotonic --value | awk '{ printf "%.0f", $1 / 1000 }')" ms
