# SPDX-License-Identifier: GPL-2.0-or-later
# shows: in a container with nothing but the path socket mounted (no udev database, own network and device folder) the tools work; where a mount is missing they name it and change nothing
# guest: mode=fast
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh

cat > /tmp/enter << 'ENTER'
# enter MOUNTS COMMAND...: MOUNTS is a list of socket, disks, control, udev, with commas.
root=/run/container mounts=,$1,
shift
mount --make-rprivate /
mkdir -p $root
mount -t tmpfs none $root
mkdir $root/{etc,run,dev,dev/mapper,proc,sys,usr,tmp}
mount --bind -o ro /usr $root/usr
for dir in bin sbin lib lib64; do
    ln -s usr/$dir $root/$dir
done
cp /etc/multipath.conf /etc/ld.so.cache /etc/passwd $root/etc/
mount -t proc none $root/proc
mount -t sysfs -o ro none $root/sys
mknod -m 666 $root/dev/null c 1 3
if [[ $mounts == *,socket,* ]]; then
    touch $root/run/multipathd.socket
    mount --bind /run/multipathd.socket $root/run/multipathd.socket
fi
if [[ $mounts == *,control,* ]]; then
    cp -a /dev/mapper/control $root/dev/mapper/
fi
if [[ $mounts == *,udev,* ]]; then
    mkdir $root/run/udev
    mount --bind -o ro /run/udev $root/run/udev
fi
if [[ $mounts == *,disks,* ]]; then
    cp -a /dev/sd* $root/dev/
fi
# Device-mapper's library would make the control node itself.
exec setpriv --bounding-set -mknod --inh-caps -mknod chroot $root "$@"
ENTER
inside() { unshare --mount --net --ipc --uts --pid --fork bash /tmp/enter "$@" 2> /run/inside.err; }
# same COMMAND...: the answer inside is the answer outside.
same() { expect_is "inside: $*" "$(inside socket "$@" | md5sum)" "$("$@" | md5sum)"; }
# names TEXT: the last command inside has said it on standard error.
names() { cat /run/inside.err; expect "it names $1" grep -q -F -- "$1" /run/inside.err; }
# refused MOUNTS COMMAND...: it fails, and nothing is on standard output.
refused() {
    local said code
    said=$(timeout 60 unshare --mount --net --ipc --uts --pid --fork bash /tmp/enter "$@" 2> /run/inside.err)
    code=$?
    expect_is "exit code inside without the mount: ${*:2}" $code 1
    expect_is "what it prints" "$said" ""
}
tables() { dmsetup table --target multipath | sort; }

configure "    reservation_key 0xc0de"
mkdir -p /var/target/pr  # where the kernel's target keeps registrations
lio_disk shared c0117a1e 64
lio_disk other c0117a1f 64
loop_adapter 1 shared other
loop_adapter 2 shared other
disks_settled 4
daemon_start
maps_ready 2 4
map=$(map_of_disk sda)
before=$(tables)

say "with the socket"
expect "the container has no udev database" not inside socket test -e /run/udev
expect "and no device" not inside socket test -e /dev/sda
expect "the abstract socket is out of reach" not inside none multipathd show daemon > /dev/null
same multipathd show maps
same multipathd show paths raw format '%d %t %T'
same multipathd show topology
same multipath -ll
same multipath -l "$map"
same multipath -v1 -l
same multipath -t
expect "the dialogue" grep -q "^$map " <<< "$(inside socket multipathd -k <<< 'show maps')"
expect_is "a path is failed from inside" "$(inside socket multipathd fail path sda)" ok
wait_for "the kernel knows" path_is sda F
expect_is "and reinstated" "$(inside socket multipathd reinstate path sda)" ok
wait_for "the path is used again" path_is sda A

say "persistent reservations from inside"
expect "register" inside socket,disks mpathpersist --out --register --param-sark=c0de --param-rk=0 "/dev/mapper/$map"
expect_is "keys" "$(inside socket,disks mpathpersist -i -k "$map" | grep -c '^ *0xc0de$')" 2
expect "a disk that is not mounted is an error" not inside socket mpathpersist -i -k "$map"
names /dev/sd

say "without the socket"
refused none multipathd show maps
names "there is no /run/multipathd.socket"
refused none multipath -ll
names /run/multipathd.socket
names /run/udev/data
refused udev multipath -ll
names /run/multipathd.socket
names /dev/mapper/control
refused udev multipath -f "$map"
names /dev/mapper/control
refused control multipath -ll
names /run/udev/data
refused control,disks multipath -r
names /run/udev/data
expect_is "maps afterwards" "$(tables)" "$before"

say "with the socket of a daemon that is gone"
kill -9 "$(daemon_pid)"
wait_for "it has ended" not daemon_pid
refused socket multipathd show maps
names /run/multipathd.socket
