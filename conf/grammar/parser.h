// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of one configuration file in, a tree of sections and statements out. Knows the form of the
// language, not its words: only the names of the outermost sections are given, to find out where a
// closing brace was forgotten.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conf/diagnostic.h"
#include "conf/grammar/lexer.h"

namespace mp::conf {

/// `key value` or `key`.
struct Statement {
    std::string_view key;
    Location key_at;
    Token value;  ///< kind `end` when there is none
    bool has_value() const { return value.is_value(); }
};

/// `name { ... }`; the root has no name. Views point into the content given to parse_tree.
struct Section {
    std::string_view name;
    Location at;
    std::vector<Statement> statements;
    std::vector<Section> sections;
};

/// Files larger than this are refused with a diagnostic (locations count bytes in 32 bits).
constexpr std::size_t kMaxFileBytes = 64U << 20U;
/// Sections nested deeper than this are skipped with a diagnostic; the language needs two levels.
constexpr int kMaxDepth = 4;

/// `content` must outlive the tree.
Section parse_tree(std::string_view content, std::uint32_t file,
                   std::span<const std::string_view> outermost, Reporter& reporter);

}  // namespace mp::conf
