# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every scenario uses: saying, waiting, expecting, the daemon, the kernel's own view of the maps,
# and a load that verifies what it reads. Limits are generous: a scenario asserts order and outcome, and
# prints how long things took.
set -u
# shellcheck source=/dev/null
source /share/environment
# shellcheck source=tests/lab/guest/devices.sh
source /share/guest/devices.sh
RESULTS=/share/results
DAEMON_LOG=/run/multipathd.log
PATIENCE=${PATIENCE:-120}

# --- saying and expecting ---------------------------------------------------------------------------
now_ms() { printf '%s' $((${EPOCHREALTIME/./} / 1000)); }
say() {
    local up
    read -r up _ < /proc/uptime
    printf '[%7s] %s\n' "$up" "$*"
}
# figure NAME VALUE UNIT: a measured value; also kept in the results.
figure() {
    say "figure: $1 = $2 $3"
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> $RESULTS/figures.tsv
}
fail() {
    say "FAILED: $*"
    exit 1
}
# expect TEXT COMMAND...
expect() {
    local text=$1
    shift
    "$@" || fail "expected: $text"
    say "ok: $text"
}
# expect_is TEXT GOT WANTED
expect_is() {
    [ "$2" = "$3" ] || fail "$1: got '$2', expected '$3'"
    say "ok: $1: $2"
}
# wait_for TEXT COMMAND...: until the command succeeds, $PATIENCE seconds at most; WAITED_MS says how long it took.
wait_for() {
    local text=$1 start
    shift
    start=$(now_ms)
    until "$@"; do
        [ $(($(now_ms) - start)) -lt $((PATIENCE * 1000)) ] || fail "in $PATIENCE s it did not happen: $text"
        sleep 0.05
    done
    WAITED_MS=$(($(now_ms) - start))
    say "ok: $text (after $WAITED_MS ms)"
}
# stays SECONDS TEXT COMMAND...: the command holds all that time.
stays() {
    local end=$(($(now_ms) + $1 * 1000)) text=$2
    shift 2
    while [ "$(now_ms)" -lt $end ]; do
        "$@" || fail "did not stay so: $text"
        sleep 0.2
    done
    say "ok: stays so: $text"
}
not() { ! "$@"; }

# --- the daemon -------------------------------------------------------------------------------------
# configure DEFAULTS [SECTIONS]: the lab's configuration with more lines in defaults, and more sections.
configure() {
    cat > /etc/multipath.conf << CONF
defaults {
    user_friendly_names yes
    find_multipaths greedy
    polling_interval 2
    max_polling_interval 2
$1
}
${2:-}
CONF
}
daemon_pid() { pgrep -o -x multipathd; }
daemon_answers() { multipathd show daemon 2> /dev/null | grep -Eq 'idle|running'; }
daemon_launch() {
    if [ "$LAB_MODE" = systemd ]; then
        systemctl start multipathd
    else
        modprobe dm-multipath
        mkdir -p /run/multipath
        setsid multipathd -d -s -v2 >> $DAEMON_LOG 2>&1 < /dev/null &
        disown
    fi
}
daemon_start() {
    daemon_launch
    wait_for "the daemon runs and answers" daemon_answers
}
daemon_stop() {
    if [ "$LAB_MODE" = systemd ]; then systemctl stop multipathd; else multipathd shutdown > /dev/null; fi
    wait_for "the daemon has ended" not daemon_pid > /dev/null
}

