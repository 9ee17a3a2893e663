# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a LUN is added, a path deleted and returned, the last path deleted, a map flushed, a LUN grown
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure ""
for n in 1 2 3; do lio_disk disk$n 100$n 16; done
wwid() { printf '3600140510%s000000000000000000000' "$1" | cut -c1-33; }
loop_adapter 1 disk1 disk2
loop_adapter 2 disk1 disk2
disks_settled 4
daemon_start
maps_ready 2 4
one=$(map_of_disk "$(disks_of_host "$(loop_host 1)" | head -n 1)")
say "the maps are $(multipathd show maps raw format '%n=%w' | xargs)"

say "a LUN is added, on one adapter and then on the other"
lio_map_lun "$(loop_group 1)" 2 disk3
wait_for "a third map" maps_are 3
lio_map_lun "$(loop_group 2)" 2 disk3
wait_for "6 paths in use" paths_are A 6
figure lun_added_to_second_path "$WAITED_MS" ms
third=$(map_of_disk "$(disks_of_host "$(loop_host 2)" | tail -n 1)")
expect_is "paths of the new map" "$(map_disks "$third" | wc -w)" 2

say "a path is deleted and found again"
victim=$(disks_of_host "$(loop_host 2)" | head -n 1)
map=$(map_of_disk "$victim")
echo 1 > "/sys/block/$victim/device/delete"
has_paths() { [ "$(map_disks "$1" | wc -w)" = "$2" ]; }
wait_for "its map has one path left" has_paths "$map" 1
expect "the map still reads" dd if="/dev/mapper/$map" of=/dev/null bs=4k count=1 iflag=direct status=none
lun_becomes "$(loop_group 2)" 0 disk1
wait_for "its map has two paths again" has_paths "$map" 2
wait_for "6 paths in use again" paths_are A 6

say "the last path of a map is deleted"
for disk in $(map_disks "$third"); do echo 1 > "/sys/block/$disk/device/delete"; done
wait_for "the map is gone" not map_named "$third"
expect_is "maps left" "$(maps_count)" 2
for n in 1 2; do lun_becomes "$(loop_group $n)" 2 disk3; done
wait_for "it comes back with its disks" maps_are 3
wait_for "6 paths in use again" paths_are A 6
expect_is "under its old name" "$(map_of_disk "$(disks_of_host "$(loop_host 2)" | tail -n 1)")" "$third"

say "a map is flushed"
exec 9< "/dev/mapper/$third"
expect "a map in use is not flushed" not multipath -f "$third"
expect "it is still there" map_named "$third"
exec 9<&-
udevadm settle
expect "a map not in use is flushed" multipath -f "$third"
wait_for "it is gone" not map_named "$third"
stays 5 "it stays away" not map_named "$third"
multipathd reconfigure
wait_for "reconfigure brings it back" maps_are 3
wait_for "6 paths in use again" paths_are A 6

say "a LUN grows under a load"
maps_ready 3 6
load_start "$one" 60
before=$(cat "/sys/block/$(map_dm "$one")/size")
truncate -s 24M "$DISKS_DIR/disk1"
echo "fd_dev_size=$((24 << 20))" > "$TARGET/core/fileio_0/disk1/control"
for disk in $(map_disks "$one"); do echo 1 > "/sys/block/$disk/device/rescan"; done
for disk in $(map_disks "$one"); do expect_is "size of $disk" "$(cat "/sys/block/$disk/size")" 49152; done
expect_is "answer to resize" "$(multipathd resize map "$one")" ok
grown() { [ "$(cat "/sys/block/$(map_dm "$one")/size")" = 49152 ]; }
wait_for "the map has grown from $before to 49152 sectors" grown
wait_for "6 paths in use" paths_are A 6
load_mark
wait_for "the load goes on" load_moved
load_stop
