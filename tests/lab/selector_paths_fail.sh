# SPDX-License-Identifier: GPL-2.0-or-later
# shows: path selector: near paths fail by message, go offline and are deleted under verifying loads of both nodes, and return: no I/O error
# guest: mode=fast machine=numa-wide selector=yes
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
# shellcheck source=tests/lab/guest/selector.sh
source /share/guest/selector.sh

selector_ready 8
read -r -a near <<< "$(paths_of LABNUMA0 0)"
read -r -a far <<< "$(paths_of LABNUMA0 1)"
all=("${near[@]}" "${far[@]}")
map_make one bio 0 "1 auto 64" "${all[@]}" || fail "no map"
verify_start one 0,1 node0 0
verify_start one 2,3 node1 1

# watch_load SECONDS: the shares of the disks, and what the selector counted.
watch_load() {
    taken_mark "${all[@]}"
    counts_mark one
    sleep "$1"
    shares "${all[@]}"
    read -r a b c d <<< "${SHARES[*]}"
    read -r here spilled remote <<< "$(counts_since one)"
    say "shares of ${all[*]}: $a $b $c $d; local $here, spilled $spilled, remote $remote"
}
message() { dmsetup message one 0 "$1 $(disk_number "$2")" || fail "$1 $2"; }
failed() { [ "$(kernel_paths one | awk -v dev="$(disk_number "$1")" '$4 == dev { print $5 }')" = F ]; }

sleep 2
watch_load 2
within "share of node 0's paths, both nodes doing the same" $((a + b)) 20 80
expect_is "spilled and remote" "$spilled $remote" "0 0"

say "one near path fails by message"
message fail_path "${near[0]}"
sleep 0.5
watch_load 2
expect_is "share of the failed path" "$a" 0
within "share of its sibling" "$b" 20 80
expect_is "remote I/Os, while a near path is left" "$remote" 0
say "the other one too"
message fail_path "${near[1]}"
sleep 0.5
watch_load 2
expect_is "shares of the failed paths" "$a $b" "0 0"
expect "node 0's I/O is counted as remote" [ "$remote" -gt 0 ]
expect "node 1's I/O is counted as local" [ "$here" -gt 0 ]
message reinstate_path "${near[0]}"
message reinstate_path "${near[1]}"
sleep 0.5
watch_load 2
within "share of node 0's paths when they are back" $((a + b)) 20 80
expect_is "remote" "$remote" 0

say "an adapter's disk goes offline and returns"
echo offline > "/sys/block/${near[0]}/device/state"
wait_for "the kernel fails the path at its next I/O" failed "${near[0]}"
sleep 0.5
watch_load 2
expect_is "share of the path that is offline" "$a" 0
echo running > "/sys/block/${near[0]}/device/state"
message reinstate_path "${near[0]}"
sleep 0.5
watch_load 2
expect "it carries I/O again" [ "$a" -gt 0 ]

say "a near path is deleted under load, and a new one takes its place by a table swap"
gone=${near[0]} old=$(disk_number "${near[0]}") host=$(host_of "${near[0]}")
echo 1 > "/sys/block/$gone/device/delete"
gone_failed() { [ "$(kernel_paths one | awk -v dev="$old" '$4 == dev { print $5 }')" = F ]; }
wait_for "the kernel fails the deleted path" gone_failed
expect "the load lives" verify_lives node0
map_swap one bio 0 "1 auto 64" "${near[1]}" "${far[@]}" || fail "table swap without the path"
echo '- - -' > "/sys/class/scsi_host/host$host/scan"
wait_for "a disk is there again" disks_there 8
udevadm settle --timeout=60
read -r -a near <<< "$(paths_of LABNUMA0 0)"
all=("${near[@]}" "${far[@]}")
expect_is "paths on node 0" "${#near[@]}" 2
map_swap one bio 0 "1 auto 64" "${all[@]}" || fail "table swap with the new path"
sleep 0.5
watch_load 2
within "share of node 0's paths" $((a + b)) 20 80
expect_is "remote" "$remote" 0

say "storms of failures and reinstatements from two CPUs, and table swaps among them"
storm() { python3 /share/guest/storm.py "$1" 6 one "${@:2}" > "/tmp/storm.$1"; }
numbers=()
for disk in "${all[@]}"; do numbers+=("$(disk_number "$disk")"); done
# Every message is an event for udev, and it would read the map after each: thousands, for minutes.
udevadm control --exit
storm 0 "${numbers[0]}" "${numbers[2]}" &
one=$!
storm 2 "${numbers[0]}" "${numbers[2]}" "${numbers[1]}" &
two=$!
for _ in 1 2 3; do
    sleep 1
    DM_DISABLE_UDEV=1 map_swap one bio 0 "1 auto auto" "${all[@]}" || fail "table swap in the storm"
done
if ! wait $one || ! wait $two; then fail "a storm ended early"; fi
say "CPU 0: $(cat /tmp/storm.0); CPU 2: $(cat /tmp/storm.2)"
for cpu in 0 2; do expect "the storm of CPU $cpu was one" [ "$(awk '{ print $1 }' /tmp/storm.$cpu)" -ge 20 ]; done
/lib/systemd/systemd-udevd --daemon --resolve-names=never
for disk in "${all[@]}"; do message reinstate_path "$disk"; done
map_swap one bio 0 "1 auto 64" "${all[@]}"
sleep 0.5
watch_load 2
within "share of node 0's paths after the storm" $((a + b)) 20 80
verify_stop node0
verify_stop node1
selector_ends one