# --- the kernel's view, without the daemon ----------------------------------------------------------
# map_dm MAP: its dm-N. map_named NAME: whether it is there.
map_dm() {
    local name
    for name in /sys/block/dm-*/dm/name; do
        if [ -r "$name" ] && [ "$(< "$name")" = "$1" ]; then
            name=${name#/sys/block/}
            printf '%s' "${name%%/*}"
            return 0
        fi
    done
    return 1
}
map_named() { map_dm "$1" > /dev/null; }
# map_of_wwid WWID: its name.
map_of_wwid() {
    local uuid
    for uuid in /sys/block/dm-*/dm/uuid; do
        if [ -r "$uuid" ] && [ "$(< "$uuid")" = "mpath-$1" ]; then
            cat "${uuid%uuid}name"
            return 0
        fi
    done
    return 1
}
wwid_mapped() { map_of_wwid "$1" > /dev/null; }
# disk_wwid DISK: what udev says (the lab's disks all have a serial there).
disk_wwid() { udevadm info --query=property --property=ID_SERIAL --value "/dev/$1"; }
# map_of_disk DISK: the multipath map that holds it.
map_of_disk() {
    local holder
    for holder in /sys/block/"$1"/holders/dm-*; do
        [ -e "$holder" ] && { cat "$holder/dm/name"; return 0; }
    done
    return 1
}
# map_disks MAP: the disks in its table, sorted, on one line.
map_disks() {
    local dm
    dm=$(map_dm "$1") || return 1
    # shellcheck disable=SC2012
    ls "/sys/block/$dm/slaves" 2> /dev/null | sort | xargs
}
disk_in_map() { [[ " $(map_disks "$2") " == *" $1 "* ]]; }
maps_count() {
    local uuid count=0
    for uuid in /sys/block/dm-*/dm/uuid; do
        [ -r "$uuid" ] && [[ $(< "$uuid") == mpath-* ]] && count=$((count + 1))
    done
    printf '%s' $count
}
maps_are() { [ "$(maps_count)" = "$1" ]; }
# kernel_paths [MAP]: one line per path: map, group number, group state (A, E, D), major:minor, A or F.
kernel_paths() {
    dmsetup status --target multipath ${1:+"$1"} 2> /dev/null | awk -v only="${1:-}" '{
        # With a name given, dmsetup leaves it out of the line.
        if (only == "") { map = $1; sub(/:$/, "", map); i = 5 } else { map = only; i = 4 }
        i += $i + 1; i += $i + 1
        groups = $i; i += 2
        for (g = 1; g <= groups; g++) {
            state = $i; i++
            i += $i + 1
            paths = $i; args = $(i + 1); i += 2
            for (p = 1; p <= paths; p++) { print map, g, state, $i, $(i + 1); i += 3 + args }
        }
    }'
}
disk_number() { cat "/sys/block/$1/dev"; }
# kernel_path DISK: A or F, empty when the disk is in no map.
kernel_path() {
    local map
    map=$(map_of_disk "$1") && kernel_paths "$map" | awk -v dev="$(disk_number "$1")" '$4 == dev { print $5 }'
}
path_is() { [ "$(kernel_path "$1")" = "$2" ]; }
# paths_are STATE COUNT: that many paths of all maps are in that state.
paths_count() { kernel_paths | awk -v state="$1" '$5 == state { n++ } END { print n + 0 }'; }
paths_are() { [ "$(paths_count "$1")" = "$2" ]; }
# active_disk MAP: a disk of the group in use; empty when none is.
active_disk() {
    local number
    number=$(kernel_paths "$1" | awk '$3 == "A" { print $4; exit }')
    [ -n "$number" ] && basename "$(readlink "/sys/dev/block/$number")"
}
# host_of DISK: its SCSI host. uses_host MAP HOST: the group in use goes over that adapter.
host_of() { basename "$(readlink -f "/sys/block/$1/device")" | cut -d: -f1; }
uses_host() {
    local disk
    disk=$(active_disk "$1") && [ -n "$disk" ] && [ "$(host_of "$disk")" = "$2" ]
}
# group_of DISK: the number of its group in its map.
group_of() { kernel_paths "$(map_of_disk "$1")" | awk -v dev="$(disk_number "$1")" '$4 == dev { print $2 }'; }
map_queues() { dmsetup table "$1" | grep -q queue_if_no_path; }

# disks_settled COUNT: that many SCSI disks are there and udev is done with them.
disks_there() { [ "$(find /sys/block -name 'sd*' | wc -l)" -ge "$1" ]; }
disks_settled() {
    wait_for "$1 disks are there" disks_there "$1"
    udevadm settle --timeout=120 || fail "udev did not settle"
}
# maps_ready COUNT PATHS: so many maps with so many paths in use, their nodes there and udev quiet.
nodes_there() {
    local name
    for name in /sys/block/dm-*/dm/name; do
        [ ! -r "$name" ] || [ -b "/dev/mapper/$(< "$name")" ] || return 1
    done
}
maps_ready() {
    wait_for "$1 maps" maps_are "$1"
    wait_for "$2 paths in use" paths_are A "$2"
    wait_for "the nodes of the maps are there" nodes_there
    udevadm settle --timeout=120 || fail "udev did not settle"
}
# commands_sent DISK: commands the kernel ever sent to it, checks included.
commands_sent() { printf '%d' "$(cat "/sys/block/$1/device/iorequest_cnt")"; }

