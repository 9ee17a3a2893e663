#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Watches what the kernel says of the multipath maps, without starting a process for each look.

    dm_watch.py until MAPS ACTIVE FAILED LIMIT_S   waits until so many maps have so many paths in use and failed
                                                   (a number, or "-" for any); prints the milliseconds waited
    dm_watch.py timeline MAP FILE                  writes each change of one map, with the milliseconds since the
                                                   boot, to FILE until it is ended
"""
import fcntl
import os
import struct
import sys
import time

# include/uapi/linux/dm-ioctl.h
HEAD = struct.Struct("=3I I I I i I I I Q 128s 129s 7s")
TABLE_STATUS = (3 << 30) | (HEAD.size << 16) | (0xFD << 8) | 12
NOFLUSH = 1 << 11
SIZE = 16384


class Control:
    def __init__(self):
        self.fd = os.open("/dev/mapper/control", os.O_RDWR)

    def status(self, name):
        """The status text of a map's first target, or None."""
        buffer = bytearray(SIZE)
        HEAD.pack_into(buffer, 0, 4, 0, 0, SIZE, HEAD.size, 0, 0, NOFLUSH, 0, 0, 0, name.encode(), b"", b"")
        try:
            fcntl.ioctl(self.fd, TABLE_STATUS, buffer)
        except OSError:
            return None
        if struct.unpack_from("=I", buffer, 20)[0] == 0:
            return None
        text = bytes(buffer[HEAD.size + 40:])
        return text[:text.index(b"\0")].decode()


def parse(status):
    """[(group state, [(major:minor, A or F), ...]), ...]"""
    words = iter(status.split())

    def skip():
        for _ in range(int(next(words))):
            next(words)

    skip()
    skip()
    count = int(next(words))
    next(words)
    groups = []
    for _ in range(count):
        state = next(words)
        skip()
        paths, args = int(next(words)), int(next(words))
        members = []
        for _ in range(paths):
            members.append((next(words), next(words)))
            for _ in range(1 + args):
                next(words)
        groups.append((state, members))
    return groups


def multipath_maps():
    for name in os.listdir("/sys/block"):
        if name.startswith("dm-"):
            try:
                with open(f"/sys/block/{name}/dm/uuid") as uuid, open(f"/sys/block/{name}/dm/name") as alias:
                    if uuid.read().startswith("mpath-"):
                        yield alias.read().strip()
            except OSError:
                pass


def counts(control):
    maps = active = failed = 0
    for name in multipath_maps():
        status = control.status(name)
        maps += 1
        for _, members in parse(status) if status else []:
            active += sum(1 for _, state in members if state == "A")
            failed += sum(1 for _, state in members if state == "F")
    return maps, active, failed


def until(wanted, limit):
    # The control node opens even before the module is loaded, but loading it takes time of its own.
    start = time.monotonic()
    control = Control()
    while True:
        seen = counts(control)
        if all(want in ("-", str(have)) for want, have in zip(wanted, seen)):
            print(f"{(time.monotonic() - start) * 1000:.0f}")
            return 0
        if time.monotonic() - start > limit:
            print(f"dm_watch.py: after {limit} s: {seen[0]} maps, {seen[1]} paths in use, {seen[2]} failed",
                  file=sys.stderr)
            return 1
        time.sleep(0.02)


def disk_name(number):
    return os.path.basename(os.readlink(f"/sys/dev/block/{number}"))


def timeline(name, path):
    control, before_states, before_group = Control(), {}, None
    first = True
    with open(path, "w", buffering=1) as out:
        while True:
            status = control.status(name)
            at = time.monotonic() * 1000
            groups = parse(status) if status else []
            states = {number: state for _, members in groups for number, state in members}
            group = next((index for index, (state, _) in enumerate(groups, 1) if state == "A"), None)
            if not first:
                for number, state in states.items():
                    if before_states.get(number) != state:
                        what = "failed" if state == "F" else "reinstated"
                        out.write(f"{at:.0f} path {disk_name(number)} of {name} {what}\n")
                if group != before_group and group is not None:
                    members = " ".join(disk_name(number) for number, _ in groups[group - 1][1])
                    out.write(f"{at:.0f} {name} uses group {group} ({members})\n")
            if first:
                out.write("0 watching\n")
            before_states, before_group, first = states, group if group else before_group, False
            time.sleep(0.01)


def main():
    if sys.argv[1] == "until":
        return until(sys.argv[2:5], float(sys.argv[5]))
    if sys.argv[1] == "timeline":
        return timeline(sys.argv[2], sys.argv[3])
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main())
