# SPDX-License-Identifier: GPL-2.0-or-later
# shows: adapters on two NUMA nodes: the node of each path and its distance to the others are shown
# guest: mode=fast machine=numa
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

configure ""
expect_is "NUMA nodes" "$(cat /sys/devices/system/node/online)" 0-1
expect_is "distances of node 0" "$(cat /sys/devices/system/node/node0/distance)" "10 31"
modprobe virtio_scsi
disks_settled 8
daemon_start
maps_ready 4 8
multipath -ll | cat

# node_of DISK: of the PCI function above it, found here without the daemon.
node_of() {
    local at
    at=$(readlink -f "/sys/block/$1/device")
    while [ "$at" != / ]; do
        [ -r "$at/numa_node" ] && [ -e "$at/vendor" ] && [ -e "$at/class" ] && { cat "$at/numa_node"; return; }
        at=$(dirname "$at")
    done
}
for map in $(multipathd show maps raw format %n); do
    nodes=$(for disk in $(map_disks "$map"); do node_of "$disk"; done | sort | xargs)
    expect_is "nodes of the paths of $map" "$nodes" "0 1"
done
[ "$LAB_DAEMON" = debian ] && { say "Debian's daemon shows no nodes"; exit 0; }
multipathd show paths format "%d %e %E"
for map in $(multipathd show maps raw format %n); do
    for disk in $(map_disks "$map"); do
        node=$(node_of "$disk")
        expected="$node 10,31"
        [ "$node" = 1 ] && expected="$node 31,10"
        expect_is "node and distances of $disk" "$(multipathd show paths raw format "%d %e %E" | awk -v d="$disk" '$1 == d { print $2, $3 }')" "$expected"
    done
done