# loads_watch: from here on the kernel counts every table load; loads_count says how many.
loads_watch() {
    [ ! -d /sys/kernel/tracing/events/lab ] || echo 0 > /sys/kernel/tracing/events/lab/enable
    echo 'p:lab/loads table_load' > /sys/kernel/tracing/kprobe_events || fail "cannot count table loads"
    echo 1 > /sys/kernel/tracing/events/lab/enable
}
loads_count() { awk '$1 == "loads" { print $2 }' /sys/kernel/tracing/kprobe_profile; }

# --- a verifying load -------------------------------------------------------------------------------
# load_start MAPS [RATE [DEPTH]]: writes random blocks to each of the maps and reads them back, until
# load_stop; RATE is I/Os a second and DEPTH the most of them on their way, of each map.
load_start() {
    local map
    cat > /tmp/load.fio << FIO
[global]
rw=randwrite
bs=4k
direct=1
ioengine=libaio
iodepth=${3:-4}
rate_iops=${2:-150}
verify=crc32c
verify_fatal=1
verify_backlog=64
verify_backlog_batch=64
time_based=1
runtime=3600
FIO
    for map in $1; do
        printf '[%s]\nfilename=/dev/mapper/%s\n' "$map" "$map" >> /tmp/load.fio
        LOAD_DISK=/sys/block/$(map_dm "$map")/stat
    done
    rm -f /tmp/load.json
    fio --output=/tmp/load.json --output-format=json /tmp/load.fio > /tmp/load.log 2>&1 &
    LOAD_PID=$!
    LOAD_AT=$(load_progress)
    wait_for "the load runs" load_moved
}
load_progress() { awk '{ print $1 + $5 }' "$LOAD_DISK"; }
load_mark() { LOAD_AT=$(load_progress); }
load_moved() { [ "$(load_progress)" -gt $((LOAD_AT + 20)) ]; }
load_lives() { kill -0 "$LOAD_PID" 2> /dev/null; }
# load_stop: ends it; there must have been no error, neither of I/O nor of contents.
load_stop() {
    load_lives || { tail -n 5 /tmp/load.log; fail "the load ended early: an I/O error or wrong contents"; }
    kill -INT "$LOAD_PID"
    wait "$LOAD_PID"
    cp /tmp/load.json $RESULTS/load.json
    LOAD_ERRORS=$(awk -F: '/^ *"error" :/ { sum += $2 } END { print sum + 0 }' /tmp/load.json)
    LOAD_TOTAL=$(awk -F: '/"total_ios"/ { sum += $2 } END { print sum + 0 }' /tmp/load.json)
    expect_is "I/O errors of the verifying load ($LOAD_TOTAL I/Os)" "$LOAD_ERRORS" 0
}

# --- when something went wrong ----------------------------------------------------------------------
evidence() {
    echo "=== multipath -ll"; timeout 20 multipath -ll
    echo "=== multipathd show paths"; timeout 10 multipathd show paths
    echo "=== dmsetup"; timeout 5 dmsetup table; timeout 5 dmsetup status
    echo "=== the daemon's log"
    if [ "$LAB_MODE" = systemd ]; then journalctl -b -u multipathd --no-pager | tail -n 150; else tail -n 150 $DAEMON_LOG; fi
    echo "=== the daemon's threads"
    for stack in /proc/"$(daemon_pid)"/task/*; do
        [ -r "$stack/comm" ] && echo "$(cat "$stack/comm"): $(head -n 3 "$stack/stack" 2> /dev/null | tr '\n' ' ')"
    done
    echo "=== the load"; tail -n 20 /tmp/load.log 2> /dev/null
    echo "=== kernel"; dmesg | tail -n 60
} 2>&1
