#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls os-brick's LinuxSCSI as a compute service does: reads "METHOD ARGUMENT..." lines, writes one JSON line each.

An argument with a comma in it, or one that ends with one, is a list. The calls run as root in this
process, with os-brick's own executor.
"""
import json
import logging
import sys

from os_brick import privileged
from os_brick.initiator import linuxscsi

privileged.default.set_client_mode(False)
logging.basicConfig(filename="/run/brick.log", level=logging.DEBUG)


def argument(word):
    return [part for part in word.split(",") if part] if "," in word else word


def main():
    scsi = linuxscsi.LinuxSCSI("sudo")
    for line in sys.stdin:
        method, *words = line.split()
        try:
            answer = {"answer": getattr(scsi, method)(*map(argument, words))}
        except Exception as error:  # whatever it is, the scenario must see it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
