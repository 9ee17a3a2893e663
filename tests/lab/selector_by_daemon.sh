# SPDX-License-Identifier: GPL-2.0-or-later
# shows: path_selector numa-distance and auto: the daemon names each path's node, shows the shares, adopts its table after a restart, and does without the module
# guest: mode=fast machine=numa-wide selector=yes
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
# shellcheck source=tests/lab/guest/selector.sh
source /share/guest/selector.sh

SELECTOR_FILE=$(echo /lib/modules/*/updates/dm-numa-distance.ko)
selector_of() { dmsetup table "$1" | awk '{ i = 4; i += $i + 1; i += $i + 1; print $(i + 2) }'; }
# node_words MAP: the second word of each path, by device number.
node_words() { dmsetup table "$1" | grep -Eo '[0-9]+:[0-9]+ [0-9]+ (auto|[0-9]+) (auto|[0-9]+)' | awk '{ print $1, $3 }'; }
lines_of() { grep -c "$1" "$DAEMON_LOG"; }

# with SELECTOR: the configuration, all paths of a disk in one group.
with() { configure "    path_grouping_policy multibus
    path_selector \"$1\""; }
reconfigured() { multipathd reconfigure > /dev/null && wait_for "the maps are settled" settled; }
settled() { [ "$(multipathd show daemon | grep -c idle)" = 1 ]; }

selector_ready 8
say "without the module"
mv "$SELECTOR_FILE" /tmp/selector.ko
depmod
with "numa-distance 0"
daemon_start
maps_ready 2 8
map=$(map_of_disk sda)
expect_is "selector" "$(selector_of "$map")" service-time
expect_is "messages about it" "$(lines_of 'no path selector numa-distance')" 1
daemon_stop
say "auto, without the module"
: > "$DAEMON_LOG"
with auto
daemon_start
maps_ready 2 8
expect_is "selector" "$(selector_of "$map")" service-time
expect_is "messages about it" "$(lines_of 'numa-distance')" 0

say "a module that the kernel does not take"
printf 'no module' > "$SELECTOR_FILE"
mkdir -p /tmp/kept && cp /lib/modules/*/modules.dep /tmp/kept/
echo "updates/dm-numa-distance.ko: " >> "$(echo /lib/modules/*/modules.dep)"
: > "$DAEMON_LOG"
with "numa-distance 0"
reconfigured
expect_is "selector" "$(selector_of "$map")" service-time
say "what the daemon says:"
grep -i numa "$DAEMON_LOG"
expect "it says that the kernel refuses it" grep -q 'kernel refuses a table with path selector numa-distance' "$DAEMON_LOG"

say "with the module"
cp /tmp/selector.ko "$SELECTOR_FILE"
depmod
loads_watch
: > "$DAEMON_LOG"
reconfigured
has_numa() { [ "$(selector_of "$map")" = numa-distance ]; }
wait_for "the table has the selector" has_numa
for disk in $(map_disks "$map"); do
    expect_is "node of $disk in the table" "$(node_words "$map" | awk -v d="$(disk_number "$disk")" '$1 == d { print $2 }')" "$(disk_node "$disk")"
done
wait_for "all paths in use" paths_are A 8
udevadm settle
loads=$(loads_count)
read -r -a near <<< "$(paths_of "$(disk_serial sda)" 0)"
read -r -a far <<< "$(paths_of "$(disk_serial sda)" 1)"
all=("${near[@]}" "${far[@]}")
for cpu in 0 3; do
    taken_mark "${all[@]}"
    reads_of $cpu "$map" 400
    shares "${all[@]}"
    [ $cpu = 0 ] && mine=$((SHARES[0] + SHARES[1])) || mine=$((SHARES[2] + SHARES[3]))
    within "share of its node's paths in the reads of CPU $cpu (${SHARES[*]})" "$mine" 95 100
done
multipath -ll "$map" | cat
shown() { [ "$(multipathd show maps raw format '%n %l' | awk -v m="$map" '$1 == m { split($2, n, "/"); print (n[1] >= 800) }')" = 1 ]; }
wait_for "the daemon shows the shares" shown
multipathd show maps format "%n %l"
expect "JSON shows them" sh -c "multipathd show topology json2 | grep -q numa_ios"

say "restart: the table is adopted as it is"
daemon_stop
daemon_start
maps_ready 2 8
multipathd reconfigure > /dev/null
wait_for "settled" settled
expect_is "table loads since then" "$(loads_count)" "$loads"

say "auto, with the module and two nodes"
with auto
reconfigured
expect_is "selector" "$(selector_of "$map")" numa-distance
expect_is "table loads since then" "$(loads_count)" "$loads"

say "an adapter is told to be on another node"
# function_of DISK: the PCI function above it.
function_of() {
    local at
    at=$(readlink -f "/sys/block/$1/device")
    until [ -e "$at/numa_node" ] && [ -e "$at/vendor" ] && [ -e "$at/class" ]; do at=$(dirname "$at"); done
    printf '%s' "$at"
}
node_in_table() { [ "$(node_words "$map" | awk -v d="$(disk_number "$1")" '$1 == d { print $2 }')" = "$2" ]; }
for node in 1 0; do
    echo $node > "$(function_of "${near[0]}")/numa_node"
    echo change > /sys/devices/system/node/node0/uevent
    wait_for "the table has node $node for ${near[0]}" node_in_table "${near[0]}" $node
done
wait_for "all paths in use" paths_are A 8

say "an adapter's paths go and return under a verifying load of both nodes"
RATE=40 verify_start "$map" 0 near 0
RATE=40 verify_start "$map" 3 far 1
for disk in "${near[@]}"; do echo offline > "/sys/block/$disk/device/state"; done
wait_for "the kernel has failed them" paths_are F 2
counts_mark "$map"
sleep 3
read -r _ _ remote <<< "$(counts_since "$map")"
expect "node 0's I/O went over the other node" [ "$remote" -gt 0 ]
for disk in "${near[@]}"; do echo running > "/sys/block/$disk/device/state"; done
wait_for "the daemon has reinstated them" paths_are F 0
counts_mark "$map"
sleep 3
read -r here _ remote <<< "$(counts_since "$map")"
expect "I/O is local again ($here)" [ "$here" -gt 0 ]
expect_is "remote" "$remote" 0
verify_stop near
verify_stop far
daemon_stop
expect "the kernel has not complained" kernel_log_clean
