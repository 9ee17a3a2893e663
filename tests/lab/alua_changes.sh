# SPDX-License-Identifier: GPL-2.0-or-later
# shows: access states of target port groups change under load, at the array and by the kernel's own command: priorities, groups and I/O follow, without an I/O error
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

# "implicit" changes its states by itself only, and is asked by prioritizer alua; "explicit" takes
# commands as well, and the kernel's word on its states is taken. Checker directio, which these disks
# have by default, would call a standby path faulty.
configure "" 'overrides {
    no_path_retry 30
    failback immediate
    path_checker tur
}
devices {
    device {
        vendor "LIO-ORG"
        product "^implicit"
        detect_prio no
        prio alua
    }
}'
first=default_tg_pt_gp
for disk in implicit explicit; do
    lio_disk $disk "1${disk%plicit}" 16
    echo $disk > "$TARGET/core/fileio_0/$disk/wwn/product_id"
    lio_second_group $disk 16
done
for group in $first second; do
    echo 1 > "$TARGET/core/fileio_0/implicit/alua/$group/alua_access_type"
    echo 3 > "$TARGET/core/fileio_0/explicit/alua/$group/alua_access_type"
done
for n in 1 2; do loop_adapter $n implicit explicit; done
near=$(loop_host 1)
far=$(loop_host 2)
disk_at() { basename /sys/class/scsi_device/"$1":*:"$2"/device/block/*; }
disks_settled 4
for lun in 0 1; do
    lio_join_group "$(loop_group 2)" $lun second
    echo 1 > "/sys/block/$(disk_at "$far" $lun)/device/rescan"
done
# state implicit|explicit NEAR FAR: what the array says from now on.
state() {
    say "$1: near is $2, far is $3"
    lio_group_state "$1" $first "${ACCESS[$2]}"
    lio_group_state "$1" second "${ACCESS[$3]}"
}
declare -A ACCESS=([optimized]=0 [non-optimized]=1 [standby]=2 [unavailable]=3 [transitioning]=15)
state implicit optimized non-optimized
state explicit optimized standby
daemon_start
maps_ready 2 4
implicit=$(map_of_disk "$(disk_at "$near" 0)")
explicit=$(map_of_disk "$(disk_at "$near" 1)")
implicit_near=$(disk_at "$near" 0)
implicit_far=$(disk_at "$far" 0)
explicit_near=$(disk_at "$near" 1)
explicit_far=$(disk_at "$far" 1)

shown() { multipathd show paths raw format '%d %p %T' | awk -v disk="$1" '$1 == disk { print $2, $3 }'; }
shown_is() { [ "$(shown "$1")" = "$2" ]; }
# follows DISK WANTED: its priority and state.
follows() { wait_for "$1 is '$2'" shown_is "$1" "$2"; }
# goes_on MAP HOST: its load now goes over that adapter.
goes_on() {
    wait_for "$1 uses adapter $2" uses_host "$1" "$2"
    load_mark
    wait_for "the load goes on" load_moved
}
follows "$implicit_near" "50 ready"
follows "$implicit_far" "10 ready"
follows "$explicit_near" "50 ready"
follows "$explicit_far" "1 ghost"
expect "the kernel's array handler is used" eval 'dmsetup table '"$explicit"' | grep -q " 1 alua "'
multipath -ll | cat

load_start "$explicit $implicit" 40
start=$(now_ms)
state implicit non-optimized optimized
follows "$implicit_far" "50 ready"
follows "$implicit_near" "10 ready"
goes_on "$implicit" "$far"
figure "swap_followed" $(($(now_ms) - start)) ms
state implicit optimized non-optimized
follows "$implicit_near" "50 ready"
goes_on "$implicit" "$near"

start=$(now_ms)
state implicit standby non-optimized
follows "$implicit_near" "1 ghost"
goes_on "$implicit" "$far"
figure "standby_followed" $(($(now_ms) - start)) ms
wait_for "the kernel may use the standby path" path_is "$implicit_near" A
state implicit optimized non-optimized
follows "$implicit_near" "50 ready"
goes_on "$implicit" "$near"

state implicit unavailable non-optimized
wait_for "the unavailable path is failed" path_is "$implicit_near" F
goes_on "$implicit" "$far"
state implicit optimized non-optimized
wait_for "it is back" path_is "$implicit_near" A
goes_on "$implicit" "$near"

state implicit transitioning transitioning
load_mark
stays 6 "the load waits" not load_moved
expect "it has not failed" load_lives
multipathd show paths format '%d %t %T %p' | cat
state implicit optimized non-optimized
wait_for "both paths are in use" paths_are A 4
goes_on "$implicit" "$near"

say "the better adapter dies: the kernel has the standby group activated where the array takes commands"
start=$(now_ms)
host_state "$near" offline
goes_on "$explicit" "$far"
figure "activated" $(($(now_ms) - start)) ms
goes_on "$implicit" "$far"
follows "$explicit_far" "50 ready"
expect "it was a command" grep -q "Explicit" "$TARGET/core/fileio_0/explicit/alua/second/alua_access_status"
expect_is "implicit's second group" "$(cat "$TARGET/core/fileio_0/implicit/alua/second/alua_access_state")" 1
host_state "$near" running
wait_for "all paths are back" paths_are A 4
goes_on "$implicit" "$near"
load_stop
