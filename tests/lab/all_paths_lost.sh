# SPDX-License-Identifier: GPL-2.0-or-later
# shows: with every path lost I/O waits (queue), waits and then fails (N retries) or fails at once (fail), and works again after
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "" "multipaths {
    multipath {
        wwid 333333330000007d0
        alias waits
        no_path_retry queue
    }
    multipath {
        wwid 333333330000007d1
        alias retries
        no_path_retry 4
    }
    multipath {
        wwid 333333330000007d2
        alias fails
        no_path_retry fail
    }
}"
debug_disks 3
disks_settled 6
daemon_start
maps_ready 3 6
hosts="$(debug_host 0) $(debug_host 1)"

# One read of each map; its outcome and time are left in a file.
read_map() {
    local start
    start=$(now_ms)
    if dd if="/dev/mapper/$1" of=/dev/null bs=4k count=1 iflag=direct status=none 2> /dev/null; then
        echo "read $(($(now_ms) - start))"
    else
        echo "failed $(($(now_ms) - start))"
    fi > "/tmp/$1.part"
    mv "/tmp/$1.part" "/tmp/$1.$2"
}
outcome() { cut -d' ' -f1 "/tmp/$1.$2" 2> /dev/null; }
took() { cut -d' ' -f2 "/tmp/$1.$2"; }
over() { [ -f "/tmp/$1.$2" ]; }

for round in 1 2; do
    expect "the queueing maps queue, the other does not" eval 'map_queues waits && map_queues retries && ! map_queues fails'
    say "round $round: both adapters go away"
    for host in $hosts; do host_state "$host" offline; done
    for map in waits retries fails; do read_map $map $round & done
    wait_for "the read of 'fails' is over" over fails $round
    expect_is "'fail' fails the read" "$(outcome fails $round)" failed
    expect "meanwhile 'N retries' still waits" not over retries $round
    wait_for "all 6 paths have failed" paths_are F 6
    wait_for "the read of 'retries' is over" over retries $round
    expect_is "'N retries' fails the read in the end" "$(outcome retries $round)" failed
    expect "it does not queue any more" not map_queues retries
    figure "fail_after_round_$round" "$(took fails $round)" ms
    figure "four_retries_after_round_$round" "$(took retries $round)" ms
    stays 6 "'queue' still waits" not over waits $round
    expect_is "a new read of 'retries' fails at once" "$(read_map retries again; outcome retries again)" failed

    say "round $round: the adapters are back"
    for host in $hosts; do host_state "$host" running; done
    start=$(now_ms)
    wait_for "the waiting read is over" over waits $round
    expect_is "it got its data" "$(outcome waits $round)" read
    figure "waiting_read_done_round_$round" $(($(now_ms) - start)) ms
    wait_for "6 paths in use again" paths_are A 6
    wait_for "'retries' queues again" map_queues retries
    for map in waits retries fails; do
        read_map $map "after$round"
        expect_is "$map reads again" "$(outcome $map "after$round")" read
    done
done
