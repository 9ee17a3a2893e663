# SPDX-License-Identifier: GPL-2.0-or-later
# shows: os-brick attaches a volume by one path, adds the second, finds it, grows it, takes a path away and detaches it, all through its own calls
# guest: mode=systemd limit=600
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

coproc BRICK { python3 /share/guest/brick.py 2> /run/brick.err; }
# brick METHOD ARGUMENT...: its answer as JSON, in ANSWER.
brick() {
    echo "$*" >&"${BRICK[1]}"
    read -r -t 300 -u "${BRICK[0]}" ANSWER || { cat /run/brick.err; fail "os-brick ended"; }
    say "os-brick: $*: $ANSWER"
}
# brick_is TEXT WANTED METHOD ARGUMENT...
brick_is() {
    local text=$1 wanted=$2
    shift 2
    brick "$@"
    expect_is "$text" "$ANSWER" "{\"answer\": $wanted}"
}
read_json() { python3 -c "import json, sys; print(eval(sys.argv[1], {'a': json.loads(sys.argv[2])['answer']}))" "$1" "$ANSWER"; }
size_is() { [ "$(cat "/sys/block/$(map_dm "$1")/size")" = "$2" ]; }

configure "    no_path_retry 12"
sed -i 's/greedy/strict/' /etc/multipath.conf
wait_for "the daemon answers" daemon_answers
multipathd reconfigure > /dev/null
brick_is "multipathd runs" true is_multipath_running true sudo

say "attach: one path, then the second"
lio_growing_disk volume 0b51c001 64
loop_adapter 1 volume
disks_settled 1
wwid=$(disk_wwid sda)
expect "one path alone makes no map" not wwid_mapped "$wwid"
brick_is "wwid from sysfs" "\"$wwid\"" get_sysfs_wwid sda,
brick_is "the WWID is added" true multipath_add_wwid "$wwid"
brick_is "the path is added" true multipath_add_path /dev/sda
wait_for "the map is there" wwid_mapped "$wwid"
map=$(map_of_disk sda)
loop_adapter 2 volume
disks_settled 2
maps_ready 1 2
brick_is "adding it again does no harm" true multipath_add_path /dev/sdb
brick_is "the map in sysfs" "\"$(map_dm "$map")\"" find_sysfs_multipath_dm sda,sdb
brick_is "its name" "\"$map\"" get_dm_name "$(map_dm "$map")"
brick_is "its device" "\"/dev/disk/by-id/dm-uuid-mpath-$wwid\"" find_multipath_device_path "$wwid"

say "what os-brick reads from the listing"
brick find_multipath_device "/dev/mapper/$map"
expect_is "device, id, name" "$(read_json "a['device'], a['id'], a['name']")" "('/dev/mapper/$map', '$wwid', '$map')"
wanted=$(for disk in sda sdb; do
    printf '%s /dev/%s\n' "$(basename "$(readlink -f /sys/block/$disk/device)")" $disk
done)
expect_is "its paths" "$(read_json "'\n'.join(sorted(f'{d[\"host\"]}:{d[\"channel\"]}:{d[\"id\"]}:{d[\"lun\"]} {d[\"device\"]}' for d in a['devices']))")" "$wanted"
brick find_multipath_device /dev/sdb
expect_is "asked by a path" "$(read_json "a['name']")" "$map"
load_start "$map"

say "the volume grows"
lio_grow volume 96
brick_is "new size" $((96 << 20)) extend_volume /dev/sda,/dev/sdb true
expect "the map has it" size_is "$map" $((96 * 2048))
lio_grow volume 128
for disk in sda sdb; do
    brick_is "rescan of $disk" null echo_scsi_command "/sys/block/$disk/device/rescan" 1
done
brick_is "resize by name" null multipath_resize_map "$map"
expect "the map has it" size_is "$map" $((128 * 2048))

say "a path is taken away and added"
brick_is "the path is taken away" true multipath_del_path /dev/sdb
wait_for "the map goes on with one" paths_are A 1
brick_is "the path is added" true multipath_add_path /dev/sdb
wait_for "the map has both" paths_are A 2
brick_is "reconfigure" '"ok\n"' multipath_reconfigure
wait_for "the daemon answers" daemon_answers

say "detach"
load_mark
wait_for "the load goes on" load_moved
load_stop
brick_is "flush" null flush_multipath_device "$map"
expect "the map is gone" not wwid_mapped "$wwid"
brick_is "no map for its paths" null find_sysfs_multipath_dm sda,sdb
brick_is "a path is added once more" true multipath_add_path /dev/sda
wait_for "the map is there again" wwid_mapped "$wwid"
brick_is "remove_connection" null remove_connection sda,sdb,
expect "the map is gone" not wwid_mapped "$wwid"
expect "the disks are gone" not disks_there 1
