# SPDX-License-Identifier: GPL-2.0-or-later
# shows: ours and Debian's multipath-tools over 64 disks behind 2 adapters, one after the other, in figures
# guest: mode=systemd memory=2048 limit=3600
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
LUNS=${LAB_BENCH_LUNS:-64}
PATHS=$((2 * LUNS))
PATIENCE=600

# figure_of WHO NAME UNIT VALUE
figure_of() {
    say "$1: $2 = $4 $3"
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >> "$RESULTS/figures.tsv"
}
install_one() {
    case "$1" in
        theirs) for top in etc lib sbin usr; do [ ! -d /opt/debian-multipath/$top ] || cp -a /opt/debian-multipath/$top/. /$top/; done ;;
        ours) cp -a /share/ours/. / ;;
    esac
    systemctl daemon-reload
    udevadm control --reload
}
# Takes away what either of them installs, and every trace of a run.
remove_both() {
    local file
    for file in /etc/udev/rules.d /usr/lib/udev/rules.d; do
        rm -f $file/*multipath.rules $file/*dm-mpath.rules $file/*dm-parts.rules $file/*kpartx.rules $file/*del-part-nodes.rules
    done
    rm -f /usr/lib/systemd/system/multipath* /usr/lib/modules-load.d/multipath.conf
    rm -f /usr/sbin/multipath /usr/sbin/multipathd /usr/sbin/multipathc /usr/sbin/mpathpersist /usr/sbin/kpartx
    rm -rf /etc/multipath /run/multipath
    systemctl daemon-reload
    udevadm control --reload
}
quiet_udev() { udevadm settle --timeout=600 || fail "udev did not settle"; }
jiffies_of_daemon() { awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$(daemon_pid)/stat"; }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.2f", ms / 1000 }'; }
ticks() { awk -v ticks="$1" 'BEGIN { printf "%.2f", ticks / 100 }'; }
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
# took_ms COMMAND...
took_ms() {
    local start
    start=$(now_ms)
    "$@" > /dev/null 2>&1
    echo $(($(now_ms) - start))
}
settled_after() {
    local start=$1
    quiet_udev
    echo $(($(now_ms) - start))
}
reached() { /share/guest/dm_watch.py until "$1" "$2" "$3" $PATIENCE || fail "not reached: $1 maps, $2 paths in use, $3 failed"; }
daemon_idle() {
    local before
    before=$(jiffies_of_daemon)
    sleep 4
    [ $(($(jiffies_of_daemon) - before)) -lt 60 ]
}
all_ready() { /share/guest/ask.py until "show paths raw format %T" ready $PATHS $PATIENCE; }

measure() {
    local who=$1 start host before runs
    say "=== $who"
    install_one "$who"
    quiet_udev
    start=$(now_ms)
    systemctl start --no-block multipathd
    reached "$LUNS" "$PATHS" 0 > /dev/null
    figure_of "$who" start_to_maps s "$(seconds $(($(now_ms) - start)))"
    # Events of the last maps may still be on their way: settled means quiet twice.
    settled_after "$start" > /dev/null
    sleep 1
    figure_of "$who" start_to_settled s "$(seconds "$(settled_after "$start")")"
    wait_for "the daemon answers" daemon_answers
    wait_for "the daemon is idle" daemon_idle
    figure_of "$who" daemon_cpu s "$(ticks "$(jiffies_of_daemon)")"
    figure_of "$who" rss MB "$(awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$(daemon_pid)/status")"
    figure_of "$who" multipath_ll s "$(seconds "$(for _ in 1 2 3; do took_ms multipath -ll; done | median)")"
    figure_of "$who" show_maps_json ms "$(for _ in 1 2 3 4 5 6 7 8 9; do took_ms multipathd show maps json; done | median)"
    expect_is "maps in the JSON" "$(multipathd show maps json | grep -c '"uuid"')" "$LUNS"
    runs=20
    figure_of "$who" multipath_u_cpu ms "$(
        TIMEFORMAT='%U %S'
        { time for _ in $(seq $runs); do multipath -u sda > /dev/null 2>&1; done; } 2>&1 | awk -v runs=$runs '{ printf "%.1f", ($1 + $2) * 1000 / runs }')"
    wait_for "the daemon is idle" daemon_idle
    before=$(jiffies_of_daemon)
    sleep 60
    figure_of "$who" idle_cpu "s per 20 s" "$(awk -v ticks=$(($(jiffies_of_daemon) - before)) 'BEGIN { printf "%.3f", ticks / 300 }')"
    host=$(debug_host 0)
    for _ in 1 2 3; do
        host_state "$host" offline
        reached "$LUNS" "$LUNS" "$LUNS" >> "/tmp/$who.failed"
        quiet_udev
        host_state "$host" running
        reached "$LUNS" "$PATHS" 0 >> "/tmp/$who.back"
        quiet_udev
        sleep 3
    done
    figure_of "$who" offline_to_failed s "$(seconds "$(median < "/tmp/$who.failed")")"
    figure_of "$who" back_to_used s "$(seconds "$(median < "/tmp/$who.back")")"
    wait_for "the daemon is idle" daemon_idle
    # The service would start it again by itself after a while; ours to measure, so by hand and at once.
    systemctl kill --signal=KILL multipathd
    start=$(now_ms)
    systemctl start --no-block multipathd
    all_ready || fail "not all paths ready again"
    figure_of "$who" kill9_to_ready s "$(seconds $(($(now_ms) - start)))"
    quiet_udev
    systemctl stop multipathd
    dmsetup remove_all > /dev/null
    quiet_udev
    expect_is "maps left" "$(maps_count)" 0
    remove_both
    udevadm trigger --subsystem-match=block --action=change
    quiet_udev
}

remove_both
modprobe dm-multipath
cat > /etc/multipath.conf << 'CONF'
defaults {
    user_friendly_names yes
    find_multipaths greedy
    polling_interval 5
    max_polling_interval 5
}
CONF
debug_disks "$LUNS"
disks_settled $PATHS
for who in ${LAB_BENCH_ORDER:-theirs ours}; do measure "$who"; done
