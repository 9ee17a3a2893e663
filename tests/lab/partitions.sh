# SPDX-License-Identifier: GPL-2.0-or-later
# shows: under systemd the rules map the partitions of a map, and the mappings follow a new partition table, a resize, a rename and a path that returns, with a file system mounted
# guest: mode=systemd
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
OLD=/opt/debian-multipath
cp $OLD/sbin/kpartx /sbin/kpartx  # the program alone, none of its rules
MOUNTED=/run/mounted

table() { sfdisk --no-reread --no-tell-kernel --wipe always --quiet "/dev/mapper/$1"; }
sectors() { cat "/sys/block/$(map_dm "$1")/size" 2> /dev/null; }
size_is() { [ "$(sectors "$1")" = "$2" ]; }
part_there() { map_named "$1" && [ -b "/dev/mapper/$1" ]; }
parts() { dmsetup info -c --noheadings -o name,major,minor,uuid 2> /dev/null | grep ':part' | sort; }
parts_are() { [ "$(parts | wc -l)" = "$1" ]; }
link_is() { [ "$(readlink -f "/dev/disk/by-id/$1")" = "/dev/$(map_dm "$2")" ]; }
kernel_parts() { find /sys/block/sd*/ -maxdepth 1 -name 'sd*[0-9]' -printf '%f\n' | xargs; }
no_kernel_parts() { [ -z "$(kernel_parts)" ]; }
contents_stay() { (cd $MOUNTED && md5sum --status -c sums); }

configure "    no_path_retry queue"
multipathd reconfigure > /dev/null
lio_growing_disk parts 5a9e0001 64
loop_adapter 1 parts
loop_adapter 2 parts
disks_settled 2
maps_ready 1 2
map=$(map_of_disk sda)
wwid=$(disk_wwid sda)

say "a partition table is written through the map"
table "$map" << TABLE || fail "sfdisk"
label: gpt
first-lba: 34
start=2048, size=32768
start=34816, size=32768
TABLE
wait_for "the first partition is mapped" part_there "$map-part1"
wait_for "the second partition is mapped" part_there "$map-part2"
expect_is "size of the first" "$(sectors "$map-part1")" 32768
expect_is "uuids" "$(parts | cut -d: -f4 | xargs)" "part1-mpath-$wwid part2-mpath-$wwid"
expect_is "below the first" "$(map_disks "$map-part1")" "$(map_dm "$map")"
udevadm settle --timeout=120
for link in "scsi-$wwid-part1" "wwn-0x${wwid#3}-part1" "dm-name-$map-part1" "dm-uuid-part1-mpath-$wwid"; do
    expect "the link $link leads to it" link_is "$link" "$map-part1"
done
expect_is "udev's properties" "$(udevadm info -q property "/dev/mapper/$map-part1" | grep -E '^DM_(MPATH|PART|TYPE)=' | sort | xargs)" \
    "DM_MPATH=$map DM_PART=1 DM_TYPE=scsi"
mkfs.ext4 -q "/dev/mapper/$map-part1" || fail "mkfs"
mkdir -p $MOUNTED
mount "/dev/mapper/$map-part1" $MOUNTED || fail "mount"
head -c 4M /dev/urandom > $MOUNTED/file
(cd $MOUNTED && md5sum file > sums)
sync
before=$(parts)

say "the table changes: the last partition grows, one is added"
table "$map" << TABLE || fail "sfdisk"
label: gpt
first-lba: 34
start=2048, size=32768
start=34816, size=49152
start=83968, size=16384
TABLE
wait_for "the second partition has grown" size_is "$map-part2" 49152
wait_for "the third partition is mapped" part_there "$map-part3"
expect_is "the first two are the same devices" "$(parts | head -n 2)" "$before"
before=$(parts)

say "the disk grows"
lio_grow parts 96
for disk in sda sdb; do
    echo 1 > /sys/block/$disk/device/rescan
