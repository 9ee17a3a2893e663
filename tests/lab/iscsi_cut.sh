# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a firewall rule swallows the packets of an iSCSI session: recovery_tmo is the configured one, I/O fails over, and the session returns with the rule gone, without an I/O error
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "    no_path_retry 30
    fast_io_fail_tmo 5"
lio_disk shared 1001 16
iscsi_adapter 1 shared
iscsi_adapter 2 shared
# The initiator's own pings notice a silent target; the usual 5 s between them and 5 s for an answer
# are cut short.
for n in 1 2; do
    iscsiadm -m node -T "$(iscsi_name $n)" --logout > /dev/null
    for interval in noop_out_interval noop_out_timeout; do
        iscsiadm -m node -T "$(iscsi_name $n)" -o update -n "node.conn[0].timeo.$interval" -v 2
    done
    iscsiadm -m node -T "$(iscsi_name $n)" --login > /dev/null
done
disks_settled 2
daemon_start
maps_ready 1 2
map=$(map_of_disk "$(iscsi_disk 1 0)")
session_dir() { grep -lx "$(iscsi_name "$1")" /sys/class/iscsi_session/session*/targetname | xargs dirname; }
recovery_time_is() { [ "$(cat "$(session_dir "$1")/recovery_tmo")" = "$2" ]; }
session_is() { [ "$(cat "$(session_dir "$1")/state")" = "$2" ]; }
for n in 1 2; do wait_for "recovery_tmo of session $n is 5" recovery_time_is $n 5; done

# cut N, heal: packets to and from target N vanish, in both directions; all pass again.
cut() {
    nft -f - << RULES
add table ip lab
add chain ip lab input { type filter hook input priority 0; }
add rule ip lab input ip daddr 127.0.0.$1 tcp dport 3260 drop
add rule ip lab input ip saddr 127.0.0.$1 tcp sport 3260 drop
RULES
}
heal() { nft delete table ip lab; }

load_start "$map" 60
for n in 1 2; do
    disk=$(iscsi_disk $n 0)
    say "the session of $disk is cut"
    load_mark
    start=$(now_ms)
    cut $n || fail "no rule could be set"
    wait_for "$disk is failed" path_is "$disk" F
    figure "cut_to_failed_$n" $(($(now_ms) - start)) ms
    wait_for "the session has given up" session_is $n FREE
    load_mark
    wait_for "the load goes on" load_moved
    multipathd show paths format '%d %t %T %o' | cat
    say "the rule is gone"
    start=$(now_ms)
    heal
    wait_for "the session is logged in" session_is $n LOGGED_IN
    wait_for "both paths are used again" paths_are A 2
    figure "healed_to_used_$n" $(($(now_ms) - start)) ms
    expect_is "recovery_tmo of the session that returned" "$(cat "$(session_dir $n)/recovery_tmo")" 5
done
load_stop
