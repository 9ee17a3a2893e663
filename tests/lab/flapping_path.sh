# SPDX-License-Identifier: GPL-2.0-or-later
# shows: a path that bounces is held back and says why, is used when it is the last, is lifted by command; with marginal groups it becomes one
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

settings="    no_path_retry 30
    path_grouping_policy multibus
    detect_pgpolicy no
    san_path_err_threshold 2
    san_path_err_forget_rate 100
    san_path_err_recovery_time 3600"
configure "$settings"
debug_disks 1
disks_settled 2
daemon_start
maps_ready 1 2
map=$(kernel_paths | awk '{ print $1; exit }')
flapping=$(active_disk "$map")
host=$(host_of "$flapping")
flap() {
    host_state "$host" offline
    wait_for "$flapping is failed" path_is "$flapping" F
    host_state "$host" running
}
state_of() { multipathd show paths raw format '%d %T' | awk -v disk="$1" '$1 == disk { print $2 }'; }
state_is() { [ "$(state_of "$1")" = "$2" ]; }
flap_until_held() {
    flap
    wait_for "$flapping is used again" path_is "$flapping" A
    flap
    wait_for "$flapping is used again" path_is "$flapping" A
    flap
}

load_start "$map" 60
say "the third failure is one too many"
flap_until_held
wait_for "$flapping is good and held back" state_is "$flapping" delayed
expect "the kernel does not use it" path_is "$flapping" F
multipathd explain "$flapping" | tee "$RESULTS/explain.txt"
expect "explain says why" grep -q 'held back .*san_path_err_threshold is 2' "$RESULTS/explain.txt"
load_mark
wait_for "the load goes on" load_moved

say "an administrator lets it go"
multipathd reinstate path "$flapping" || fail "reinstate path"
wait_for "$flapping is used again" path_is "$flapping" A
expect_is "its state" "$(state_of "$flapping")" ready

say "held back again, it is used when it is the last"
flap_until_held
wait_for "$flapping is held back" state_is "$flapping" delayed
other=$(kernel_paths "$map" | awk -v dev="$(disk_number "$flapping")" '$4 != dev { print $4 }')
other=$(basename "$(readlink "/sys/dev/block/$other")")
host_state "$(host_of "$other")" offline
wait_for "$flapping is used" path_is "$flapping" A
load_mark
wait_for "the load goes on" load_moved
host_state "$(host_of "$other")" running
wait_for "$other is used again" path_is "$other" A

say "with marginal groups it goes into one"
configure "$settings
    marginal_pathgroups on"
multipathd reconfigure || fail "reconfigure"
multipathd reinstate path "$flapping" || fail "reinstate path"
wait_for "both paths are used" paths_are A 2
groups_are() { [ "$(kernel_paths "$map" | cut -d' ' -f2 | sort -u | wc -l)" = "$1" ]; }
wait_for "they are one group" groups_are 1
flap_until_held
marginal() { multipathd show paths raw format '%d %M' | grep -q "^$flapping marginal"; }
wait_for "$flapping is marginal" marginal
wait_for "it has a group of its own" groups_are 2
wait_for "both paths can be used" paths_are A 2
expect "I/O goes down the other" not uses_host "$map" "$host"
load_stop
