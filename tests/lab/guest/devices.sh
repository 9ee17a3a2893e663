# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Disks for the scenarios. An "adapter" is what an administrator would call one: a SCSI host or an
# iSCSI session with all the disks behind it; it can die and come back.
TARGET=/sys/kernel/config/target
DISKS_DIR=/run/lab-disks

# --- scsi_debug: many disks behind two hosts, one active/optimized, the other non-optimized ---------
# debug_disks COUNT [MiB]: COUNT disks behind two hosts, the same WWIDs on both. All share one memory.
debug_disks() { modprobe scsi_debug vpd_use_hostno=0 add_host=2 "max_luns=$1" "dev_size_mb=${2:-8}"; }
DEBUG=/sys/bus/pseudo/drivers/scsi_debug

# debug_host N: the SCSI host number of adapter N (0 or 1).
# shellcheck disable=SC2046
debug_host() { basename /sys/bus/pseudo/devices/adapter"$1"/host* | tr -dc 0-9; }

# disks_of_host H: names (sda ...) of the disks behind SCSI host H.
disks_of_host() {
    local disk
    for disk in /sys/class/scsi_device/"$1":*/device/block/*; do
        [ -e "$disk" ] && basename "$disk"
    done
}

# host_state H offline|running: every disk of the host at once. No event announces it.
host_state() {
    local state
    for state in /sys/class/scsi_device/"$1":*/device/state; do
        echo "$2" > "$state"
    done
}

# debug_hang on|off: every command to every scsi_debug disk is swallowed until its time-out (30 s from
# the disk layer), INQUIRY included.
debug_hang() {
    case "$1" in
        on) echo 4 > $DEBUG/opts; echo 1 > $DEBUG/every_nth ;;
        off) echo 0 > $DEBUG/every_nth; echo 0 > $DEBUG/opts ;;
    esac
}

# --- the kernel's own SCSI target -------------------------------------------------------------------
# lio_disk NAME SERIAL MiB: a disk with its own contents in $DISKS_DIR/NAME. Its WWID is made of the serial.
lio_disk() {
    local store=$TARGET/core/fileio_0/$1
    modprobe -a target_core_mod target_core_file
    mkdir -p "$DISKS_DIR" "$store"
    truncate -s "$3M" "$DISKS_DIR/$1"
    echo "fd_dev_name=$DISKS_DIR/$1,fd_dev_size=$(($3 << 20))" > "$store/control"
    echo "$2" > "$store/wwn/vpd_unit_serial"
    echo 1 > "$store/enable"
}

# lio_growing_disk NAME SERIAL MiB: the same on a loop device, so that it can become larger: lio_grow NAME MiB.
# The host hears of that when it reads the capacity again.
lio_growing_disk() {
    local store=$TARGET/core/fileio_0/$1
    modprobe -a target_core_mod target_core_file loop
    mkdir -p "$DISKS_DIR" "$store"
    truncate -s "$3M" "$DISKS_DIR/$1"
    echo "fd_dev_name=$(losetup --find --show "$DISKS_DIR/$1")" > "$store/control"
    echo "$2" > "$store/wwn/vpd_unit_serial"
    echo 1 > "$store/enable"
}
lio_grow() {
    truncate -s "$2M" "$DISKS_DIR/$1"
    losetup --set-capacity "$(losetup --noheadings --output NAME --associated "$DISKS_DIR/$1")"
}

# lio_frail_disk NAME SERIAL OTHER: the contents of lio_disk OTHER once more, behind a target that can
# be told to fail whatever touches the medium, while it answers everything else: lio_medium fails|works.
lio_frail_disk() {
    local store=$TARGET/core/iblock_0/$1 loop size
    modprobe -a target_core_mod target_core_iblock loop dm-mod
    loop=$(losetup --find --show "$DISKS_DIR/$3")
    size=$(blockdev --getsz "$loop")
    declare -gA FRAIL=([works]="0 $size linear $loop 0" [fails]="0 $size error")
    dmsetup create lab-frail --table "${FRAIL[works]}"
    mkdir -p "$store"
    echo "udev_path=/dev/mapper/lab-frail" > "$store/control"
    echo "$2" > "$store/wwn/vpd_unit_serial"
    echo 1 > "$store/enable"
}
lio_medium() {
    dmsetup suspend lab-frail
    dmsetup load lab-frail --table "${FRAIL[$1]}"
    dmsetup resume lab-frail
}

# lio_map_lun PORTAL_GROUP LUN DISK: the disk shows up under that number.
lio_map_lun() {
    mkdir -p "$1/lun/lun_$2"
    ln -s "$TARGET"/core/*_0/"$3" "$1/lun/lun_$2/disk"
}

# lio_second_group DISK ID: a target port group beside the default one, whose state can differ.
lio_second_group() {
    local group=$TARGET/core/fileio_0/$1/alua/second
    mkdir "$group"
    echo "$2" > "$group/tg_pt_gp_id"
    echo 3 > "$group/alua_access_type"
}
# lio_group_state DISK GROUP STATE: 0 active/optimized, 1 non-optimized, 2 standby, 3 unavailable.
lio_group_state() { echo "$3" > "$TARGET/core/fileio_0/$1/alua/$2/alua_access_state"; }
# lio_join_group PORTAL_GROUP LUN GROUP
lio_join_group() { echo "$3" > "$1/lun/lun_$2/alua_tg_pt_gp"; }

# loop_adapter N DISK...: a SCSI host without any wire, LUNs in the order given. The disks appear at once.
loop_group() { printf '%s/loopback/naa.500140500000000%x/tpgt_1' $TARGET "$1"; }
loop_adapter() {
    local n=$1 group lun=0 disk
    group=$(loop_group "$n")
    shift
    modprobe tcm_loop
    mkdir -p "$group"
    printf 'naa.600140500000000%x\n' "$n" > "$group/nexus"
    for disk in "$@"; do
        lio_map_lun "$group" "$lun" "$disk"
        lun=$((lun + 1))
    done
}
# loop_host N: its SCSI host number; hosts come in the order in which the adapters were made.
loop_host() { grep -lx tcm_loopback /sys/class/scsi_host/host*/proc_name | tr -dc '0-9\n' | sort -n | sed -n "$1p"; }

