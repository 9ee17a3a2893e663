// SPDX-License-Identifier: GPL-2.0-or-later
// What each format letter prints, for maps, paths and path groups. Letters, headers and words are
// interface; the order is that of `show wildcards`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "daemon/base/time.h"
#include "daemon/model/snapshot.h"

namespace mp::api {

/// One column: `write` appends the value as of `now`. A value holds no newline and no control byte.
template <class View>
struct Field {
    char letter = 0;
    std::string_view header;
    void (*write)(std::string& out, const View& view, Instant now) = nullptr;
};

using MapField = Field<model::MapView>;
using PathField = Field<model::PathView>;
using GroupField = Field<model::GroupView>;

std::span<const MapField> map_fields();
std::span<const PathField> path_fields();
std::span<const GroupField> group_fields();

template <class View>
const Field<View>* find_field(std::span<const Field<View>> fields, char letter) {
    for (const Field<View>& field : fields) {
        if (field.letter == letter) {
            return &field;
        }
    }
    return nullptr;
}

/// "9.8G", "12T": one decimal below 10, 1024 steps from K.
std::string size_text(std::uint64_t sectors);
/// Ten cells and the numbers: "XXXX...... 4/10".
std::string progress_text(std::uint64_t current, std::uint64_t total);
/// The 8-byte SCSI LUN as one number: "0x0001000000000000".
std::string lun_text(std::uint64_t lun);

}  // namespace mp::api
