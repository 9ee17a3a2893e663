# SPDX-License-Identifier: GPL-2.0-or-later
# shows: path selector: Debian's multipath-tools uses it with path_selector "numa-distance 0", and loads no table twice
# guest: mode=fast machine=numa-wide selector=yes daemon=debian
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
# shellcheck source=tests/lab/guest/selector.sh
source /share/guest/selector.sh

configure '    path_grouping_policy multibus
    path_selector "numa-distance 0"'
selector_ready 8
daemon_start
maps_ready 2 8
map=$(map_of_disk sda)
serial=$(disk_serial sda)
read -r -a near <<< "$(paths_of "$serial" 0)"
read -r -a far <<< "$(paths_of "$serial" 1)"
all=("${near[@]}" "${far[@]}")
say "$(dmsetup table "$map")"
expect_is "paths whose node the kernel finds out" "$(dmsetup table "$map" | grep -o ' 1 auto auto' | wc -l)" 4
loads_watch
multipathd reconfigure
for cpu in 0 1 2 3; do
    udevadm settle --timeout=60
    taken_mark "${all[@]}"
    reads_of $cpu "$map" 400
    shares "${all[@]}"
    if [ $cpu -lt 2 ]; then mine=$((SHARES[0] + SHARES[1])); else mine=$((SHARES[2] + SHARES[3])); fi
    within "share of its node's paths in the reads of CPU $cpu (${SHARES[*]})" "$mine" 95 100
done
verify_start "$map" 0-3 both 0
echo offline > "/sys/block/${near[0]}/device/state"
wait_for "the kernel has failed a near path" paths_are F 1
echo running > "/sys/block/${near[0]}/device/state"
wait_for "the daemon has reinstated it" paths_are F 0
verify_stop both
expect_is "table loads since the start" "$(loads_count)" 0
expect "the kernel has not complained" kernel_log_clean
