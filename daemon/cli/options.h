// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of `multipath`. The daemon's one-shot mode (`multipathd --once`) is started with
// the same arguments and reads them with the same function.
#pragma once

#include <string>
#include <vector>

namespace mp::cli {

enum class Mode {
    create,             ///< none: create or update maps
    list,               ///< -l, -ll
    flush_one,          ///< -f
    flush_all,          ///< -F
    add_wwid,           ///< -a
    remove_wwid,        ///< -w
    reset_wwids,        ///< -W
    check_path,         ///< -c
    check_map,          ///< -C
    claim_path,         ///< -u, for udev
    check_map_udev,     ///< -U, for udev
    dump_config,        ///< -t
    dump_local_config,  ///< -T
    check_config,       ///< --check
    help,               ///< -h
    invalid,            ///< `problem` says why
};

struct Options {
    Mode mode = Mode::create;
    bool long_list = false;           ///< -ll
    int verbosity = 2;                ///< -v
    bool dry_run = false;             ///< -d
    bool force_reload = false;        ///< -r
    bool ignore_wwids = false;        ///< -i
    bool read_only_bindings = false;  ///< -B
    bool allow_queueing = false;      ///< -q
    bool no_delegation = false;       ///< -D
    bool foreign = false;             ///< -e
    int retries = 0;                  ///< -R, one second apart
    std::string policy;               ///< -p, one of the six names
    std::string device;               ///< name, alias, WWID, major:minor or node; empty when none
    std::string problem;
};

/// Options and operands may be mixed. Of several modes the last one counts.
Options parse_options(const std::vector<std::string>& arguments);

/// Banner, usage and one line per option.
std::string usage_text();

}  // namespace mp::cli
