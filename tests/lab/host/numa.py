# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests with NUMA nodes and disk adapters on each, all showing the same disks."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Layout:
    """distances[step]: between nodes that are so many numbers apart."""
    nodes: int
    cpus_per_node: int
    adapters_per_node: int
    disks: int
    disk_mb: int
    distances: tuple
    node_mb: int


LAYOUTS = {
    "numa": Layout(2, 1, 1, 4, 32, (10, 31), 512),
    "numa-wide": Layout(2, 2, 2, 2, 64, (10, 21), 512),
    "numa-four": Layout(4, 1, 1, 2, 64, (10, 16, 22, 32), 256),
}


def processors(name):
    """A socket per node: Linux complains about processors of one socket on several nodes."""
    layout = LAYOUTS[name]
    return f"{layout.nodes * layout.cpus_per_node},sockets={layout.nodes},cores={layout.cpus_per_node},threads=1"


def node_words(layout):
    argv = []
    for node in range(layout.nodes):
        first = node * layout.cpus_per_node
        argv += ["-object", f"memory-backend-ram,id=mem{node},size={layout.node_mb}M",
                 "-numa", f"node,nodeid={node},cpus={first}-{first + layout.cpus_per_node - 1},memdev=mem{node}"]
    for one in range(layout.nodes):
        for other in range(one + 1, layout.nodes):
            argv += ["-numa", f"dist,src={one},dst={other},val={layout.distances[other - one]}"]
    return argv


def devices(name, work):
    """QEMU arguments; the disks' files are made in the work folder. Adapter N is on node N / adapters per node."""
    layout = LAYOUTS[name]
    argv, adapters = node_words(layout), layout.nodes * layout.adapters_per_node
    for node in range(layout.nodes):
        argv += ["-device", f"pxb-pcie,id=expander{node},bus_nr={32 + 32 * node},numa_node={node},bus=pcie.0"]
    for adapter in range(adapters):
        argv += ["-device", f"pcie-root-port,id=port{adapter},bus=expander{adapter // layout.adapters_per_node},"
                            f"chassis={adapter + 1},slot={adapter + 1}",
                 "-device", f"virtio-scsi-pci,id=hba{adapter},bus=port{adapter}"]
    for disk in range(layout.disks):
        path = work / f"disk{disk}.img"
        with path.open("wb") as file:
            file.truncate(layout.disk_mb * 1048576)
        for adapter in range(adapters):
            argv += ["-drive", f"if=none,id=d{disk}a{adapter},file={path},format=raw,file.locking=off,cache=none",
                     "-device", f"scsi-hd,bus=hba{adapter}.0,scsi-id=0,lun={disk},drive=d{disk}a{adapter},share-rw=on,"
                                f"serial=LABNUMA{disk},wwn={0x5000C50000000100 + disk:#x}"]
    return argv
