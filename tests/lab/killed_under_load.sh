# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the daemon is killed twenty times at random moments under a verifying load: no I/O error, no table load when nothing changed
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

RANDOM=${SEED:=$(($(date +%s) % 32768))}
say "seed $SEED"
configure "    no_path_retry 30"
debug_disks 4
disks_settled 8
daemon_start
maps_ready 4 8
map=$(map_of_disk "$(disks_of_host "$(debug_host 0)" | head -n 1)")
load_start "$map"

kill_and_start() {
    sleep "$((RANDOM % 3)).$((RANDOM % 10))"
    kill -9 "$(daemon_pid)" || fail "there is no daemon to kill"
    wait_for "it is dead" not daemon_pid > /dev/null
    daemon_launch
}
say "twelve times, nothing else changes"
loads_watch
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do kill_and_start; done
wait_for "the daemon answers" daemon_answers
all_known() { [ "$(multipathd show paths raw format '%d %t %T' 2> /dev/null | grep -c 'active ready')" = 8 ]; }
start=$(now_ms)
wait_for "it knows all 8 paths as ready" all_known
figure known_again $(($(now_ms) - start)) ms
expect_is "maps" "$(maps_count)" 4
expect_is "table loads while nothing changed" "$(loads_count)" 0

say "eight times, while an adapter goes away and returns"
host=$(debug_host 0)
for state in offline running offline running; do
    host_state "$host" $state
    kill_and_start
    kill_and_start
    [ $state = offline ] && wait_for "its 4 paths have failed" paths_are F 4
    [ $state = running ] && wait_for "all 8 paths are back" paths_are A 8
    load_mark
    wait_for "the load goes on" load_moved
done
wait_for "the daemon answers" daemon_answers
wait_for "it knows all 8 paths as ready" all_known
expect_is "maps" "$(maps_count)" 4
load_stop
