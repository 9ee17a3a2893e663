// SPDX-License-Identifier: GPL-2.0-or-later
// The one table of control commands: the parser, the help text, permissions and the manual page
// test all read it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/model/command.h"

namespace mp::api {

/// What a `show` request asks for; all of it is in the Snapshot.
enum class ShowWhat {
    paths,
    path_state,
    maps,
    maps_topology,
    native,
    topology_json2,
    maps_json,
    map,
    map_topology,
    map_json,
    status,
    daemon,
    config,
    config_local,
    config_origin,
    blacklist,
    devices,
    wildcards,
    explain,
    events,
};

enum class CommandKind { show, change, quit };

struct CommandForm {
    /// Words in order; '|' separates spellings of one word, a word with '$' is the parameter of the
    /// word before it: "list|show paths raw format $format".
    std::string_view syntax;
    std::string_view help;  ///< one line
    CommandKind kind = CommandKind::show;
    bool root = false;                            ///< only uid 0 may
    ShowWhat what = ShowWhat::paths;              ///< for show
    bool raw = false;                             ///< for show: no header, no padding
    bool json = false;                            ///< for show
    std::string_view format = {};                 ///< for show: used when none is given
    model::Verb verb = model::Verb::reconfigure;  ///< for change
};

std::span<const CommandForm> command_table();

/// Banner, one line per command, our name. Ends with a newline.
std::string help_text();

}  // namespace mp::api
