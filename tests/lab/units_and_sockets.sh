# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the socket unit starts the daemon at a client's first command, and the queueing unit lets a dead map's I/O end at shutdown but not when the daemon is restarted
# guest: mode=systemd
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
SOCKET=/run/multipathd.socket

ask_over() { MULTIPATH_SOCKET_NAME=$1 multipathd show maps raw format %n; }
lists_over() { [ "$(ask_over "$1")" = "$map" ]; }
unit_is() { [ "$(systemctl is-active "$1")" = "$2" ]; }
socket_is() { [ "$(stat -c '%A' $SOCKET 2> /dev/null)" = "$1" ]; }
writer_waits() { [ "$(ps -o state= -p "$WRITER" | cut -c1)" = D ]; }
writer_lives() { kill -0 "$WRITER" 2> /dev/null; }
queues_again() { map_queues "$map"; }

configure "    no_path_retry queue
    queue_without_daemon yes"
multipathd reconfigure > /dev/null
debug_disks 1
disks_settled 2
maps_ready 1 2
map=$(map_of_disk sda)
table=$(dmsetup table "$map")
expect "the units are well-formed" systemd-analyze verify --man=no multipathd.service multipathd.socket multipathd-queueing.service

say "the daemon waits for its first client"
systemctl stop multipathd
wait_for "the daemon has ended" not daemon_pid
systemctl start multipathd.socket || fail "the socket unit does not start"
expect "anybody may connect" socket_is srw-rw-rw-
expect "no daemon runs for that" not daemon_pid
for round in first second; do
    multipathd show daemon > "/run/$round.txt"
    wait_for "the $round time a command has started the daemon" unit_is multipathd active
    wait_for "it answers" daemon_answers
    for name in $SOCKET @/org/kernel/linux/storage/multipathd; do
        wait_for "it lists the map over $name" lists_over "$name"
    done
    expect_is "to a user who is not root" "$(setpriv --reuid 65534 --clear-groups multipathd show maps raw format %n)" "$map"
    expect "who may not command" not setpriv --reuid 65534 --clear-groups multipathd fail path sda
    expect_is "table" "$(dmsetup table "$map")" "$table"
    systemctl stop multipathd 2> /dev/null
    wait_for "the daemon has ended" not daemon_pid
    expect "the socket stays" unit_is multipathd.socket active
done
systemctl stop multipathd.socket
expect "its file goes with the unit" not test -e $SOCKET
if multipathd show daemon > /run/none.txt; then
    fail "a command finds a daemon"
fi
expect_is "what it prints" "$(cat /run/none.txt)" ""
expect "and starts none" not daemon_pid
systemctl start multipathd
wait_for "the daemon runs with its own sockets" daemon_answers
expect "anybody may connect" socket_is srw-rw-rw-

say "queueing and the end of the daemon"
expect "the unit of the end of queueing is installed" systemctl --quiet enable multipathd-queueing
systemctl start multipathd-queueing
wait_for "it is active" unit_is multipathd-queueing active
host_state "$(debug_host 0)" offline
host_state "$(debug_host 1)" offline
wait_for "both paths have failed" paths_are F 2
dd if=/dev/zero of="/dev/mapper/$map" bs=4k count=1 oflag=direct 2> /run/writer.txt &
WRITER=$!
wait_for "a write waits" writer_waits
systemctl restart multipathd
wait_for "the daemon is there again" daemon_answers
wait_for "the map queues" queues_again
stays 3 "the write still waits" writer_lives
expect "the queueing unit is active" unit_is multipathd-queueing active

say "what a shutdown does"
systemctl stop multipathd-queueing
wait_for "the write has ended" not writer_lives
wait "$WRITER"
expect_is "its exit code" $? 1
expect "it got an I/O error" grep -q 'Input/output error' /run/writer.txt
expect "the map does not queue" not map_queues "$map"
expect "the daemon runs" daemon_answers
host_state "$(debug_host 0)" running
host_state "$(debug_host 1)" running
wait_for "both paths are used again" paths_are A 2
dd if=/dev/zero of="/dev/mapper/$map" bs=4k count=1 oflag=direct status=none || fail "the map cannot be written"
say "ok: the map can be written"