# iscsi_adapter N DISK...: target N on 127.0.0.N and a session to it.
iscsi_name() { printf 'iqn.2026-01.org.example:target%s' "$1"; }
iscsi_group() { printf '%s/iscsi/%s/tpgt_1' $TARGET "$(iscsi_name "$1")"; }
iscsi_target() {
    local n=$1 group lun=0 disk
    group=$(iscsi_group "$n")
    shift
    modprobe -a iscsi_target_mod iscsi_tcp
    ip addr add "127.0.0.$n/8" dev lo 2>/dev/null
    mkdir -p "$group/np/127.0.0.$n:3260"
    for disk in "$@"; do
        lio_map_lun "$group" "$lun" "$disk"
        lun=$((lun + 1))
    done
    echo 0 > "$group/attrib/authentication"
    echo 1 > "$group/attrib/generate_node_acls"
    echo 1 > "$group/attrib/cache_dynamic_acls"
    echo 0 > "$group/attrib/demo_mode_write_protect"
    echo 1 > "$group/enable"
}
iscsi_adapter() {
    local n=$1
    iscsi_target "$@"
    pgrep -x iscsid > /dev/null || { [ -s /etc/iscsi/initiatorname.iscsi ] ||
        echo "InitiatorName=iqn.2026-01.org.example:guest" > /etc/iscsi/initiatorname.iscsi; iscsid; }
    iscsiadm -m discovery -t sendtargets -p "127.0.0.$n" > /dev/null
    iscsiadm -m node -T "$(iscsi_name "$n")" -p "127.0.0.$n:3260" --login > /dev/null
}
# iscsi_disk N LUN: the name of that disk here.
iscsi_disk() {
    local session
    for session in /sys/class/iscsi_session/session*; do
        [ "$(cat "$session/targetname")" = "$(iscsi_name "$1")" ] && basename "$session"/device/target*/*:"$2"/block/*
    done
}
# lun_becomes PORTAL_GROUP LUN DISK: the array now shows that disk under the number. Over iSCSI the host
# hears of it only by a unit attention at its next command, and its sysfs keeps telling the old story;
# a loop adapter takes the old disk away and adds the new one.
lun_becomes() {
    rm "$1/lun/lun_$2/disk"
    ln -s "$TARGET/core/fileio_0/$3" "$1/lun/lun_$2/disk"
}

# --- NVMe over TCP ----------------------------------------------------------------------------------
# The kernel must run with nvme_core.multipath=N for its namespaces to be paths.
NVMET=/sys/kernel/config/nvmet
# nvme_subsystem NQN MiB: one subsystem with one namespace.
nvme_subsystem() {
    local folder=$NVMET/subsystems/$1
    modprobe -a nvmet nvmet_tcp nvme_tcp loop
    mkdir -p "$DISKS_DIR"
    truncate -s "$2M" "$DISKS_DIR/namespace"
    NVME_NQN=$1
    mkdir "$folder"
    echo 1 > "$folder/attr_allow_any_host"
    mkdir "$folder/namespaces/1"
    losetup --find --show "$DISKS_DIR/namespace" > "$folder/namespaces/1/device_path"
    echo 1 > "$folder/namespaces/1/enable"
}
# nvme_port N: the subsystem can be reached at 127.0.0.N; the access state there is the port's own.
nvme_port() {
    local port=$NVMET/ports/$1
    ip addr add "127.0.0.$1/8" dev lo 2> /dev/null
    mkdir "$port"
    echo "127.0.0.$1" > "$port/addr_traddr"
    echo tcp > "$port/addr_trtype"
    echo 4420 > "$port/addr_trsvcid"
    echo ipv4 > "$port/addr_adrfam"
    ln -s "$NVMET/subsystems/$NVME_NQN" "$port/subsystems/"
}
# nvme_port_dies N, nvme_port_returns N: nobody listens there any more; again.
nvme_port_dies() { rm "$NVMET/ports/$1/subsystems/$NVME_NQN"; }
nvme_port_returns() { ln -s "$NVMET/subsystems/$NVME_NQN" "$NVMET/ports/$1/subsystems/"; }
# nvme_state N STATE: optimized, non-optimized, inaccessible, persistent-loss or change.
nvme_state() { echo "$2" > "$NVMET/ports/$1/ana_groups/1/ana_state"; }
# nvme_connect N [OPTION...]; nvme_disk N: the namespace behind that port.
nvme_connect() {
    local n=$1
    shift
    nvme connect -t tcp -a "127.0.0.$n" -s 4420 -n "$NVME_NQN" "$@" > /dev/null
}
nvme_disk() {
    local controller
    for controller in /sys/class/nvme/nvme*; do
        [[ $(< "$controller/address") == traddr=127.0.0.$1,* ]] && basename "$controller"/nvme*n*
    done
}
