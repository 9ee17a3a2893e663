// SPDX-License-Identifier: GPL-2.0-or-later
// What are the tokens of a configuration file?
//
//   - Blanks separate. So does every byte outside ASCII, and a NUL byte (which is reported once).
//   - '#' and '!' start a comment outside quotes, also in the middle of a word.
//   - '{' and '}' are tokens of their own, wherever they stand outside quotes.
//   - "..." is a string on one line; "" inside it means one quote. A string whose closing quote is
//     missing ends with its line and is reported.
//   - The end of a line is a token, because a value has to stand on the line of its keyword.
//
// There is no limit on the length of a line or of a word.
#include "conf/grammar/lexer.h"

#include <utility>

namespace mp::conf {
namespace {

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n') || c == '\0' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool ends_word(char c) {
    return is_blank(c) || c == '\n' || c == '{' || c == '}' || c == '"' || c == '#' || c == '!';
}

}  // namespace

std::string Token::text() const {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] == '\0') {
            continue;
        }
        out += raw[i];
        if (kind == Kind::quoted && raw[i] == '"') {
            ++i;  // the second of a doubled quote
        }
    }
    return out;
}

Location Lexer::here() const {
    return {file_, static_cast<std::uint32_t>(at_), line_, column_};
}

const Token& Lexer::peek() {
    if (!peeked_) {
        next_ = scan();
        peeked_ = true;
    }
    return next_;
}

Token Lexer::take() {
    Token token = peek();
    peeked_ = false;
    return token;
}

Token Lexer::scan() {
    while (at_ < content_.size()) {
        const char c = content_[at_];
        if (c == '#' || c == '!') {
            const std::size_t end = content_.find('\n', at_);
            advance((end == std::string_view::npos ? content_.size() : end) - at_);
            continue;
        }
        if (!is_blank(c)) {
            break;
        }
        if (c == '\0' && !nul_reported_) {
            nul_reported_ = true;
            reporter_->warning(here(), "the file holds NUL bytes; they are taken as blanks");
        }
        advance(1);
    }
    Token token;
    token.at = here();
    if (at_ >= content_.size()) {
        return token;
    }
    const char c = content_[at_];
    if (c == '\n') {
        token.kind = Token::Kind::newline;
        ++at_;
        ++line_;
        column_ = 1;
        return token;
    }
    if (c == '{' || c == '}') {
        token.kind = c == '{' ? Token::Kind::open : Token::Kind::close;
        token.raw = content_.substr(at_, 1);
        advance(1);
        return token;
    }
    if (c == '"') {
        return scan_quoted();
    }
    std::size_t end = at_;
    while (end < content_.size() && !ends_word(content_[end])) {
        ++end;
    }
    token.kind = Token::Kind::word;
    token.raw = content_.substr(at_, end - at_);
    advance(end - at_);
    return token;
}

Token Lexer::scan_quoted() {
    Token token;
    token.kind = Token::Kind::quoted;
    token.at = here();
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    bool closed = false;
    while (end < content_.size() && content_[end] != '\n') {
        if (content_[end] == '"') {
            if (end + 1 < content_.size() && content_[end + 1] == '"') {
                end += 2;
                continue;
            }
            closed = true;
            break;
        }
        ++end;
    }
    token.raw = content_.substr(begin, end - begin);
    if (!closed) {
        reporter_->error(token.at, "the closing quote is missing; the string ends with its line");
    }
    advance(end - at_ + (closed ? 1 : 0));
    return token;
}

}  // namespace mp::conf
