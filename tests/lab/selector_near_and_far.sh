# SPDX-License-Identifier: GPL-2.0-or-later
# shows: path selector: I/O of a CPU takes its node's paths, equal paths share it, a deep load of one node spills over and returns
# guest: mode=fast machine=numa-wide selector=yes
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
# shellcheck source=tests/lab/guest/selector.sh
source /share/guest/selector.sh

expect_is "distances of node 0" "$(cat /sys/devices/system/node/node0/distance)" "10 21"
selector_ready 8
read -r -a near <<< "$(paths_of LABNUMA0 0)"
read -r -a far <<< "$(paths_of LABNUMA0 1)"
expect_is "paths on node 0 and 1" "${#near[@]} ${#far[@]}" "2 2"
all=("${near[@]}" "${far[@]}")

for mode in bio rq; do
    say "queue_mode $mode, a table with nothing but repeat counts"
    expect "the kernel loads the module for such a table" map_make one $mode 0 1 "${all[@]}"
    for disk in "${all[@]}"; do echo none > "/sys/block/$disk/queue/scheduler"; done
    [ $mode = bio ] || echo none > "/sys/block/$(map_dm one)/queue/scheduler"
    expect_is "its words in the table" "$(dmsetup table one | grep -o ' 1 auto auto' | wc -l)" 4
    expect_is "nodes the kernel found" "$(dmsetup status one | grep -Eo 'A 0 [01] 0' | awk '{ print $3 }' | xargs)" "0 0 1 1"
    for cpu in 0 1 2 3; do
        node=$((cpu / 2))
        taken_mark "${all[@]}"
        counts_mark one
        reads_of $cpu one 400
        shares "${all[@]}"
        read -r a b c d <<< "${SHARES[*]}"
        [ $node = 0 ] && mine=$((a + b)) || mine=$((c + d))
        expect_is "share of node $node's paths in the reads of CPU $cpu ($a $b $c $d)" "$mine" 100
        say "counted as local, spilled, remote: $(counts_since one)"
    done
    wait_for "no I/O is counted any more" idle one
    udevadm settle
    dmsetup remove --retry one || fail "cannot remove the map"
done

say "nodes given by hand, turned round; and as distances"
map_make one bio 0 "1 auto" "${all[@]}"
turned=$(dmsetup table one | sed "s/ 1 auto auto/ 1 @ auto/g" | awk '{ n = 0; for (i = 1; i <= NF; i++) if ($i == "@") $i = (n++ < 2) ? 1 : 0; print }')
dmsetup reload one --table "$turned" && dmsetup resume one
taken_mark "${all[@]}"
reads_of 0 one 400
shares "${all[@]}"
expect_is "shares when the table says that the paths are the other way round" "$((SHARES[0] + SHARES[1])) $((SHARES[2] + SHARES[3]))" "0 100"
vector=$(dmsetup table one | awk '{ n = 0; for (i = 1; i <= NF; i++) if ($i ~ /^[01]$/ && $(i + 1) == "auto") $i = (n++ < 2) ? "10,40" : "40,10"; print }')
dmsetup reload one --table "$vector" && dmsetup resume one
taken_mark "${all[@]}"
reads_of 0 one 400
shares "${all[@]}"
expect_is "shares with distances" "$((SHARES[0] + SHARES[1])) $((SHARES[2] + SHARES[3]))" "100 0"
before=$(dmsetup table one)
dmsetup reload one --table "$before" && dmsetup resume one
expect_is "the table that is shown can be loaded again" "$(dmsetup table one)" "$before"

say "two CPUs of one node at once"
map_swap one bio 0 "1 auto 64" "${all[@]}"
reads_of 0 one 1 && reads_of 1 one 1
taken_mark "${all[@]}"
reads_of 0 one 400 & reads_of 1 one 400 &
wait $!; wait
shares "${all[@]}"
read -r a b c d <<< "${SHARES[*]}"
expect_is "shares of the far paths ($a $b $c $d)" "$c $d" "0 0"
within "share of the first near path" "$a" 40 60

say "one node under a deep load"
map_swap one bio 0 "1 auto 2" "${all[@]}"
counts_mark one
taken_mark "${all[@]}"
deep_reads 0 one 8 64
shares "${all[@]}"
read -r a b c d <<< "${SHARES[*]}"
read -r here spilled remote <<< "$(counts_since one)"
say "shares $a $b $c $d; local $here, spilled $spilled, remote $remote"
within "share that spilled over to the other node" $((c + d)) 5 60
expect "it is counted as spilled" [ "$spilled" -gt 0 ]
expect_is "nothing is counted as remote" "$remote" 0
within "balance of the near paths" $((100 * a / (a + b))) 10 90
figure spilled $((c + d)) percent
taken_mark "${all[@]}"
reads_of 0 one 400
shares "${all[@]}"
expect_is "shares once the load has gone" "$((SHARES[0] + SHARES[1])) $((SHARES[2] + SHARES[3]))" "100 0"

say "bad tables are refused by the name of the argument, and leave nothing behind"
refused() {
    local text=$1
    kernel_log_cut
    dmsetup reload one --table "$2" 2> /dev/null && fail "this table was taken: $2"
    dmesg | grep -q "$text" || { dmesg; fail "the kernel did not say '$text'"; }
    say "ok: refused: $text"
}
size=$(cat "/sys/block/${near[0]}/size")
path=$(disk_number "${near[0]}")
head="0 $size multipath 0 0 1 1 numa-distance"
refused "node 99" "$head 0 1 2 $path 1 99"
refused "node '10,21,31'" "$head 0 1 2 $path 1 10,21,31"
refused "busy '0'" "$head 0 1 3 $path 1 auto 0"
refused "repeat_count '-1'" "$head 0 1 1 $path -1"
refused "penalty '401'" "$head 2 penalty 401 1 1 $path 1"
refused "unknown selector argument 'speed'" "$head 2 speed 1 1 1 $path 1"
refused "invalid number of path arguments" "$head 0 1 4 $path 1 auto 8 1"
many=""
for _ in $(seq 65); do many+=" $path 1"; done
refused "more than 64 paths" "$head 0 65 1$many"
expect "the running table is as it was" dmsetup table one
not_in_use() { ! rmmod dm-numa-distance 2> /dev/null; }
expect "the module cannot be unloaded while a map uses it" not_in_use
selector_ends one
