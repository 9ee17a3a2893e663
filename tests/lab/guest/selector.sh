# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios of the numa-distance path selector: disks by their node, maps from tables written by
# hand, I/O of one CPU, and where it went.

# selector_ready DISKS: modprobe knows the module that this run brought along, and the disks are there.
selector_ready() {
    depmod || fail "depmod"
    modprobe virtio_scsi
    disks_settled "$1"
}

# disk_node DISK: of the PCI function above it, found without the daemon.
disk_node() {
    local at
    at=$(readlink -f "/sys/block/$1/device")
    while [ "$at" != / ]; do
        [ -r "$at/numa_node" ] && [ -e "$at/vendor" ] && [ -e "$at/class" ] && { cat "$at/numa_node"; return; }
        at=$(dirname "$at")
    done
}
disk_serial() { udevadm info --query=property --property=ID_SCSI_SERIAL --value "/dev/$1"; }
# paths_of SERIAL [NODE]: its disks in the order of their nodes.
paths_of() {
    local disk
    for disk in /sys/block/sd*; do
        disk=${disk##*/}
        [ "$(disk_serial "$disk")" = "$1" ] && printf '%s %s\n' "$(disk_node "$disk")" "$disk"
    done | sort -n | awk -v node="${2:-}" 'node == "" || $1 == node { print $2 }' | xargs
}

# table MODE SELECTOR_ARGS PATH_ARGS DISK...: one group, the same words for every path.
table() {
    local mode=$1 selector=$2 words=$3 disk size text=""
    shift 3
    size=$(cat "/sys/block/$1/size")
    for disk in "$@"; do text+=" $(disk_number "$disk") $words"; done
    # shellcheck disable=SC2086
    set -- $words "$@"
    printf '0 %s multipath 2 queue_mode %s 0 1 1 numa-distance %s %s %s%s\n' "$size" "$mode" "$selector" \
        "$(printf '%s' "$text" | grep -o '[0-9]*:[0-9]*' | wc -l)" "$(printf '%s' "$words" | wc -w)" "$text"
}
map_make() { table "${@:2}" | dmsetup create "$1"; }
map_swap() { table "${@:2}" | dmsetup reload "$1" && dmsetup resume "$1"; }

# taken DISK...: I/Os that each has finished, in TAKEN; read in one go, because load may be running.
taken() {
    local disk reads writes
    TAKEN=()
    for disk in "$@"; do
        read -r reads _ _ _ writes _ < "/sys/block/$disk/stat"
        TAKEN+=($((reads + writes)))
    done
}
taken_mark() {
    taken "$@"
    TAKEN_BEFORE=("${TAKEN[@]}")
}
# shares DISK...: per cent of their I/O since taken_mark of the same disks, in SHARES.
shares() {
    local i all=0
    taken "$@"
    SHARES=()
    for i in "${!TAKEN[@]}"; do all=$((all + TAKEN[i] - TAKEN_BEFORE[i])); done
    [ "$all" -gt 0 ] || fail "there was no I/O"
    for i in "${!TAKEN[@]}"; do SHARES+=($(((100 * (TAKEN[i] - TAKEN_BEFORE[i]) + all / 2) / all))); done
}
# within TEXT NUMBER LEAST MOST
within() {
    if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then fail "$1: got $2, expected $3 to $4"; fi
    say "ok: $1: $2 ($3 to $4)"
}
# reads_of CPU MAP COUNT: so many reads by that CPU, one after another.
reads_of() { taskset -c "$1" dd if="/dev/mapper/$2" of=/dev/null bs=4k count="$3" iflag=direct status=none || fail "reading $2"; }
# deep_reads CPU MAP SECONDS DEPTH: many at once.
deep_reads() {
    fio --name=deep --filename="/dev/mapper/$2" --rw=randread --bs=4k --direct=1 --ioengine=libaio --iodepth="$4" \
        --cpus_allowed="$1" --time_based=1 --eta=never --runtime="$3" --output=/tmp/deep.log || { tail -n 5 /tmp/deep.log; fail "reading $2"; }
}

# counts MAP: local, spilled and remote I/Os of its first group, as the selector says.
counts() {
    dmsetup status "$1" | awk '{ i = 4; i += $i + 1; i += $i + 1; i += 3; print $(i + 1), $(i + 2), $(i + 3) }'
}
counts_mark() { counts "$1" > "/tmp/counts.$1"; }
# counts_since MAP
counts_since() { echo "$(cat "/tmp/counts.$1") $(counts "$1")" | awk '{ print $4 - $1, $5 - $2, $6 - $3 }'; }
# in_flight MAP: the loads of its paths.
in_flight() { dmsetup status "$1" | grep -Eo '[0-9]+:[0-9]+ [AF] [0-9]+ [^ ]+ [0-9]+' | awk '{ sum += $5 } END { print sum + 0 }'; }
idle() { [ "$(in_flight "$1")" = 0 ]; }
selector_users() { awk '$1 == "dm_numa_distance" { print $3 }' /proc/modules; }

# verify_start MAP CPUS NAME PART: a verifying load by those CPUs on its quarter of the map.
verify_start() {
    local size
    size=$(($(blockdev --getsize64 "/dev/mapper/$1") / 4))
    fio --name="$3" --filename="/dev/mapper/$1" --rw=randwrite --bs=4k --direct=1 --ioengine=libaio --iodepth=4 \
        --offset=$((size * $4)) --size=$size --cpus_allowed="$2" --verify=crc32c --verify_fatal=1 --verify_backlog=64 \
        --verify_backlog_batch=64 --rate_iops="${RATE:-100}" --time_based=1 --eta=never --runtime=3600 --output="/tmp/$3.json" \
        --output-format=json > "/tmp/$3.log" 2>&1 &
    printf '%s' $! > "/tmp/$3.pid"
    # shellcheck disable=SC2034
    LOAD_DISK=/sys/block/$(map_dm "$1")/stat
    load_mark
    wait_for "load $3 runs" load_moved
}
verify_lives() { kill -0 "$(cat "/tmp/$1.pid")" 2> /dev/null; }
# verify_stop NAME: no error, and it had done something.
verify_stop() {
    local pid errors total
    pid=$(cat "/tmp/$1.pid")
    verify_lives "$1" || { tail -n 5 "/tmp/$1.log" "/tmp/$1.json"; fail "load $1 ended early: an I/O error or wrong contents"; }
    kill -INT "$pid"
    wait "$pid"
    errors=$(awk -F: '/^ *"error" :/ { sum += $2 } END { print sum + 0 }' "/tmp/$1.json")
    total=$(awk -F: '/"total_ios"/ { sum += $2 } END { print sum + 0 }' "/tmp/$1.json")
    [ "$total" -gt 100 ] || fail "load $1 did only $total I/Os"
    expect_is "I/O errors of load $1 ($total I/Os)" "$errors" 0
}

# kernel_log_cut: what follows begins with an empty log; what was in it is kept.
kernel_log_cut() { dmesg -c >> "$RESULTS/dmesg.log"; }
# kernel_log_clean: nothing that a kernel developer would call a warning, whoever raised it.
kernel_log_clean() {
    kernel_log_cut
    ! grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection|corruption|scheduling while atomic|blocked for more|detected.*stall|refcount' \
        "$RESULTS/dmesg.log"
}
# selector_ends MAP...: removes the maps; nothing of the selector is left, and the kernel did not complain.
selector_ends() {
    local map
    for map in "$@"; do
        wait_for "no I/O of $map is counted any more" idle "$map"
        udevadm settle --timeout=60
        dmsetup remove --retry "$map" || fail "cannot remove $map"
    done
    expect_is "users of the module" "$(selector_users)" 0
    expect "the module is unloaded" rmmod dm-numa-distance
    expect "the kernel has not complained" kernel_log_clean
}
