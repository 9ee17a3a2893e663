// SPDX-License-Identifier: GPL-2.0-or-later
// Words, quoted strings, braces and line ends of a configuration file, one at a time and in time
// linear in its length. Nothing is fatal; what is odd is reported and lexing goes on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "conf/diagnostic.h"

namespace mp::conf {

struct Token {
    enum class Kind { word, quoted, open, close, newline, end } kind = Kind::end;
    std::string_view raw;  ///< the text; of a quoted string what stands between the quotes
    Location at;

    bool is_value() const { return kind == Kind::word || kind == Kind::quoted; }
    /// The text it means: in a quoted string "" is one quote. NUL bytes are dropped.
    std::string text() const;
};

class Lexer {
public:
    /// `content` and `reporter` must outlive the lexer; `file` is the index used in locations.
    Lexer(std::string_view content, std::uint32_t file, Reporter& reporter)
        : content_(content), file_(file), reporter_(&reporter) {}

    const Token& peek();
    Token take();

private:
    Token scan();
    Token scan_quoted();
    Location here() const;
    void advance(std::size_t bytes) {
        at_ += bytes;
        column_ += static_cast<std::uint32_t>(bytes);
    }

    std::string_view content_;
    std::uint32_t file_;
    Reporter* reporter_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    std::uint32_t column_ = 1;
    bool nul_reported_ = false;
    bool peeked_ = false;
    Token next_;
};

}  // namespace mp::conf
