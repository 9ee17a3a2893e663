# SPDX-License-Identifier: GPL-2.0-or-later
# shows: Debian's own client programs and libdmmp speak to our daemon unchanged, and ours to Debian's
# guest: mode=systemd append=modules_load=scsi_debug,scsi_debug.add_host=2,scsi_debug.max_luns=4,scsi_debug.vpd_use_hostno=0,scsi_debug.dev_size_mb=8
# shellcheck shell=bash source-path=SCRIPTDIR
source /share/guest/lib.sh
OLD=/opt/debian-multipath
LIBRARIES=$(find $OLD -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
old() { LD_LIBRARY_PATH=$LIBRARIES "$@"; }

disks_settled 8
maps_ready 4 8
wait_for "the daemon answers" daemon_answers
client=$(find $OLD -path '*/sbin/multipathd' | head -1)
expect "Debian's package is there" test -x "$client"
for request in 'show maps' 'show topology' 'show maps json' 'show config' 'show wildcards'; do
    # shellcheck disable=SC2086
    expect_is "Debian's client gets: $request" "$(old "$client" $request | md5sum)" "$(multipathd $request | md5sum)"
done
dialogue=$(find $OLD -path '*/sbin/multipathc' | head -1)
if [ -x "$dialogue" ]; then
    expect "multipathc shows the maps" grep -q "$(map_of_disk sda)" <<< "$(echo 'show maps' | old "$dialogue")"
fi
map=$(map_of_disk sda)
expect_is "Debian's client fails a path" "$(old "$client" fail path sda)" ok
wait_for "the kernel knows" path_is sda F
expect_is "Debian's client reinstates it" "$(old "$client" reinstate path sda)" ok
wait_for "the path is used again" path_is sda A
# Clients of that age print the refusal and exit with 0.
expect_is "an unknown map is refused" "$(old "$client" resize map nobody | xargs)" "fail device not found"
library=$(find $OLD -name 'libdmmp.so.*' | head -1)
cat > /run/dmmp.py << 'PYTHON'
import ctypes, sys
lib = ctypes.CDLL(sys.argv[1])
lib.dmmp_context_new.restype = ctypes.c_void_p
lib.dmmp_mpath_array_get.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)), ctypes.POINTER(ctypes.c_uint32)]
lib.dmmp_mpath_name_get.argtypes = [ctypes.c_void_p]
lib.dmmp_mpath_name_get.restype = ctypes.c_char_p
maps, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_uint32()
code = lib.dmmp_mpath_array_get(lib.dmmp_context_new(), ctypes.byref(maps), ctypes.byref(count))
if code:
    sys.exit(f"dmmp_mpath_array_get: {code}")
print(" ".join(sorted(lib.dmmp_mpath_name_get(maps[i]).decode() for i in range(count.value))))
PYTHON
if [ -n "$library" ]; then
    names=$(old python3 /run/dmmp.py "$library") || fail "libdmmp: $names"
    expect_is "maps that libdmmp lists" "$names" "$(multipathd show maps raw format %n | sort | xargs)"
fi
say "$map and its path stay: $(map_disks "$map")"

say "our programs and Debian's daemon"
systemctl stop multipathd
wait_for "ours has ended" not daemon_pid
cp -an $OLD/lib/multipath /lib/
LD_LIBRARY_PATH=$LIBRARIES setsid $OLD/sbin/multipathd -d -s >> /run/theirs.log 2>&1 < /dev/null &
disown
wait_for "Debian's daemon answers" daemon_answers
theirs_is_ready() { [ "$(multipathd show paths raw format '%d %t %T' | grep -c 'active ready')" = 8 ]; }
wait_for "it knows 8 paths" theirs_is_ready
expect_is "the daemon" "$(readlink "/proc/$(daemon_pid)/exe")" $OLD/sbin/multipathd
for request in 'show maps' 'show topology' 'show maps json' 'show maps status' 'show config' 'list daemon'; do
    # shellcheck disable=SC2086
    expect_is "our client gets: $request" "$(multipathd $request | md5sum)" "$(old "$client" $request | md5sum)"
done
names=$(multipathd show maps raw format %n)
wanted=$(printf 'multipathd> show maps raw format %%n\n%s\nmultipathd> ' "$names")
expect_is "a dialogue" "$(echo 'show maps raw format %n' | multipathd -k)" "$wanted"
expect_is "a dialogue by multipathc" "$(echo 'show maps raw format %n' | multipathc)" "$wanted"
expect_is "multipath -ll lists" "$(multipath -ll | grep -c ' dm-[0-9]')" 4
expect_is "our client fails a path" "$(multipathd fail path sda)" ok
wait_for "the kernel knows" path_is sda F
expect_is "our client reinstates it" "$(multipathd reinstate path sda)" ok
wait_for "the path is used again" path_is sda A
expect "what that daemon refuses is a failure" not multipathd resize map nobody