done
expect_is "answer to resize" "$(multipathd resize map "$map")" ok
wait_for "the map has grown" size_is "$map" $((96 * 2048))
udevadm settle --timeout=120
expect_is "the partitions are the same devices" "$(parts)" "$before"
table "$map" << TABLE || fail "sfdisk"
label: gpt
first-lba: 34
start=2048, size=32768
start=34816, size=49152
start=83968, size=16384
start=100352, size=65536
TABLE
wait_for "a partition in the new space is mapped" size_is "$map-part4" 65536
expect_is "the others are the same devices" "$(parts | head -n 3)" "$before"
before=$(parts)

say "the map gets another name"
configure "    no_path_retry queue" "multipaths {
    multipath {
        wwid $wwid
        alias data
    }
}"
multipathd reconfigure > /dev/null
wait_for "the map has its new name" map_named data
wait_for "the last partition follows" part_there data-part4
expect_is "the partitions are the same devices" "$(parts)" "${before//$map-part/data-part}"
udevadm settle --timeout=120
expect "no node of the old name is left" not test -e "/dev/mapper/$map-part1"
wait_for "the link dm-name-data-part2" link_is dm-name-data-part2 data-part2
wait_for "the link scsi-$wwid-part2" link_is "scsi-$wwid-part2" data-part2
expect "the file is what it was" contents_stay

say "a path comes back with the table on it"
host=$(host_of sdb)
echo 1 > /sys/block/sdb/device/delete
wait_for "the map has one path" paths_are A 1
echo "- - -" > "/sys/class/scsi_host/host$host/scan"
wait_for "the map has two paths again" paths_are A 2
second=$(basename /sys/class/scsi_device/"$host":*/device/block/*)
expect "the kernel has found partitions on $second" grep -q "$second: ${second}1 ${second}2" <(dmesg)
wait_for "they are dropped" no_kernel_parts
udevadm settle --timeout=120
stays 3 "they do not come back" no_kernel_parts
wait_for "the link still leads to the mapping" link_is "wwn-0x${wwid#3}-part1" data-part1

say "without a path nobody reads the mappings"
for disk in sda "$second"; do
    echo offline > "/sys/block/$disk/device/state"
done
wait_for "both paths have failed" paths_are F 2
expect "the map queues" map_queues data
udevadm settle --timeout=120
udevadm trigger --action=change "/dev/$(map_dm data-part2)"
expect "udev is done with an event of a mapping" udevadm settle --timeout=20
expect "its link stays" link_is "wwn-0x${wwid#3}-part2" data-part2
for disk in sda "$second"; do
    echo running > "/sys/block/$disk/device/state"
done
wait_for "both paths are used again" paths_are A 2
udevadm trigger --action=change "/dev/$(map_dm data-part1)"
udevadm settle --timeout=120
expect "the contents of the first are known" grep -q '^ID_FS_TYPE=ext4' <(udevadm info -q property /dev/mapper/data-part1)
expect "the file is what it was" contents_stay

say "the map is flushed"
expect "not while a file system is mounted" not multipath -f data
expect_is "the partitions are the same devices" "$(parts)" "${before//$map-part/data-part}"
umount $MOUNTED
configure "    no_path_retry queue
    partition_delimiter _" "multipaths {
    multipath {
        wwid $wwid
        alias disk7
    }
}"
multipathd reconfigure > /dev/null
wait_for "with a delimiter of its own the last partition follows another name" part_there disk7_4
expect_is "the partitions are the same devices" "$(parts | sed 's/^disk7_/data-part/')" "${before//$map-part/data-part}"
expect "flush" multipath -f disk7
expect_is "partitions" "$(parts)" ""
wait_for "no maps" maps_are 0

say "skip_kpartx: no partitions"
configure "    skip_kpartx yes"
multipathd reconfigure > /dev/null
maps_ready 1 2
stays 3 "no partition is mapped" parts_are 0
