# SPDX-License-Identifier: GPL-2.0-or-later
# shows: path selector: processors go off and on and tables are swapped under verifying loads; four nodes: fallback in the order of distance
# guest: mode=fast machine=numa-four selector=yes
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
# shellcheck source=tests/lab/guest/selector.sh
source /share/guest/selector.sh

expect_is "distances of node 0" "$(cat /sys/devices/system/node/node0/distance)" "10 16 22 32"
selector_ready 8
read -r -a disks <<< "$(paths_of LABNUMA0)"
for node in 0 1 2 3; do expect_is "node of ${disks[$node]}" "$(disk_node "${disks[$node]}")" $node; done
map_make one bio 0 "1 auto 64" "${disks[@]}" || fail "no map"
message() { dmsetup message one 0 "$1 $(disk_number "$2")" || fail "$1 $2"; }
# takes CPU NODE TEXT: all reads of that CPU take the path of that node.
takes() {
    local wanted=(0 0 0 0)
    wanted[$2]=100
    udevadm settle --timeout=60  # it reads the map, on any CPU, whenever a path changes
    taken_mark "${disks[@]}"
    reads_of "$1" one 200
    shares "${disks[@]}"
    expect_is "$3" "${SHARES[*]}" "${wanted[*]}"
}

say "fallback by distance, and back at once"
for cpu in 0 1 2 3; do takes $cpu $cpu "shares of the paths in the reads of CPU $cpu"; done
message fail_path "${disks[0]}"; takes 0 1 "shares without the path of its node"
message fail_path "${disks[1]}"; takes 0 2 "shares without the next"
message fail_path "${disks[2]}"; takes 0 3 "shares with only the farthest left"
message reinstate_path "${disks[1]}"; takes 0 1 "shares when a nearer one is back"
message reinstate_path "${disks[0]}"; takes 0 0 "shares when its own is back"
message reinstate_path "${disks[2]}"

say "processors go off and on under verifying loads"
verify_start one 0-3 low 0
verify_start one 0-3 high 1
cpu_to() { echo "$2" > "/sys/devices/system/cpu/cpu$1/online" || fail "CPU $1 to $2"; }
for round in 1 2 3; do
    for cpu in 1 2 3; do cpu_to $cpu 0; done
    sleep 1
    taken_mark "${disks[@]}"
    sleep 2
    shares "${disks[@]}"
    read -r a b c d <<< "${SHARES[*]}"
    within "round $round: share of node 0's path with only CPU 0 online ($a $b $c $d)" "$a" 90 100
    for cpu in 1 2 3; do
        cpu_to $cpu 1
        cpu_to $cpu 0
        cpu_to $cpu 1
    done
    map_swap one bio 0 "1 auto $((round * 16))" "${disks[@]}" || fail "table swap under load"
    expect "the loads live" verify_lives low
    expect "both" verify_lives high
done
verify_stop low
verify_stop high
for cpu in 1 2 3; do takes $cpu $cpu "shares of the reads of CPU $cpu, after it was off"; done

say "the module stays while it is in use"
for _ in 1 2 3 4 5; do
    rmmod dm-numa-distance 2> /dev/null && fail "unloaded while a map uses it"
    map_swap one bio 0 "1 auto 64" "${disks[@]}" || fail "table swap"
done
selector_ends one
for _ in 1 2 3; do
    modprobe dm-numa-distance || fail "it cannot be loaded again"
    rmmod dm-numa-distance || fail "it cannot be unloaded again"
done
say "ok: loaded and unloaded three times more"
expect "the kernel has not complained" kernel_log_clean
