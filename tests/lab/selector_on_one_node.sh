# SPDX-License-Identifier: GPL-2.0-or-later
# shows: path selector: on a machine without NUMA, over adapters without a node, it balances by load; 64 paths are taken and 65 refused
# guest: mode=fast selector=yes
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
# shellcheck source=tests/lab/guest/selector.sh
source /share/guest/selector.sh

depmod
modprobe scsi_debug vpd_use_hostno=0 add_host=4 max_luns=17 dev_size_mb=8 delay=1
disks_settled 68
here=()
for host in 0 1 2 3; do
    here+=("$(basename /sys/bus/pseudo/devices/adapter$host/host*/target*/*:0/block/*)")
done
expect "the kernel loads the module" map_make one bio 0 1 "${here[@]}"
expect_is "nodes the kernel found" "$(dmsetup status one | grep -Eo 'A 0 [^ ]+ 0' | awk '{ print $3 }' | xargs)" "- - - -"
for cpu in 0 1; do
    udevadm settle --timeout=60
    taken_mark "${here[@]}"
    counts_mark one
    reads_of $cpu one 200
    shares "${here[@]}"
    say "CPU $cpu: shares ${SHARES[*]}"
    read -r local_ios spilled remote <<< "$(counts_since one)"
    expect_is "spilled and remote" "$spilled $remote" "0 0"
    expect "counted as local" [ "$local_ios" -ge 200 ]
done
map_swap one bio 0 "1 auto 2" "${here[@]}"
taken_mark "${here[@]}"
deep_reads 0,1 one 4 32
shares "${here[@]}"
for i in 0 1 2 3; do within "share of path $i under a deep load" "${SHARES[$i]}" 5 60; done
message() { dmsetup message one 0 "$1 $(disk_number "$2")" || fail "$1 $2"; }
for i in 0 1 2; do message fail_path "${here[$i]}"; done
udevadm settle --timeout=60
taken_mark "${here[@]}"
reads_of 0 one 100
shares "${here[@]}"
expect_is "shares with one path left" "${SHARES[*]}" "0 0 0 100"
for i in 0 1 2; do message reinstate_path "${here[$i]}"; done

all=()
for disk in /sys/block/sd*; do all+=("${disk##*/}"); done
expect "a table with 64 paths is taken" map_swap one bio 0 1 "${all[@]:0:64}"
reads_of 0 one 100
not_taken() { ! table bio 0 1 "${all[@]:0:65}" | dmsetup reload one 2> /dev/null; }
expect "one with 65 is not" not_taken
expect "the kernel says why" sh -c "dmesg | grep -q 'more than 64 paths'"
selector_ends one
