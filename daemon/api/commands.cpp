// SPDX-License-Identifier: GPL-2.0-or-later
// Which commands exist? This table says so, once: words, permission, meaning and a line of help.
// Words and order are interface; scripts of many years send them. Commands that only read are
// answered from the published snapshot, all others become model::Command.
#include "daemon/api/commands.h"

#include <array>

#include "daemon/api/version.h"

namespace mp::api {
namespace {

using model::Verb;

constexpr CommandForm show(std::string_view syntax, ShowWhat what, std::string_view help,
                           std::string_view format = {}, bool raw = false) {
    CommandForm form;
    form.syntax = syntax;
    form.help = help;
    form.kind = CommandKind::show;
    form.root = false;
    form.what = what;
    form.raw = raw;
    form.format = format;
    return form;
}

constexpr CommandForm json(std::string_view syntax, ShowWhat what, std::string_view help) {
    CommandForm form = show(syntax, what, help);
    form.json = true;
    return form;
}

constexpr CommandForm change(std::string_view syntax, Verb verb, std::string_view help) {
    CommandForm form;
    form.syntax = syntax;
    form.help = help;
    form.kind = CommandKind::change;
    form.root = true;
    form.verb = verb;
    return form;
}

constexpr CommandForm quit(std::string_view syntax, std::string_view help) {
    CommandForm form;
    form.syntax = syntax;
    form.help = help;
    form.kind = CommandKind::quit;
    form.root = true;
    return form;
}

constexpr std::array kForms = {
    show("list|show paths", ShowWhat::paths, "table of paths", "%i %d %D %p %t %T %o %C"),
    show("list|show paths format $format", ShowWhat::paths, "table of paths, chosen columns"),
    show("list|show paths raw format $format", ShowWhat::paths,
         "chosen columns of paths, no header, no padding", {}, true),
    show("list|show paths where $filter", ShowWhat::paths, "table of the paths that a filter takes",
         "%i %d %D %p %t %T %o %C"),
    show("list|show paths where $filter format $format", ShowWhat::paths,
         "the same, chosen columns"),
    show("list|show paths where $filter raw format $format", ShowWhat::paths,
         "the same, no header, no padding", {}, true),
    json("list|show paths where $filter json", ShowWhat::paths, "the same as JSON, version 2"),
    json("list|show paths json", ShowWhat::paths, "all paths as JSON, version 2"),
    show("list|show path $path", ShowWhat::path_state, "device state of one path"),
    show("list|show maps|multipaths", ShowWhat::maps, "table of maps", "%n %d %w"),
    show("list|show maps|multipaths format $format", ShowWhat::maps,
         "table of maps, chosen columns"),
    show("list|show maps|multipaths raw format $format", ShowWhat::maps,
         "chosen columns of maps, no header, no padding", {}, true),
    show("list|show maps|multipaths where $filter", ShowWhat::maps,
         "table of the maps that a filter takes", "%n %d %w"),
    show("list|show maps|multipaths where $filter format $format", ShowWhat::maps,
         "the same, chosen columns"),
    show("list|show maps|multipaths where $filter raw format $format", ShowWhat::maps,
         "the same, no header, no padding", {}, true),
    show("list|show maps|multipaths status", ShowWhat::maps, "table of map states",
         "%n %F %Q %N %t %r"),
    show("list|show maps|multipaths stats", ShowWhat::maps, "table of map counters",
         "%n %0 %1 %2 %3 %4"),
    show("list|show maps|multipaths topology", ShowWhat::maps_topology,
         "tree of maps, groups and paths"),
    show("list|show maps|multipaths json", ShowWhat::maps_json, "all maps as JSON"),
    show("list|show topology", ShowWhat::maps_topology, "tree of maps, groups and paths"),
    show("list|show topology json2", ShowWhat::topology_json2,
         "maps, paths, adapters and nexuses as JSON, version 2"),
    show("list|show native", ShowWhat::native,
         "tree of the disks that the kernel multipaths by itself (NVMe)"),
    show("list|show map|multipath $map topology", ShowWhat::map_topology, "tree of one map"),
    show("list|show map|multipath $map format $format", ShowWhat::map, "chosen columns of one map"),
    show("list|show map|multipath $map raw format $format", ShowWhat::map,
         "chosen columns of one map"),
    show("list|show map|multipath $map json", ShowWhat::map_json, "one map as JSON"),
    show("list|show status", ShowWhat::status, "counts of path states, and whether busy"),
    json("list|show status json", ShowWhat::status, "counts and state as JSON, version 2"),
    show("list|show daemon", ShowWhat::daemon, "process id and state of the daemon"),
    json("list|show daemon json", ShowWhat::daemon, "the same"),
    show("list|show config", ShowWhat::config, "the whole configuration in use"),
    json("list|show config json", ShowWhat::config, "the configuration text as JSON, version 2"),
    show("list|show config local", ShowWhat::config_local,
         "the configuration that present devices and maps use"),
    show("list|show config origin", ShowWhat::config_origin,
         "the whole configuration, each value with its file and line"),
    show("list|show blacklist", ShowWhat::blacklist, "rules that exclude devices"),
    json("list|show blacklist json", ShowWhat::blacklist, "the rules text as JSON, version 2"),
    show("list|show devices", ShowWhat::devices, "all block devices and what became of them"),
    json("list|show devices json", ShowWhat::devices, "all block devices as JSON, version 2"),
    show("list|show wildcards", ShowWhat::wildcards, "letters that formats may use"),
    json("list|show wildcards json", ShowWhat::wildcards,
         "letters that formats may use as JSON, version 2"),
    show("list|show events", ShowWhat::events, "what happened lately, one JSON object a line"),
    show("list|show events since $number", ShowWhat::events,
         "the same, only what is newer than that number"),
    show("explain $device", ShowWhat::explain, "why a device is or is not a path of a map"),
    change("reset maps|multipaths stats", Verb::reset_maps_stats, "zero the counters of all maps"),
    change("reset map|multipath $map stats", Verb::reset_map_stats, "zero the counters of a map"),
    change("reset map|multipath $map", Verb::reset_map,
           "fail if anything is stacked on a path of the map"),
    change("add path $path", Verb::add_path, "take a device as a path"),
    change("remove|del path $path", Verb::remove_path, "give a path up"),
    change("add map|multipath $map", Verb::add_map, "create or adopt a map"),
    change("remove|del map|multipath $map", Verb::remove_map, "remove a map"),
    change("remove|del maps|multipaths", Verb::remove_maps, "remove all maps that are not in use"),
    change("switch|switchgroup map|multipath $map group $group", Verb::switch_group,
           "use this path group, numbered from 1"),
    change("suspend map|multipath $map", Verb::suspend_map, "suspend a map"),
    change("resume map|multipath $map", Verb::resume_map, "resume a suspended map"),
    change("resize map|multipath $map", Verb::resize_map, "give a map the size of its paths"),
    change("reload map|multipath $map", Verb::reload_map, "load the table of a map again"),
    change("reinstate path $path", Verb::reinstate_path, "use a failed path again and check it"),
    change("fail path $path", Verb::fail_path, "fail a path until it is reinstated"),
    change("disablequeueing map|multipath $map", Verb::disable_queueing_map,
           "fail I/O when no path is left"),
    change("disablequeueing maps|multipaths", Verb::disable_queueing_maps, "the same for all maps"),
    change("restorequeueing map|multipath $map", Verb::restore_queueing_map,
           "queue again as configured"),
    change("restorequeueing maps|multipaths", Verb::restore_queueing_maps, "the same for all maps"),
    change("forcequeueing daemon", Verb::force_queueing_daemon, "queue even when the daemon stops"),
    change("restorequeueing daemon", Verb::restore_queueing_daemon,
           "when the daemon stops, do as configured"),
    change("reconfigure", Verb::reconfigure, "read the configuration, reload what differs"),
    change("reconfigure all", Verb::reconfigure_all, "read the configuration, reload every map"),
    quit("quit|exit", "leave the interactive client"),
    change("shutdown", Verb::shutdown, "stop the daemon; maps stay"),
    change("getprstatus map|multipath $map", Verb::get_pr_status,
           "is a reservation key registered"),
    change("setprstatus map|multipath $map", Verb::set_pr_status,
           "note that a reservation key is registered"),
    change("setprstatus map|multipath $map pathlist $list", Verb::set_pr_status,
           "the same, through these paths"),
    change("unsetprstatus map|multipath $map", Verb::unset_pr_status,
           "note that no reservation key is registered"),
    change("getprkey map|multipath $map", Verb::get_pr_key, "reservation key of a map"),
    change("setprkey map|multipath $map key $key", Verb::set_pr_key,
           "set the reservation key of a map"),
    change("unsetprkey map|multipath $map", Verb::unset_pr_key,
           "forget the reservation key of a map"),
    change("getprhold map|multipath $map", Verb::get_pr_hold, "does the map hold the reservation"),
    change("setprhold map|multipath $map", Verb::set_pr_hold,
           "note that the map holds the reservation"),
    change("unsetprhold map|multipath $map", Verb::unset_pr_hold,
           "note that the map does not hold the reservation"),
    change("setmarginal path $path", Verb::set_marginal_path, "treat a path as marginal"),
    change("unsetmarginal path $path", Verb::unset_marginal_path, "treat a path as normal again"),
    change("unsetmarginal map|multipath $map", Verb::unset_marginal_map,
           "treat all paths of a map as normal again"),
};

}  // namespace

std::span<const CommandForm> command_table() {
    return kForms;
}

std::string help_text() {
    constexpr std::size_t kHelpColumn = 56;
    std::string out(kCompatBanner);
    out += "\nCLI commands reference:\n";
    for (const CommandForm& form : kForms) {
        out += ' ';
        out += form.syntax;
        out.append(form.syntax.size() < kHelpColumn ? kHelpColumn - form.syntax.size() : 1, ' ');
        out += form.help;
        out += '\n';
    }
    out += '(';
    out += kProduct;
    out += ")\n";
    return out;
}

}  // namespace mp::api
