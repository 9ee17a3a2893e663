# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations that two implementations are asked to read: name -> text.

Three kinds: every keyword in every section it may stand in (and in one it may not), with values that
are good, at the edge, and bad; shapes that are in use in the field; and files that are broken."""

YES_NO = ['yes', 'no', '1', '0', '"yes"', 'on', 'true', 'YES', '']
OFF_NUMBER = ['off', '0', '1', '7', '"12"', '-1', 'no', '4294967295', '3x', 'abc', '']
NO_NUMBER = ['no', '0', '1', '90', '"120"', '-5', 'off', '2x', 'abc']
COUNT = ['0', '1', '250', '"9"', '-1', '2147483647', '2147483648', '99999999999999999999', '5x', 'x', '']

VALUES = {
    'verbosity': ['0', '1', '3', '4', '5', '9', '-1', '2x', 'x'],
    'polling_interval': ['1', '5', '30', '"7"', '4294967295', '-1', '5s'],
    'max_polling_interval': ['0', '1', '5', '60', '3', '-1', 'x'],
    'reassign_maps': YES_NO,
    'path_selector': ['"round-robin 0"', '"queue-length 0"', '"service-time 0"', '"historical-service-time 0"',
                      '"service-time 1 5"', '"service-time 2 5"', 'round-robin', '"round-robin x"', '""', '"io-affinity 0"'],
    'path_grouping_policy': ['failover', 'multibus', 'group_by_serial', 'group_by_prio', 'group_by_node_name',
                             'multibusfoo', 'group', '"multibus"', 'MULTIBUS', ''],
    'uid_attrs': ['"sd:ID_SERIAL"', '"sd:ID_SERIAL dasd:ID_UID nvme:ID_WWN"', 'sd:ID_SERIAL', '"sd"', '""', '"sd: x"'],
    'uid_attribute': ['ID_WWN', '"ID_SERIAL"', '""', 'ID_UID'],
    'getuid_callout': ['"/lib/udev/scsi_id -g -u /dev/%n"'],
    'prio': ['const', 'alua', 'emc', 'rdac', 'weightedpath', '"alua"', 'nosuch', ''],
    'prio_args': ['"exclusive_pref_bit"', '"hbtl 2:.:.:. 1"', '""'],
    'features': ['"0"', '"1 queue_if_no_path"', '"2 pg_init_retries 50"', '"3 queue_if_no_path pg_init_retries 10"',
                 '"2 queue_mode bio"', '"1 retain_attached_hw_handler"', '"2 queue_if_no_path"', '"x"', '"0 x"', '""', '0'],
    'path_checker': ['tur', 'directio', 'readsector0', 'rdac', 'emc_clariion', 'hp_sw', 'cciss_tur', 'none', '"tur"', 'nosuch'],
    'checker': ['directio', 'tur'],
    'alias_prefix': ['mpath', 'disk', '"san"', 'a/b', '""'],
    'failback': ['manual', 'immediate', 'followover', '0', '10', '"15"', '-1', '5x', 'x'],
    'rr_min_io': COUNT,
    'rr_min_io_rq': COUNT,
    'max_fds': ['max', '0', '1024', '"8192"', '999999999', '-1', 'x'],
    'rr_weight': ['uniform', 'priorities', '"uniform"', 'x'],
    'no_path_retry': ['fail', 'queue', '0', '1', '12', '"18"', '-1', 'retry', '5x'],
    'queue_without_daemon': YES_NO + ['forced'],
    'checker_timeout': ['0', '1', '60', '-1', '5x'],
    'allow_usb_devices': YES_NO,
    'pg_timeout': ['5', 'none'],
    'flush_on_last_del': ['yes', 'no', '1', '0', 'x'],
    'user_friendly_names': YES_NO,
    'mode': ['0644', '644', '600', '777', '0777', '1777', '888', 'x'],
    'uid': ['0', 'root', 'daemon', '1000', 'nosuchuser', '0x', '-1'],
    'gid': ['0', '6', '1000', 'nosuchgroup', '-1'],
    'fast_io_fail_tmo': OFF_NUMBER,
    'dev_loss_tmo': ['infinity', '30', '0', '600', '"45"', '4294967295', '-1', '30x', 'x'],
    'eh_deadline': OFF_NUMBER,
    'max_retries': ['off', '0', '1', '5', '6', '-1', 'x'],
    'bindings_file': ['/etc/b'],
    'wwids_file': ['/etc/w'],
    'prkeys_file': ['/etc/p'],
    'log_checker_err': ['always', 'once', 'x'],
    'reservation_key': ['0x123abc', 'file', '123ABC', '0x1:aptpl', '0xffffffffffffffff'],
    'all_tg_pt': YES_NO,
    'retain_attached_hw_handler': YES_NO,
    'detect_prio': YES_NO,
    'detect_checker': YES_NO,
    'force_sync': YES_NO,
    'strict_timing': YES_NO,
    'deferred_remove': YES_NO,
    'partition_delimiter': ['p', '-part', '"_"', '""'],
    'config_dir': ['/etc/multipath/conf.d'],
    'delay_watch_checks': NO_NUMBER,
    'delay_wait_checks': NO_NUMBER,
    'san_path_err_threshold': NO_NUMBER,
    'san_path_err_forget_rate': NO_NUMBER,
    'san_path_err_recovery_time': NO_NUMBER,
    'marginal_path_err_sample_time': NO_NUMBER,
    'marginal_path_err_rate_threshold': NO_NUMBER,
    'marginal_path_err_recheck_gap_time': NO_NUMBER,
    'marginal_path_double_failed_time': NO_NUMBER,
    'find_multipaths': ['off', 'on', 'strict', 'greedy', 'smart', 'yes', 'no', '1', '0', 'x', '"yes"'],
    'uxsock_timeout': ['4000', '10000', '1', '-1', 'x'],
    'retrigger_tries': COUNT,
    'retrigger_delay': COUNT,
    'missing_uev_wait_timeout': COUNT,
    'skip_kpartx': YES_NO,
    'disable_changed_wwids': ['yes', 'no'],
    'remove_retries': COUNT,
    'max_sectors_kb': ['0', '128', '4096', '-1', 'x'],
    'ghost_delay': NO_NUMBER,
    'find_multipaths_timeout': ['-10', '0', '5', '-1', 'x'],
    'enable_foreign': ['NONE', '""', 'nvme', '"^$"', '"("'],
    'marginal_pathgroups': ['off', 'on', 'yes', 'no', 'x'],
    'recheck_wwid': YES_NO,
}

ONLY_DEFAULTS = set('''verbosity polling_interval max_polling_interval reassign_maps uid_attrs max_fds
    queue_without_daemon checker_timeout allow_usb_devices max_retries bindings_file wwids_file prkeys_file
    log_checker_err force_sync strict_timing partition_delimiter config_dir find_multipaths uxsock_timeout
    retrigger_tries retrigger_delay missing_uev_wait_timeout disable_changed_wwids remove_retries
    find_multipaths_timeout enable_foreign marginal_pathgroups'''.split())
NOT_DEVICE = ONLY_DEFAULTS | set('mode uid gid reservation_key'.split())
NOT_OVERRIDES = ONLY_DEFAULTS | set('mode uid gid reservation_key pg_timeout'.split())
MULTIPATH = set('''path_grouping_policy path_selector prio prio_args failback rr_weight no_path_retry rr_min_io
    rr_min_io_rq flush_on_last_del features mode uid gid reservation_key user_friendly_names deferred_remove
    san_path_err_threshold san_path_err_forget_rate san_path_err_recovery_time marginal_path_err_sample_time
    marginal_path_err_rate_threshold marginal_path_err_recheck_gap_time marginal_path_double_failed_time
    delay_watch_checks delay_wait_checks skip_kpartx max_sectors_kb ghost_delay pg_timeout'''.split())


def in_section(section, line):
    return {
        'defaults': f'defaults {{\n\t{line}\n}}\n',
        'device': f'devices {{\n\tdevice {{\n\t\tvendor "ACME"\n\t\tproduct "Disk"\n\t\t{line}\n\t}}\n}}\n',
        'overrides': f'overrides {{\n\t{line}\n}}\n',
        'multipath': f'multipaths {{\n\tmultipath {{\n\t\twwid 3600a\n\t\t{line}\n\t}}\n}}\n',
        'protocol': f'overrides {{\n\tprotocol {{\n\t\ttype "scsi:fcp"\n\t\t{line}\n\t}}\n}}\n',
    }[section]


def sections_of(keyword):
    sections = ['defaults']
    if keyword not in NOT_DEVICE:
        sections.append('device')
    if keyword not in NOT_OVERRIDES:
        sections.append('overrides')
    if keyword in MULTIPATH:
        sections.append('multipath')
    if keyword in ('fast_io_fail_tmo', 'dev_loss_tmo', 'eh_deadline'):
        sections.append('protocol')
    return sections


SHAPES = {
    'empty': '',
    'comments': '# nothing\n! nothing either\n\n',
    'minimal': 'defaults {\n\tuser_friendly_names yes\n\tfind_multipaths yes\n}\n',
    'blacklist': '''blacklist {
\tdevnode "^(ram|raw|loop|fd|md|dm-|sr|scd|st)[0-9]*"
\tdevnode "^hd[a-z]"
\twwid 26353900f02796769
\twwid ".*"
\tproperty "ID_ATA"
\tprotocol "scsi:ata"
\tdevice {
\t\tvendor "IBM"
\t\tproduct "3S42"
\t}
\tdevice {
\t\tvendor "HP"
\t}
}
blacklist_exceptions {
\tdevnode "^dasd[c-d]+[0-9]*"
\twwid "^3600"
\tproperty "(SCSI_IDENT_|ID_WWN)"
\tdevice {
\t\tvendor "IBM"
\t\tproduct "S/390.*"
\t}
}
''',
    'inverted': 'blacklist {\n\tdevnode "!^(sd[a-z]|nvme)"\n\twwid "!^36"\n}\n',
    'virtualization': '''# VDSM REVISION 2.2
# VDSM PRIVATE
defaults {
    polling_interval            5
    no_path_retry               16
    user_friendly_names         no
    flush_on_last_del           yes
    fast_io_fail_tmo            5
    dev_loss_tmo                30
    max_fds                     4096
}
blacklist {
        protocol "(scsi:adt|scsi:sbp)"
}
overrides {
      no_path_retry            16
}
''',
    'database': '''defaults {
\tudev_dir /dev
\tpolling_interval 10
\tpath_selector "round-robin 0"
\tpath_grouping_policy multibus
\tprio alua
\tpath_checker readsector0
\trr_min_io 100
\tmax_fds 8192
\trr_weight priorities
\tfailback immediate
\tno_path_retry fail
\tuser_friendly_names yes
}
multipaths {
\tmultipath {
\t\twwid 3600508b4000156d700012000000b0000
\t\talias yellow
\t\tpath_grouping_policy multibus
\t\tpath_selector "round-robin 0"
\t\tfailback manual
\t\trr_weight priorities
\t\tno_path_retry 5
\t}
\tmultipath {
\t\twwid 1DEC_____321816758474
\t\talias red
\t\tuid 0
\t\tgid 6
\t\tmode 0660
\t}
}
''',
    'array entry': '''devices {
\tdevice {
\t\tvendor "COMPAQ  "
\t\tproduct "HSV110 (C)COMPAQ"
\t\tpath_grouping_policy multibus
\t\tpath_checker readsector0
\t\tpath_selector "round-robin 0"
\t\thardware_handler "0"
\t\tfailback 15
\t\trr_weight priorities
\t\tno_path_retry queue
\t}
}
''',
    'array entry that is built in': '''devices {
\tdevice {
\t\tvendor "NETAPP"
\t\tproduct "LUN"
\t\tno_path_retry 20
\t\tproduct_blacklist "Universal"
\t\tvpd_vendor hp3par
\t}
}
''',
    'array entry twice': '''devices {
\tdevice {
\t\tvendor "ACME"
\t\tproduct "Disk"
\t\tno_path_retry 20
\t\tfailback 3
\t}
\tdevice {
\t\tvendor "ACME"
\t\tproduct "Disk"
\t\tno_path_retry 30
\t}
\tdevice {
\t\tvendor "ACME"
\t\tproduct "Disk"
\t\trevision "1"
\t\tno_path_retry 40
\t}
}
''',
    'array entry without a product': 'devices {\n\tdevice {\n\t\tvendor "ACME"\n\t\tfailback 3\n\t}\n}\n',
    'array entry without a vendor': 'devices {\n\tdevice {\n\t\tproduct "ACME"\n\t\tfailback 3\n\t}\n}\n',
    'array entry of everything': 'devices {\n\tdevice {\n\t\tvendor ".*"\n\t\tproduct ".*"\n\t\tno_path_retry fail\n\t}\n}\n',
    'array entry with a bad expression': 'devices {\n\tdevice {\n\t\tvendor "(ACME"\n\t\tproduct "Disk"\n\t}\n}\n',
    'hardware handlers': ''.join(
        f'devices {{\n\tdevice {{\n\t\tvendor V{i}\n\t\tproduct P\n\t\thardware_handler {value}\n\t}}\n}}\n'
        for i, value in enumerate(['"0"', '"1 alua"', '"1 rdac"', '"1 emc"', '"2 emc"', '"x"', '""', '"1 hp_sw"'])),
    'all protocols': 'overrides {\n' + ''.join(
        f'\tprotocol {{\n\t\ttype "{name}"\n\t\tdev_loss_tmo 60\n\t}}\n' for name in (
            'scsi:fcp scsi:iscsi scsi:sas scsi:srp scsi:spi scsi:ata scsi:usb scsi:unspec nvme:tcp nvme:fc '
            'nvme:rdma nvme:pcie nvme:loop ccw cciss undef nonsense scsi').split()) + '}\n',
    'protocol twice': 'overrides {\n' + '\tprotocol {\n\t\ttype "scsi:fcp"\n\t\tdev_loss_tmo 60\n\t}\n'
                      '\tprotocol {\n\t\ttype "scsi:fcp"\n\t\tfast_io_fail_tmo 6\n\t}\n}\n',
    'protocol without a type': 'overrides {\n\tprotocol {\n\t\tdev_loss_tmo 60\n\t}\n}\n',
    'map twice': '''multipaths {
\tmultipath {
\t\twwid 3600a
\t\talias one
\t\tfailback 3
\t}
\tmultipath {
\t\twwid 3600a
\t\talias two
\t}
\tmultipath {
\t\talias nobody
\t}
}
''',
    'maps with one alias': '''multipaths {
\tmultipath {
\t\twwid 3600a
\t\talias one
\t}
\tmultipath {
\t\twwid 3600b
\t\talias one
\t}
}
''',
    'alias with a slash': 'multipaths {\n\tmultipath {\n\t\twwid 3600a\n\t\talias a/b\n\t}\n}\n',
    'alias with a blank': 'multipaths {\n\tmultipath {\n\t\twwid 3600a\n\t\talias "a b"\n\t}\n}\n',
    'section twice': 'defaults {\n\tfailback 3\n}\ndefaults {\n\tno_path_retry 4\n}\n',
    'keyword twice': 'defaults {\n\tfailback 3\n\tfailback 4\n}\n',
    'quotes inside': 'multipaths {\n\tmultipath {\n\t\twwid "36""00a"\n\t\talias "x""y"\n\t}\n}\n',
    'quotes and comments': 'defaults {\n\talias_prefix "a#b"\n\tprio_args "x!y" # rest\n\tfailback 3 ! rest\n}\n',
    'comment behind a brace': 'defaults { # here\n\tfailback 3\n} # there\n',
    'tabs and blanks': 'defaults\t{\n\t\t  failback\t \t3   \n   }\n',
    'carriage returns': 'defaults {\r\n\tfailback 3\r\n\tno_path_retry "queue"\r\n}\r\n',
    'no newline at the end': 'defaults {\n\tfailback 3\n}',
    'smart values': 'defaults {\n\tfind_multipaths smart\n\tfind_multipaths_timeout 30\n}\n',
    'intervals': 'defaults {\n\tpolling_interval 30\n\tmax_polling_interval 10\n}\n',
    'only the largest interval': 'defaults {\n\tmax_polling_interval 40\n}\n',
    'queueing by feature and retries': 'defaults {\n\tfeatures "1 queue_if_no_path"\n\tno_path_retry 5\n}\n',
    'both families of marginal paths': 'defaults {\n\tsan_path_err_threshold 3\n\tsan_path_err_forget_rate 4\n'
        '\tsan_path_err_recovery_time 5\n\tmarginal_path_err_sample_time 130\n\tmarginal_path_err_rate_threshold 6\n'
        '\tmarginal_path_err_recheck_gap_time 7\n\tmarginal_path_double_failed_time 8\n}\n',
    'delays': 'defaults {\n\tdelay_watch_checks 12\n\tdelay_wait_checks 6\n}\n',
    'all sections': 'defaults {\n\tfailback 3\n}\nblacklist {\n\twwid a\n}\nblacklist_exceptions {\n\twwid b\n}\n'
        'devices {\n\tdevice {\n\t\tvendor A\n\t\tproduct B\n\t}\n}\noverrides {\n\tfailback 4\n}\n'
        'multipaths {\n\tmultipath {\n\t\twwid c\n\t\talias d\n\t}\n}\n',
    'old names of sections': 'devnode_blacklist {\n\twwid a\n}\nblacklist {\n\twwid b\n}\n',
}

BROKEN = {
    'missing last brace': 'defaults {\n\tfailback 3\n',
    'brace on the next line': 'defaults\n{\n\tfailback 3\n}\n',
    'extra closing brace': 'defaults {\n\tfailback 3\n}\n}\nblacklist {\n\twwid a\n}\n',
    'all on one line': 'defaults { failback 3 }\n',
    'first value beside the brace': 'defaults { failback 3\n\tno_path_retry 4\n}\n',
    'words behind a value': 'defaults {\n\tfailback 3 4 5\n\tno_path_retry 4\n}\n',
    'unknown keyword': 'defaults {\n\tfailbak 3\n\tno_path_retry 4\n}\n',
    'unknown section': 'default {\n\tfailback 3\n}\ndefaults {\n\tno_path_retry 4\n}\n',
    'value missing': 'defaults {\n\tfailback\n\tno_path_retry 4\n}\n',
    'keyword outside of sections': 'failback 3\ndefaults {\n\tno_path_retry 4\n}\n',
    'quote not closed': 'defaults {\n\tfeatures "1 queue_if_no_path\n\tno_path_retry 4\n}\n',
    'section inside a section': 'defaults {\n\tblacklist {\n\t\twwid a\n\t}\n\tno_path_retry 4\n}\n',
    'device outside of devices': 'device {\n\tvendor A\n\tproduct B\n}\n',
    'binary': 'defaults {\n\tfailback 3\n\t\x01\x02\x7f 7\n\tno_path_retry 4\n}\n',
    'bytes above 127': 'defaults {\n\talias_prefix m\u00fcller\n\tno_path_retry 4\n}\n',
    'long comment': '# ' + 'x' * 5000 + '\ndefaults {\n\tfailback 3\n}\n',
    'keyword in the wrong section': 'devices {\n\tdevice {\n\t\tvendor A\n\t\tproduct B\n\t\tpolling_interval 9\n\t\talias x\n\t}\n}\n',
    'protocol in defaults': 'defaults {\n\tprotocol {\n\t\ttype "scsi:fcp"\n\t}\n\tfailback 3\n}\n',
    'brace in a value': 'defaults {\n\talias_prefix {\n\tfailback 3\n}\n',
    'closing brace behind a value': 'defaults {\n\tfailback 3 }\nblacklist {\n\twwid a\n}\n',
}


def corpus():
    texts = {}
    for keyword, values in VALUES.items():
        for section in sections_of(keyword):
            for value in values:
                texts[f'{section}: {keyword} {value}'.rstrip()] = in_section(section, f'{keyword} {value}'.rstrip())
    for keyword in ('polling_interval', 'alias', 'hardware_handler', 'type'):
        texts[f'misplaced: {keyword}'] = in_section('overrides', f'{keyword} 5')
    for kind, group in (('shape', SHAPES), ('broken', BROKEN)):
        for name, text in group.items():
            texts[f'{kind}: {name}'] = text
    return texts


if __name__ == '__main__':
    print(len(corpus()))
