# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with two NUMA nodes and a disk adapter on each, both showing the same four disks."""
DISK_COUNT = 4
DISK_MB = 32
DISTANCE = 31


def devices(work):
    """QEMU arguments; the disks' files are made in the work folder."""
    argv = ["-object", "memory-backend-ram,id=mem0,size=512M", "-object", "memory-backend-ram,id=mem1,size=512M",
            "-numa", "node,nodeid=0,cpus=0,memdev=mem0", "-numa", "node,nodeid=1,cpus=1,memdev=mem1",
            "-numa", f"dist,src=0,dst=1,val={DISTANCE}"]
    for node in (0, 1):
        argv += ["-device", f"pxb-pcie,id=expander{node},bus_nr={64 + 64 * node},numa_node={node},bus=pcie.0",
                 "-device", f"pcie-root-port,id=port{node},bus=expander{node},chassis={node + 1},slot={node + 1}",
                 "-device", f"virtio-scsi-pci,id=hba{node},bus=port{node}"]
    for disk in range(DISK_COUNT):
        path = work / f"disk{disk}.img"
        with path.open("wb") as file:
            file.truncate(DISK_MB * 1048576)
        for node in (0, 1):
            argv += ["-drive", f"if=none,id=d{disk}n{node},file={path},format=raw,file.locking=off,cache=none",
                     "-device", f"scsi-hd,bus=hba{node}.0,scsi-id=0,lun={disk},drive=d{disk}n{node},share-rw=on,"
                     f"serial=LABNUMA{disk},wwn={0x5000C50000000100 + disk:#x}"]
    return argv
