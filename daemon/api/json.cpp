// SPDX-License-Identifier: GPL-2.0-or-later
// How do maps look as JSON? Key order and every blank follow format 0.1, because some readers of it
// are not JSON parsers; the tables below are that format. Strings are escaped, so the document
// stays valid whatever a device calls itself.
//
// Two values differ from what tables print. A priority that is not known is 0 and not -1, and the
// state "disconnected" is "faulty": readers in the field take a number below zero or a word that
// format 0.1 did not have for a broken document and drop all of it.
#include "daemon/api/json.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "daemon/api/fields.h"

namespace mp::api {
namespace {

using model::GroupView;
using model::MapView;
using model::PathView;

struct Key {
    std::string_view name;
    char letter = 0;
    bool number = false;
};

constexpr std::array<Key, 19> kMapKeys = {{
    {"name", 'n', false},       {"uuid", 'w', false},     {"sysfs", 'd', false},
    {"failback", 'F', false},   {"queueing", 'Q', false}, {"paths", 'N', true},
    {"write_prot", 'r', false}, {"dm_st", 't', false},    {"features", 'f', false},
    {"hwhandler", 'h', false},  {"action", 'A', false},   {"path_faults", '0', true},
    {"vend", 'v', false},       {"prod", 'p', false},     {"rev", 'e', false},
    {"switch_grp", '1', true},  {"map_loads", '2', true}, {"total_q_time", '3', true},
    {"q_timeouts", '4', true},
}};

constexpr std::array<Key, 4> kGroupKeys = {{
    {"selector", 's', false},
    {"pri", 'p', true},
    {"dm_st", 't', false},
    {"marginal_st", 'M', false},
}};

constexpr std::array<Key, 14> kPathKeys = {{
    {"dev", 'd', false},
    {"dev_t", 'D', false},
    {"dm_st", 't', false},
    {"dev_st", 'o', false},
    {"chk_st", 'T', false},
    {"checker", 'c', false},
    {"pri", 'p', true},
    {"host_wwnn", 'N', false},
    {"target_wwnn", 'n', false},
    {"host_wwpn", 'R', false},
    {"target_wwpn", 'r', false},
    {"host_adapter", 'a', false},
    {"lun_hex", 'L', false},
    {"marginal_st", 'M', false},
}};

/// Length of the UTF-8 sequence at the begin of `text`, 0 when it is none.
std::size_t utf8_length(std::string_view text) {
    unsigned char lead = static_cast<unsigned char>(text[0]);
    std::size_t length = lead < 0x80                   ? 1
                         : lead >= 0xc2 && lead < 0xe0 ? 2
                         : lead >= 0xe0 && lead < 0xf0 ? 3
                         : lead >= 0xf0 && lead < 0xf5 ? 4
                                                       : 0;
    if (length == 0 || length > text.size()) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
            return 0;
        }
    }
    unsigned char second = length > 1 ? static_cast<unsigned char>(text[1]) : 0;
    bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    bool outside = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
    return overlong || outside ? 0 : length;
}

void put_string(std::string& out, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        unsigned char c = static_cast<unsigned char>(text[0]);
        std::size_t length = utf8_length(text);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += text[0];
        } else if (c < ' ') {
            out += "\\u00";
            out += kDigits[c >> 4];
            out += kDigits[c & 0xf];
        } else if (length == 0) {
            out += "\xef\xbf\xbd";
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

template <class View>
void put_keys(std::string& out, std::span<const Key> keys, std::span<const Field<View>> fields,
              const View& view, std::size_t indent, Instant now) {
    std::string value;
    for (const Key& key : keys) {
        out.append(indent, ' ');
        out += '"';
        out += key.name;
        out += "\" : ";
        value.clear();
        find_field(fields, key.letter)->write(value, view, now);
        if (key.number) {
            out += value.front() == '-' ? "0" : value;
        } else {
            bool newer = key.name == "chk_st" && value == "disconnected";
            put_string(out, newer ? "faulty" : std::string_view(value));
        }
        out += ",\n";
    }
}

/// The last key of an object is followed by no comma.
void end_keys(std::string& out) {
    out.replace(out.size() - 2, 2, "\n");
}

void put_map(std::string& out, const MapView& map, Instant now) {
    out += "{\n";
    put_keys(out, kMapKeys, map_fields(), map, 6, now);
    out += "      \"path_groups\": [";
    for (std::size_t g = 0; g < map.groups.size(); ++g) {
        const GroupView& group = map.groups[g];
        out += g == 0 ? "{\n" : ",{\n";
        put_keys(out, kGroupKeys, group_fields(), group, 9, now);
        out += "         \"group\" : " + std::to_string(g + 1) + ",\n";
        out += "         \"paths\": [";
        for (std::size_t p = 0; p < group.paths.size(); ++p) {
            out += p == 0 ? "{\n" : ",{\n";
            put_keys(out, kPathKeys, path_fields(), *group.paths[p], 12, now);
            end_keys(out);
            out += "         }";
        }
        out += "]\n      }";
    }
    out += "]\n   }";
}

constexpr std::string_view kVersions = "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n";

}  // namespace

std::string json_string(std::string_view text) {
    std::string out;
    put_string(out, text);
    return out;
}

std::string render_maps_json(std::span<const MapView* const> maps, Instant now) {
    std::string out(kVersions);
    out += "   \"maps\": [";
    for (std::size_t i = 0; i < maps.size(); ++i) {
        if (i != 0) {
            out += ',';
        }
        put_map(out, *maps[i], now);
    }
    out += "]\n}\n";
    return out;
}

std::string render_map_json(const MapView& map, Instant now) {
    std::string out(kVersions);
    out += "   \"map\":";
    put_map(out, map, now);
    out += "\n}\n";
    return out;
}

}  // namespace mp::api
