#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shows: the device-mapper adapter makes, changes, removes and watches maps as its port promises
# guest: mode=fast limit=600 programs=device_mapper_real
# shellcheck source=tests/lab/guest/lib.sh
source /share/guest/lib.sh

expect "null_blk is there" modprobe null_blk nr_devices=4 queue_mode=2 gb=1
expect "one disk that can be made slow is there" modprobe scsi_debug dev_size_mb=8 delay=1
expect "dm-multipath is there" modprobe dm-multipath
modprobe dm-round-robin
udevadm settle
DM_TEST_PATHS=$(cat /sys/block/nullb[0-3]/dev | tr '\n' ' ')
DM_TEST_SLOW=$(cat /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block/*/dev)
export DM_TEST_PATHS DM_TEST_SLOW
say "paths $DM_TEST_PATHS, slow $DM_TEST_SLOW, kernel $(uname -r)"
expect "every promise is kept" device_mapper_real
