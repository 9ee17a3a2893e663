// SPDX-License-Identifier: GPL-2.0-or-later
// Which sections and statements does a configuration file hold? A recursive-descent parser:
//
//     body      = { statement }
//     statement = word "{" body "}"              a section
//               | word value end-of-line         a setting
//
// Installed files are full of small faults that have always been forgiven, so nothing here is
// fatal: an opening brace on the next line, words after a value, closing braces too many or too
// few. Each is reported and the most likely meaning is taken. A section name that can only stand
// outermost, or `device {` directly inside `device {`, shows that a "}" was forgotten before it.
//
// In a section that is opened and closed on one line, `defaults { verbosity 3 reassign_maps no }`,
// key and value pairs follow each other without line ends.
#include "conf/grammar/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mp::conf {
namespace {

class Parser {
public:
    Parser(Lexer lexer, std::span<const std::string_view> outermost, Reporter& reporter)
        : lexer_(lexer), outermost_(outermost), reporter_(reporter) {}

    Section parse() {
        Section root;
        parse_body(root, 0);
        return root;
    }

private:
    using Kind = Token::Kind;

    /// Reads up to and including the "}" of `section` (depth > 0) or up to the end of the file.
    void parse_body(Section& section, int depth) {
        bool one_line = depth > 0;
        while (true) {
            const Token token = lexer_.peek();
            switch (token.kind) {
                case Kind::newline:
                    lexer_.take();
                    one_line = false;
                    break;
                case Kind::end:
                    if (depth > 0) {
                        reporter_.error(section.at, fmt::format("section '{}' is not closed: '}}' "
                                                                "is missing at the end of the file",
                                                                printable(section.name)));
                    }
                    return;
                case Kind::close:
                    lexer_.take();
                    if (depth > 0) {
                        return;
                    }
                    reporter_.warning(token.at, "'}' without an open section");
                    break;
                case Kind::open:
                    lexer_.take();
                    reporter_.warning(token.at,
                                      "'{' without the name of a section; what it holds "
                                      "is ignored");
                    skip_block();
                    break;
                case Kind::word:
                case Kind::quoted:
                    if (shows_missing_close(section, token, depth)) {
                        return;
                    }
                    parse_statement(section, depth, one_line);
                    break;
            }
        }
    }

    bool shows_missing_close(const Section& section, const Token& token, int depth) {
        const bool outermost =
            depth > 0 && std::ranges::find(outermost_, token.raw) != outermost_.end();
        const bool sibling = depth > 1 && token.raw == section.name;
        if (token.kind != Kind::word || !(outermost || sibling)) {
            return false;
        }
        reporter_.warning(token.at, fmt::format("'}}' is missing before this line: section '{}' of "
                                                "line {} is still open",
                                                printable(section.name), section.at.line));
        return true;
    }

    void parse_statement(Section& section, int depth, bool one_line) {
        const Token key = lexer_.take();
        if (lexer_.peek().kind == Kind::open) {
            parse_section(section, key, depth);
            return;
        }
        Statement statement{key.raw, key.at, {}};
        if (lexer_.peek().is_value()) {
            statement.value = lexer_.take();
            if (!one_line && skip_extra_words()) {
                parse_section(section, key, depth);
                return;
            }
            section.statements.push_back(statement);
            return;
        }
        if (lexer_.peek().kind == Kind::newline) {
            while (lexer_.peek().kind == Kind::newline) {
                lexer_.take();
            }
            if (lexer_.peek().kind == Kind::open) {
                reporter_.note(lexer_.peek().at, fmt::format("the '{{' of section '{}' belongs on "
                                                             "the line of its name",
                                                             printable(key.raw)));
                parse_section(section, key, depth);
                return;
            }
        }
        section.statements.push_back(statement);
    }

    /// Skips words after a value. True when they end in "{": then the key names a section.
    bool skip_extra_words() {
        const Token first = lexer_.peek();
        if (!first.is_value() && first.kind != Kind::open) {
            return false;
        }
        while (lexer_.peek().is_value()) {
            lexer_.take();
        }
        const bool opens = lexer_.peek().kind == Kind::open;
        reporter_.warning(first.at,
                          opens ? "a word between the name of a section and its '{' is ignored"
                                : "words after the value are ignored; quote a value with blanks");
        return opens;
    }

    void parse_section(Section& parent, const Token& name, int depth) {
        lexer_.take();  // the opening brace
        if (depth + 1 > kMaxDepth) {
            reporter_.warning(name.at, "sections are nested too deeply; this one is ignored");
            skip_block();
            return;
        }
        Section section;
        section.name = name.raw;
        section.at = name.at;
        parse_body(section, depth + 1);
        parent.sections.push_back(std::move(section));
    }

    /// Skips to the "}" that belongs to the "{" just taken.
    void skip_block() {
        std::size_t open = 1;
        while (open > 0 && lexer_.peek().kind != Kind::end) {
            const Kind kind = lexer_.take().kind;
            open += kind == Kind::open ? 1U : 0U;
            open -= kind == Kind::close ? 1U : 0U;
        }
    }

    Lexer lexer_;
    std::span<const std::string_view> outermost_;
    Reporter& reporter_;
};

}  // namespace

Section parse_tree(std::string_view content, std::uint32_t file,
                   std::span<const std::string_view> outermost, Reporter& reporter) {
    if (content.size() > kMaxFileBytes) {
        reporter.error({file, 0, 0, 0}, "the file is too large and is ignored");
        return {};
    }
    return Parser(Lexer(content, file, reporter), outermost, reporter).parse();
}

}  // namespace mp::conf
