# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the array shows another disk under the same H:C:T:L: the path leaves its map, and not one more byte reaches the wrong disk
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

# Three disks, two sessions each: "idle" gets no I/O at all, "standby" has its other path in use,
# "loaded" writes through the very path that changes.
configure "    no_path_retry 30" "overrides {
    path_grouping_policy failover
    detect_pgpolicy no
    failback manual
}"
for n in 1 2 3; do
    lio_disk right$n 100$n 16
    lio_disk wrong$n 200$n 16
done
iscsi_adapter 1 right1 right2 right3
iscsi_adapter 2 right1 right2 right3
disks_settled 6
daemon_start
maps_ready 3 6
idle=$(map_of_disk "$(iscsi_disk 1 0)")
standby=$(map_of_disk "$(iscsi_disk 1 1)")
loaded=$(map_of_disk "$(iscsi_disk 1 2)")
for map in $idle $standby $loaded; do expect_is "groups of $map" "$(kernel_paths "$map" | cut -d' ' -f2 | xargs)" "1 2"; done
say "idle is $idle, standby is $standby, loaded is $loaded"

empty() { cmp -s -n $((16 << 20)) "$DISKS_DIR/$1" /dev/zero; }
contents() { cksum < "$DISKS_DIR/$1"; }
# session_of DISK LUN: the number (1 or 2) of the session that this disk is behind.
session_of() { if [ "$(iscsi_disk 1 "$2")" = "$1" ]; then echo 1; else echo 2; fi; }
# fill MAP RIGHT: writes the whole map and finds every byte of it on the right disk.
fill() {
    dd if=/dev/urandom of=/tmp/pattern bs=1M count=16 status=none
    dd if=/tmp/pattern of="/dev/mapper/$1" bs=64k oflag=direct status=none || fail "$1 does not write"
    expect "every byte written to $1 is on its own disk" cmp -s /tmp/pattern "$DISKS_DIR/$2"
}
# swap MAP LUN DISK: the path becomes wrong<LUN+1>; waits until it has left the map.
swap() {
    local map=$1 lun=$2 disk=$3 start
    start=$(now_ms)
    lun_becomes "$(iscsi_group "$(session_of "$disk" "$lun")")" "$lun" "wrong$((lun + 1))"
    wait_for "$disk has left $map" not disk_in_map "$disk" "$map"
    figure "left_$4" $(($(now_ms) - start)) ms
}

say "an idle map: nothing was ever read or written through it"
victim=$(iscsi_disk 2 0)
swap "$idle" 0 "$victim" idle
fill "$idle" right1
expect "the wrong disk has not got one byte" empty wrong1

say "a standby path: the load goes over the other one"
load_start "$standby" 60
victim=$(iscsi_disk "$((3 - $(session_of "$(active_disk "$standby")" 1)))" 1)
expect "$victim gets no I/O" not uses_host "$standby" "$(host_of "$victim")"
swap "$standby" 1 "$victim" standby
load_mark
wait_for "the load goes on" load_moved
load_stop
fill "$standby" right2
expect "the wrong disk has not got one byte" empty wrong2

say "a path that is being written through"
dd if=/dev/zero of="/dev/mapper/$loaded" bs=64k count=1 oflag=direct status=none
victim=$(active_disk "$loaded")
(while dd if=/dev/urandom of="/dev/mapper/$loaded" bs=64k count=16 oflag=direct status=none; do :; done) &
writer=$!
swap "$loaded" 2 "$victim" loaded
before=$(contents wrong3)
sleep 3
expect "the writer still writes" kill -0 $writer
expect_is "the wrong disk, since the path left" "$(contents wrong3)" "$before"
kill $writer
wait $writer 2> /dev/null
fill "$loaded" right3
expect_is "the wrong disk after the map was filled" "$(contents wrong3)" "$before"
for disk in $(iscsi_disk 2 0) "$(iscsi_disk 2 1)" "$victim"; do
    expect "no map of the old identity holds $disk" eval '! disk_in_map '"$disk $idle && ! disk_in_map $disk $standby && ! disk_in_map $disk $loaded"
done
stays 5 "they stay out" eval "! disk_in_map $victim $loaded"
