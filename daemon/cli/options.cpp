// SPDX-License-Identifier: GPL-2.0-or-later
// What did the caller of `multipath` want? Single letters, combined or not, values attached or not,
// as they have been for twenty years; "--version" and every other unknown option is answered by the
// banner and the usage. Values are checked here, whole: "-v 2x" is an error. The table of letters
// is also the usage text.
#include "daemon/cli/options.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "daemon/api/version.h"
#include "daemon/base/strings.h"

namespace mp::cli {
namespace {

struct Letter {
    char letter;
    std::string_view value;  ///< name of its value, empty: a flag
    std::string_view help;
};

constexpr std::array<Letter, 25> kLetters = {{
    {'l', "", "list maps; -ll: with checked path states"},
    {'f', "", "remove the map DEVICE if it is not in use"},
    {'F', "", "remove all maps that are not in use"},
    {'r', "", "load the tables of existing maps again"},
    {'R', "N", "try to remove a map in use N more times, a second apart"},
    {'d', "", "change nothing, show what would be done"},
    {'v', "N", "verbosity: 0 nothing, 1 names, 2 trees, 3 and more also the table of paths"},
    {'t', "", "print the configuration in use"},
    {'T', "", "print the configuration that present devices use"},
    {'c', "", "exit with 0 if DEVICE should be a path of a map"},
    {'C', "", "exit with 0 if the map DEVICE has a usable path"},
    {'u', "", "as -c, printed as udev properties"},
    {'U', "", "as -C, for udev"},
    {'a', "", "add the WWID of DEVICE to the wwids file"},
    {'w', "", "remove the WWID of DEVICE from the wwids file"},
    {'W', "", "write the wwids file anew with the WWIDs of the present maps"},
    {'p', "POLICY", "group paths by this policy, in a run without a daemon"},
    {'i', "", "do not look at the wwids file"},
    {'q', "", "let maps queue although no daemon runs"},
    {'B', "", "do not write the bindings file"},
    {'e', "", "also list maps that others manage"},
    {'D', "", "do the work here and not in the daemon"},
    {'h', "", "print this text"},
    {'b', "FILE", "accepted and ignored"},
    {'M', "N", "accepted and ignored"},
}};

constexpr std::array<std::string_view, 7> kPolicies = {
    "failover",           "multibus",     "group_by_serial",   "group_by_prio",
    "group_by_node_name", "group_by_tpg", "group_by_distance",
};

const Letter* find_letter(char c) {
    for (const Letter& entry : kLetters) {
        if (entry.letter == c) {
            return &entry;
        }
    }
    return nullptr;
}

std::optional<Mode> mode_of(char letter) {
    switch (letter) {
        case 'l':
            return Mode::list;
        case 'f':
            return Mode::flush_one;
        case 'F':
            return Mode::flush_all;
        case 'a':
            return Mode::add_wwid;
        case 'w':
            return Mode::remove_wwid;
        case 'W':
            return Mode::reset_wwids;
        case 'c':
            return Mode::check_path;
        case 'C':
            return Mode::check_map;
        case 'u':
            return Mode::claim_path;
        case 'U':
            return Mode::check_map_udev;
        case 't':
            return Mode::dump_config;
        case 'T':
            return Mode::dump_local_config;
        case 'h':
            return Mode::help;
        default:
            return std::nullopt;
    }
}

void refuse(Options& options, std::string problem) {
    if (options.mode != Mode::invalid) {
        options.mode = Mode::invalid;
        options.problem = std::move(problem);
    }
}

void set_flag(Options& options, char letter) {
    switch (letter) {
        case 'd':
            options.dry_run = true;
            break;
        case 'r':
            options.force_reload = true;
            break;
        case 'i':
            options.ignore_wwids = true;
            break;
        case 'B':
            options.read_only_bindings = true;
            break;
        case 'q':
            options.allow_queueing = true;
            break;
        case 'D':
            options.no_delegation = true;
            break;
        case 'e':
            options.foreign = true;
            break;
        default:
            break;
    }
}

void set_value(Options& options, char letter, const std::string& value) {
    Result<std::uint64_t> number = parse_u64(value);
    switch (letter) {
        case 'v':
            if (!number) {
                refuse(options, "'" + value + "' is not a verbosity");
            } else {
                options.verbosity = static_cast<int>(std::min<std::uint64_t>(*number, 6));
            }
            break;
        case 'R':
            if (!number || *number > 86400) {
                refuse(options, "'" + value + "' is not a number of retries");
            } else {
                options.retries = static_cast<int>(*number);
            }
            break;
        case 'p':
            if (std::ranges::find(kPolicies, value) == kPolicies.end()) {
                refuse(options, "'" + value + "' is not a path grouping policy");
            } else {
                options.policy = value;
            }
            break;
        default:
            break;
    }
}

/// One argument that begins with '-'; `next` is where a separate value stands.
void parse_letters(Options& options, const std::vector<std::string>& arguments, std::size_t& next) {
    const std::string& argument = arguments[next++];
    for (std::size_t at = 1; at < argument.size(); ++at) {
        const Letter* entry = find_letter(argument[at]);
        if (entry == nullptr) {
            refuse(options, "unknown option '" + argument + "'");
            return;
        }
        if (!entry->value.empty()) {
            std::string value = argument.substr(at + 1);
            if (value.empty() && next < arguments.size()) {
                value = arguments[next++];
            } else if (value.empty()) {
                refuse(options, std::string("option -") + entry->letter + " needs a value");
                return;
            }
            set_value(options, entry->letter, value);
            return;
        }
        std::optional<Mode> mode = mode_of(entry->letter);
        if (!mode) {
            set_flag(options, entry->letter);
        } else if (options.mode != Mode::invalid) {
            options.long_list =
                options.long_list || (*mode == Mode::list && options.mode == Mode::list);
            options.mode = *mode;
        }
    }
}

bool needs_device(Mode mode) {
    return mode == Mode::flush_one || mode == Mode::add_wwid || mode == Mode::remove_wwid ||
           mode == Mode::check_path || mode == Mode::check_map;
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
    Options options;
    std::size_t next = 0;
    bool only_operands = false;
    while (next < arguments.size()) {
        const std::string& argument = arguments[next];
        if (!only_operands && argument == "--") {
            only_operands = true;
            ++next;
        } else if (!only_operands && argument == "--check") {
            options.mode = options.mode == Mode::invalid ? Mode::invalid : Mode::check_config;
            ++next;
        } else if (!only_operands && starts_with(argument, "--")) {
            refuse(options, "unknown option '" + argument + "'");
            ++next;
        } else if (!only_operands && argument.size() > 1 && argument.front() == '-') {
            parse_letters(options, arguments, next);
        } else {
            // Of several operands the first counts.
            if (options.device.empty()) {
                options.device = argument;
            }
            ++next;
        }
    }
    if (needs_device(options.mode) && options.device.empty()) {
        refuse(options, "this option needs a device");
    }
    return options;
}

std::string usage_text() {
    std::string out(api::kCompatBanner);
    out += "\n";
    out += api::kProduct;
    out +=
        "\nusage: multipath [options] [DEVICE]\n"
        "DEVICE is a map name, a WWID, major:minor or a device node.\n";
    for (const Letter& entry : kLetters) {
        std::string option = std::string("  -") + entry.letter;
        if (!entry.value.empty()) {
            option += " " + std::string(entry.value);
        }
        option.resize(std::max<std::size_t>(option.size() + 1, 13), ' ');
        out += option;
        out += entry.help;
        out += '\n';
    }
    out +=
        "  --check    print what is wrong or a risk in the configuration, or in the file DEVICE\n";
    out += "Policies:";
    for (std::string_view policy : kPolicies) {
        out += ' ';
        out += policy;
    }
    return out + "\n";
}

}  // namespace mp::cli
