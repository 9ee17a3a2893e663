# SPDX-License-Identifier: GPL-2.0-or-later
# shows: network block devices become one map by a configured identity; a server is killed and returns, then both
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure '    uid_attrs "nbd:LAB_DISK_ID"
    no_path_retry queue
    path_checker directio' 'blacklist_exceptions {
    devnode "^nbd[0-9]"
    property "LAB_DISK_ID"
}'
mkdir -p /run/udev/rules.d "$DISKS_DIR"
cat > /run/udev/rules.d/61-lab-identity.rules << 'RULE'
SUBSYSTEM=="block", KERNEL=="nbd[0-9]*", ACTION!="remove", ATTR{size}!="0", ENV{LAB_DISK_ID}="one-exported-disk"
RULE
udevadm control --reload
modprobe nbd nbds_max=2
truncate -s 16M "$DISKS_DIR/exported"
serve() {
    /share/guest/nbd.py serve $((10800 + $1)) "$DISKS_DIR/exported" &
    SERVER[$1]=$!
}
listening() { (: < "/dev/tcp/127.0.0.1/$((10800 + $1))") 2> /dev/null; }
declare -a SERVER
for n in 0 1; do
    serve $n
    wait_for "server $n listens" listening $n
    /share/guest/nbd.py attach $n $((10800 + n)) "$DISKS_DIR/exported" || fail "nbd$n cannot be attached"
done
udevadm settle
daemon_start
maps_ready 1 2
map=$(map_of_disk nbd0)
expect_is "its identity" "$(cat "/sys/block/$(map_dm "$map")/dm/uuid")" mpath-one-exported-disk
expect_is "its paths" "$(map_disks "$map")" "nbd0 nbd1"
multipath -ll | cat

load_start "$map" 60
for n in 0 1; do
    say "server $n is killed"
    start=$(now_ms)
    kill -9 "${SERVER[$n]}"
    wait_for "its path has failed" path_is nbd$n F
    figure "path_failed_server_$n" $(($(now_ms) - start)) ms
    load_mark
    wait_for "the load goes on" load_moved
    say "server $n returns"
    serve $n
    wait_for "it listens" listening $n
    start=$(now_ms)
    /share/guest/nbd.py again $n $((10800 + n)) || fail "nbd$n has no new connection"
    wait_for "its path is back" path_is nbd$n A
    figure "path_back_server_$n" $(($(now_ms) - start)) ms
done

say "both servers are killed"
kill -9 "${SERVER[@]}"
wait_for "both paths have failed" paths_are F 2
load_mark
stays 5 "the load waits" not load_moved
expect "and has not failed" load_lives
for n in 0 1; do
    serve $n
    wait_for "server $n listens again" listening $n
    /share/guest/nbd.py again $n $((10800 + n)) || fail "nbd$n has no new connection"
done
wait_for "both paths are back" paths_are A 2
load_mark
wait_for "the load goes on" load_moved
load_stop
