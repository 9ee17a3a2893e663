# SPDX-License-Identifier: GPL-2.0-or-later
# shows: mpathpersist registers, reserves, releases and preempts over all paths of a map; the daemon registers paths that return before it uses them; the answers read like those of Debian's tool
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
OLD=/opt/debian-multipath
LIBRARIES=$(find $OLD -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
cp -an $OLD/lib/multipath /lib/
old() { LD_LIBRARY_PATH=$LIBRARIES $OLD/sbin/mpathpersist "$@"; }
keys() { mpathpersist -i -k "$1" | grep -c "^ *0x$2\$"; }
holder() { mpathpersist --in --read-reservation "$1" | sed -n 's/^ *Key = 0x//p'; }

configure "    reservation_key file
    no_path_retry 12"
mkdir -p /var/target/pr  # where the kernel's target keeps registrations
lio_disk shared 5bd1e995 64
loop_adapter 1 shared
loop_adapter 2 shared
loop_adapter 3 shared
disks_settled 3
daemon_start
maps_ready 1 3
map=$(map_of_disk sda)
expect_is "registered at first" "$(multipathd getprstatus map "$map")" unset
expect_is "key at first" "$(multipathd getprkey map "$map")" none

say "registering and reserving"
expect "register" mpathpersist --out --register --param-sark=1234abc --device="/dev/mapper/$map"
expect_is "paths registered" "$(keys "$map" 1234abc)" 3
expect_is "the daemon knows" "$(multipathd getprstatus map "$map")" set
expect_is "the daemon knows the key" "$(multipathd getprkey map "$map")" 0x1234abc
expect "the key is in the file" grep -q '^0x0000000001234abc ' /etc/multipath/prkeys
expect "reserve" mpathpersist --out --reserve --param-rk=1234abc --prout-type=5 -d "/dev/mapper/$map"
expect_is "holder" "$(holder "$map")" 1234abc
expect_is "the daemon knows the reservation" "$(multipathd getprhold map "$map")" set
expect "a wrong key is refused" not mpathpersist --out --release --param-rk=77 --prout-type=5 "$map"
load_start "$map"

say "the answers, beside those of Debian's tool"
for question in --read-keys --read-reservation --read-full-status --report-capabilities; do
    mpathpersist --in $question "$map" > /run/ours.txt
    old --in $question "/dev/mapper/$map" > /run/theirs.txt 2> /run/theirs.err
    if cmp -s /run/ours.txt /run/theirs.txt; then
        say "ok: $question reads the same"
    else
        say "$question differs:"; cat /run/ours.txt; echo ---; cat /run/theirs.txt
        case $question in --read-keys | --read-reservation) fail "$question differs" ;; esac
    fi
done

say "a path that returns is registered before it is used"
# The target forgets the registration of a path that carries no I/O.
all_registered() { [ "$(keys "$map" 1234abc)" = 3 ]; }
for disk in $(map_disks "$map" | tr ' ' '\n' | tail -n 2); do
    multipathd fail path "$disk" > /dev/null
    wait_for "$disk has failed" path_is "$disk" F
    sg_persist --out --register-ignore --param-sark=0 "/dev/$disk" > /dev/null || fail "sg_persist"
    expect_is "paths registered" "$(keys "$map" 1234abc)" 2
    multipathd reinstate path "$disk" > /dev/null
    wait_for "$disk is used again" path_is "$disk" A
    expect "it was registered before" all_registered
done
load_mark
wait_for "the load goes on" load_moved

say "a reservation is released though its path is gone"
expect "release" mpathpersist --out --release --param-rk=1234abc --prout-type=5 "$map"
expect_is "holder afterwards" "$(holder "$map")" ""
expect "reserve again" mpathpersist --out --reserve --param-rk=1234abc --prout-type=5 "$map"

say "an outsider takes the key away: it is never put back"
expect "clear" mpathpersist --out --clear --param-rk=1234abc "$map"
expect_is "keys afterwards" "$(keys "$map" 1234abc)" 0
expect_is "the daemon knows" "$(multipathd getprstatus map "$map")" unset
echo offline > "/sys/block/$disk/device/state"
wait_for "$disk has failed" path_is "$disk" F
echo running > "/sys/block/$disk/device/state"
wait_for "$disk is used again" path_is "$disk" A
expect_is "keys still" "$(keys "$map" 1234abc)" 0
load_stop
