# SPDX-License-Identifier: GPL-2.0-or-later
# shows: 200 disks behind one adapter are lost at once: all is known soon, told in few lines and with few commands, and all return
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

# With the usual rules udev would be busy for minutes with 400 disks and 200 maps; here nothing is left
# but device-mapper's own and what says that a disk has a name. Its identity is read from sysfs.
mkdir -p /run/udev/rules.d
for rules in /usr/lib/udev/rules.d/*.rules; do
    case "$rules" in
        */10-dm.rules | */50-udev-default.rules | */55-dm.rules | */95-dm-notify.rules) ;;
        *) : > "/run/udev/rules.d/${rules##*/}" ;;
    esac
done
echo 'SUBSYSTEM=="block", KERNEL=="sd*", ENV{ID_WWN}="%s{device/wwid}"' > /run/udev/rules.d/61-lab.rules
udevadm control --reload
configure "" 'overrides {
    no_path_retry 30
    uid_attribute ""
}'
sed -i 's/max_polling_interval 2/max_polling_interval 20/; s/ polling_interval 2/ polling_interval 5/' /etc/multipath.conf
disks=200
start=$(now_ms)
modprobe sd_mod
debug_disks $disks
disks_settled $((2 * disks))
figure "disks_settled" $(($(now_ms) - start)) ms
start=$(now_ms)
daemon_start
wait_for "$disks maps" maps_are $disks
wait_for "$((2 * disks)) paths in use" paths_are A $((2 * disks))
udevadm settle --timeout=120
figure "maps_ready" $(($(now_ms) - start)) ms

good=$(debug_host 0)
bad=$(debug_host 1)
# commands_of HOST: commands the kernel ever sent to its disks.
commands_of() {
    local sum=0 count
    for count in /sys/class/scsi_device/"$1":*/device/iorequest_cnt; do
        sum=$((sum + $(< "$count")))
    done
    printf '%s' $sum
}
log_lines() { wc -l < "$DAEMON_LOG"; }
# told_all failed|usable again: the log has said so of that many paths. Asked seldom, and not of the kernel: that
# would cost more than what is measured.
told_all() {
    sleep 0.5
    tail -n "+$((lines + 1))" "$DAEMON_LOG" > /run/told
    [ "$(awk -v what="$1: " 'index($0, what) { count += $2 == "paths" ? $1 : 1 } END { print count + 0 }' /run/told)" -ge $disks ]
}
# told_in_few MS: in that time, with one line for each moment in which there was news.
told_in_few() {
    expect "it was told in $((3 + $1 / 400)) lines at most" test $(($(log_lines) - lines)) -le $((3 + $1 / 400))
}
loads_watch
sleep 5
lines=$(log_lines)
sent=$(($(commands_of "$bad") + $(commands_of "$good")))
say "adapter $bad dies under $disks idle maps"
start=$(now_ms)
host_state "$bad" offline
figure "all_lost" $(($(now_ms) - start)) ms
wait_for "all is told" told_all failed
lost_ms=$(($(now_ms) - start))
figure "all_known" $lost_ms ms
sleep 1
figure "log_lines" $(($(log_lines) - lines)) lines
figure "commands" $(($(commands_of "$bad") + $(commands_of "$good") - sent)) "commands in $(($(now_ms) - start)) ms"
tail -n "+$((lines + 1))" "$DAEMON_LOG" | tee "$RESULTS/told.log"
told_in_few "$lost_ms"
expect "one line stands for ten disks and more" test $(($(log_lines) - lines)) -le $((disks / 10))
expect_is "paths failed" "$(paths_count F)" $disks
expect_is "paths in use" "$(paths_count A)" $disks
expect_is "maps" "$(maps_count)" $disks

lines=$(log_lines)
start=$(now_ms)
host_state "$bad" running
wait_for "all is told" told_all "usable again"
back_ms=$(($(now_ms) - start))
figure "all_back" $back_ms ms
sleep 1
figure "log_lines_back" $(($(log_lines) - lines)) lines
tail -n "+$((lines + 1))" "$DAEMON_LOG" | tee -a "$RESULTS/told.log"
told_in_few "$back_ms"
expect_is "paths in use" "$(paths_count A)" $((2 * disks))
expect_is "tables loaded" "$(loads_count)" 0
