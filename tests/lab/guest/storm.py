#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""storm.py CPU SECONDS MAP MAJOR:MINOR...: fails and reinstates paths as fast as the kernel takes it.

Prints how many rounds there were. A message to a map that is being swapped is refused; that is no error.
"""
import fcntl
import os
import struct
import sys
import time

DM_TARGET_MSG = 0xC138FD0E
HEAD = 312
SIZE = 512


def request(name, text):
    head = struct.pack("<3I 2I I i 3I Q 128s 129s 7s", 4, 0, 0, SIZE, HEAD, 0, 0, 0, 0, 0, 0, name.encode(), b"", b"")
    return head.ljust(HEAD, b"\0") + struct.pack("<Q", 0) + text.encode().ljust(SIZE - HEAD - 8, b"\0")


def main():
    cpu, seconds, name, paths = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4:]
    os.sched_setaffinity(0, {cpu})
    orders = [request(name, f"{verb} {path}") for path in paths for verb in ("fail_path", "reinstate_path")]
    control = os.open("/dev/mapper/control", os.O_RDWR)
    rounds, refused, end = 0, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for order in orders:
            try:
                fcntl.ioctl(control, DM_TARGET_MSG, bytearray(order))
            except OSError:
                refused += 1
        rounds += 1
    print(f"{rounds} rounds, {refused} messages refused")


main()
