// SPDX-License-Identifier: GPL-2.0-or-later
// What may stand next in a command, for completion at the prompt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mp::api {

struct Completions {
    std::vector<std::string> words;  ///< keywords that begin as the last word does, sorted
    /// The last word is the name of a map or of a path; `words` is empty then.
    bool map_name = false;
    bool path_name = false;
};

/// `line` up to the cursor; its last word, perhaps empty, is what is completed.
Completions complete(std::string_view line);

}  // namespace mp::api
