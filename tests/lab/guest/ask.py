#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks the daemon over its socket without starting a process for each question.

    ask.py once REQUEST                      prints the reply
    ask.py worst REQUEST TIMES PAUSE_MS      prints "WORST_MS MEDIAN_MS REPLY_BYTES" of that many questions
    ask.py until REQUEST WORD COUNT LIMIT_S  asks until COUNT lines of the reply hold WORD, daemon or not;
                                             fails after LIMIT_S seconds
"""
import os
import socket
import struct
import sys
import time

PATHS = ("/run/multipathd.socket", "\0/org/kernel/linux/storage/multipathd")


def connect():
    for path in PATHS:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
            return connection
        except OSError:
            connection.close()
    sys.exit("ask.py: no daemon answers on its socket")


def receive(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            sys.exit("ask.py: the daemon closed the connection")
        data += piece
    return data


def ask(request):
    with connect() as connection:
        connection.settimeout(60)
        payload = request.encode() + b"\0"
        connection.sendall(struct.pack("=Q", len(payload)) + payload)
        return receive(connection, struct.unpack("=Q", receive(connection, 8))[0])


def until(request, word, count, limit_s):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        try:
            lines = ask(request).decode(errors="replace").splitlines()
            if sum(word in line for line in lines) == count:
                return
        except (OSError, SystemExit):  # not there yet, or gone while it answered
            pass
        time.sleep(0.05)
    sys.exit(f"ask.py: not {count} times {word} within {limit_s} s")


def worst(request, times, pause_ms):
    took, size = [], 0
    for _ in range(times):
        start = time.monotonic()
        size = len(ask(request))
        took.append((time.monotonic() - start) * 1000)
        time.sleep(pause_ms / 1000)
    took.sort()
    print(f"{took[-1]:.1f} {took[len(took) // 2]:.1f} {size}")


def main():
    if sys.argv[1] == "once":
        os.write(1, ask(sys.argv[2]).rstrip(b"\0"))
    elif sys.argv[1] == "worst":
        worst(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    elif sys.argv[1] == "until":
        until(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
