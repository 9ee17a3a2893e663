# SPDX-License-Identifier: GPL-2.0-or-later
# shows: iSCSI sessions get the configured timers; one whose target dies fails over and comes back, with no I/O error
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure "    no_path_retry 30
    fast_io_fail_tmo 7
    eh_deadline 20
    max_retries 3"
lio_disk shared 1001 16
iscsi_adapter 1 shared
iscsi_adapter 2 shared
disks_settled 2
daemon_start
maps_ready 1 2
map=$(map_of_disk "$(iscsi_disk 1 0)")

say "the kernel's timers are those of the configuration, and what it refused is told"
session_dir() { grep -lx "$(iscsi_name "$1")" /sys/class/iscsi_session/session*/targetname | xargs dirname; }
recovery_time_is() { [ "$(cat "$(session_dir "$1")/recovery_tmo")" = "$2" ]; }
for n in 1 2; do
    wait_for "recovery_tmo of session $n is 7" recovery_time_is $n 7
    disk=$(iscsi_disk $n 0)
    expect_is "max_retries of $disk" "$(cat /sys/block/"$disk"/device/scsi_disk/*/max_retries)" 3
done
disk=$(iscsi_disk 1 0)
multipathd explain "$disk" | tee "$RESULTS/explain.txt"
expect "explain names the timer" grep -q 'kernel setting *recovery_tmo 7$' "$RESULTS/explain.txt"
deadline=$(cat "/sys/class/scsi_host/host$(host_of "$disk")/eh_deadline")
say "eh_deadline is $deadline"
[ "$deadline" = 20 ] || expect "explain says why it is not 20" grep -q "kernel setting *eh_deadline could not be set to 20: ." "$RESULTS/explain.txt"
multipathd show topology json2 > "$RESULTS/topology.json"
expect "the JSON has them" grep -q '"wanted": *"7"' "$RESULTS/topology.json"

load_start "$map" 60
# cut N: the target of session N dies under the load, and comes back.
cut() {
    local start
    load_mark
    wait_for "the load goes on" load_moved
    start=$(now_ms)
    echo 0 > "$(iscsi_group "$1")/enable"
    wait_for "its path is failed" paths_are F 1
    figure "died_to_failed_$1" $(($(now_ms) - start)) ms
    load_mark
    wait_for "the load goes on" load_moved
    echo 1 > "$(iscsi_group "$1")/enable"
    wait_for "both paths are used again" paths_are A 2
}
say "one target dies and comes back, then the other"
cut 1
cut 2
load_stop
