#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks without SCSI: network block devices and their servers, small enough to be killed and brought back.

    nbd.py serve PORT FILE          answers reads and writes of FILE for whoever connects
    nbd.py attach INDEX PORT FILE   makes /dev/nbdINDEX of the size of FILE, served on PORT
    nbd.py again INDEX PORT         gives /dev/nbdINDEX a new connection after its server came back

Both ends are ours, so the connection starts with the transmission phase: there is nothing to negotiate.
The kernel is driven over generic netlink, the only interface that can replace a dead connection while
the device is in use. A device whose connection is dead fails its I/O at once.
"""
import os
import socket
import struct
import sys
import threading

REQUEST_MAGIC, REPLY_MAGIC = 0x25609513, 0x67446698
READ, WRITE, DISCONNECT, FLUSH, TRIM = 0, 1, 2, 3, 4
BLOCK = 512
FLAG_HAS_FLAGS, FLAG_FLUSH = 1, 4

# include/uapi/linux/nbd-netlink.h
CMD_CONNECT, CMD_RECONFIGURE = 1, 3
ATTR_INDEX, ATTR_SIZE_BYTES, ATTR_BLOCK_SIZE, ATTR_TIMEOUT, ATTR_SERVER_FLAGS, ATTR_SOCKETS = 1, 2, 3, 4, 5, 7
SOCK_ITEM, SOCK_FD = 1, 1
NESTED = 0x8000
# include/uapi/linux/genetlink.h, netlink.h
GENL_ID_CTRL, CTRL_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2


def receive(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def answer(connection, file):
    try:
        while True:
            magic, _, kind, handle, at, length = struct.unpack(">IHHQQI", receive(connection, 28))
            if magic != REQUEST_MAGIC or kind == DISCONNECT:
                return
            data = b""
            if kind == WRITE:
                os.pwrite(file, receive(connection, length), at)
            elif kind == READ:
                data = os.pread(file, length, at)
            elif kind == FLUSH:
                os.fsync(file)
            connection.sendall(struct.pack(">IIQ", REPLY_MAGIC, 0, handle) + data)
    except ConnectionError:
        return


def serve(port, path):
    file = os.open(path, os.O_RDWR)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=answer, args=(connection, file), daemon=True).start()


def attribute(kind, payload):
    return struct.pack("HH", 4 + len(payload), kind) + payload + b"\0" * (-len(payload) % 4)


class Netlink:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        reply = self.ask(GENL_ID_CTRL, CTRL_GETFAMILY, attribute(CTRL_ATTR_FAMILY_NAME, b"nbd\0"), 0)
        at, self.family = 20, None
        while at < len(reply):
            length, kind = struct.unpack_from("HH", reply, at)
            if kind == CTRL_ATTR_FAMILY_ID:
                self.family = struct.unpack_from("H", reply, at + 4)[0]
            at += (length + 3) & ~3

    def ask(self, family, command, payload, flags=NLM_F_ACK):
        body = struct.pack("BBH", command, 1, 0) + payload
        self.socket.send(struct.pack("IHHII", 16 + len(body), family, NLM_F_REQUEST | flags, 1, 0) + body)
        while True:
            reply = self.socket.recv(65536)
            if struct.unpack_from("H", reply, 4)[0] == NLMSG_ERROR:
                code = struct.unpack_from("i", reply, 16)[0]
                if code != 0:
                    raise OSError(-code, os.strerror(-code))
                return b""
            if not flags & NLM_F_ACK:
                return reply


def connect(index, port, command, more=b""):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    item = attribute(SOCK_ITEM | NESTED, attribute(SOCK_FD, struct.pack("I", connection.fileno())))
    netlink = Netlink()
    netlink.ask(netlink.family, command,
                attribute(ATTR_INDEX, struct.pack("I", index)) + more + attribute(ATTR_SOCKETS | NESTED, item))


def attach(index, port, path):
    size = os.stat(path).st_size
    connect(index, port, CMD_CONNECT,
            attribute(ATTR_SIZE_BYTES, struct.pack("Q", size)) + attribute(ATTR_BLOCK_SIZE, struct.pack("Q", BLOCK)) +
            attribute(ATTR_TIMEOUT, struct.pack("Q", 5)) +
            attribute(ATTR_SERVER_FLAGS, struct.pack("Q", FLAG_HAS_FLAGS | FLAG_FLUSH)))


def main():
    verb, *rest = sys.argv[1:]
    if verb == "serve":
        serve(int(rest[0]), rest[1])
    elif verb == "attach":
        attach(int(rest[0]), int(rest[1]), rest[2])
    elif verb == "again":
        connect(int(rest[0]), int(rest[1]), CMD_RECONFIGURE)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
