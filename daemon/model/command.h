// SPDX-License-Identifier: GPL-2.0-or-later
// A control request that changes something or asks what only the engine knows, after parsing.
// Read-only `show` requests are answered from the published Snapshot and never become Commands.
#pragma once

#include <cstdint>
#include <string>

namespace mp::model {

enum class Verb {
    add_path,
    remove_path,
    add_map,
    remove_map,
    remove_maps,
    fail_path,
    reinstate_path,
    switch_group,
    suspend_map,
    resume_map,
    resize_map,
    reload_map,
    reset_map,
    reset_map_stats,
    reset_maps_stats,
    disable_queueing_map,
    disable_queueing_maps,
    restore_queueing_map,
    restore_queueing_maps,
    force_queueing_daemon,
    restore_queueing_daemon,
    reconfigure,
    reconfigure_all,
    shutdown,
    get_pr_status,
    set_pr_status,
    unset_pr_status,
    get_pr_key,
    set_pr_key,
    unset_pr_key,
    get_pr_hold,
    set_pr_hold,
    unset_pr_hold,
    set_marginal_path,
    unset_marginal_path,
    unset_marginal_map,
    show_config_local,
};

struct Command {
    Verb verb = Verb::reconfigure;
    std::string target;    ///< path name or maj:min; map alias, WWID or dm-N; empty for "all"
    std::string argument;  ///< group number, key, path list
};

/// What a finished command says. Success without text prints "ok\n", failure "fail\n" and the text.
struct CommandReply {
    bool ok = true;
    std::string text;  ///< with its own newline, or empty
};

}  // namespace mp::model
