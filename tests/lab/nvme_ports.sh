# SPDX-License-Identifier: GPL-2.0-or-later
# shows: an NVMe/TCP namespace behind two ports: access states change under load, a port dies and returns; priorities, groups and I/O follow without an I/O error
# guest: mode=fast append=nvme_core.multipath=N
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "    no_path_retry 30
    failback immediate"
nvme_subsystem nqn.2026-01.org.example:disk 16
for n in 1 2; do
    nvme_port $n
    nvme_state $n optimized
    # A controller gives up after an hour without its port, so that one which returns is found again.
    nvme_connect $n --reconnect-delay=2 --ctrl-loss-tmo=3600 --keep-alive-tmo=5
done
nvme_state 2 non-optimized
udevadm settle
one=$(nvme_disk 1)
two=$(nvme_disk 2)
daemon_start
maps_ready 1 2
map=$(map_of_disk "$one")
expect_is "its paths" "$(map_disks "$map")" "$one $two"

shown() { multipathd show paths raw format '%d %p %T' | awk -v disk="$1" '$1 == disk { print $2, $3 }'; }
shown_is() { [ "$(shown "$1")" = "$2" ]; }
follows() { wait_for "$1 is '$2'" shown_is "$1" "$2"; }
uses() { [ "$(active_disk "$map")" = "$1" ]; }
goes_on() {
    wait_for "the map uses $1" uses "$1"
    load_mark
    wait_for "the load goes on" load_moved
}
# state ONE TWO: what the ports say from now on. The better one is told first.
state() {
    say "port 1 is $1, port 2 is $2"
    nvme_state 1 "$1"
    nvme_state 2 "$2"
}
follows "$one" "50 ready"
follows "$two" "10 ready"
expect "priority is by ana" eval "multipathd explain $one | grep -q 'priority *50 by ana'"
multipath -ll | cat

load_start "$map" 60
goes_on "$one"
start=$(now_ms)
state non-optimized optimized
follows "$two" "50 ready"
follows "$one" "10 ready"
goes_on "$two"
figure "swap_followed" $(($(now_ms) - start)) ms
state optimized non-optimized
goes_on "$one"

start=$(now_ms)
state inaccessible non-optimized
goes_on "$two"
figure "inaccessible_followed" $(($(now_ms) - start)) ms
wait_for "$one is failed" path_is "$one" F
expect "explain says why" eval "multipathd explain $one | grep 'check .*inaccessible'"
state optimized non-optimized
follows "$one" "50 ready"
goes_on "$one"

lines=$(wc -l < "$DAEMON_LOG")
state inaccessible inaccessible
wait_for "both paths are failed" paths_are F 2
load_mark
stays 4 "the load waits" not load_moved
expect "it has not failed" load_lives
state optimized non-optimized
goes_on "$one"
tail -n "+$((lines + 1))" "$DAEMON_LOG" | tee "$RESULTS/told.log"
expect "it was told in few lines" test "$(wc -l < "$RESULTS/told.log")" -le 8

say "port 1 dies"
start=$(now_ms)
nvme_port_dies 1
wait_for "its path is failed" path_is "$one" F
figure "died_to_failed" $(($(now_ms) - start)) ms
goes_on "$two"
say "port 1 returns"
start=$(now_ms)
nvme_port_returns 1
wait_for "both paths are used" paths_are A 2
figure "returned_to_used" $(($(now_ms) - start)) ms
follows "$one" "50 ready"
goes_on "$one"

load_stop
