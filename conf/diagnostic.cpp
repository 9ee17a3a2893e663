// SPDX-License-Identifier: GPL-2.0-or-later
// How is a fault in the configuration shown? As compilers do: place, severity, sentence, the line
// as it was written and a caret. The bytes of the file are not trusted: what is quoted is cleaned
// of control characters first (a configuration file must not be able to drive a terminal), and of a
// line of megabytes only a window round the column is kept, so that a thousand messages about one
// endless line stay small.
#include "conf/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mp::conf {
namespace {

constexpr std::size_t kWindowBefore = 80;
constexpr std::size_t kWindowAfter = 80;

const char* severity_text(Diagnostic::Severity severity) {
    switch (severity) {
        case Diagnostic::Severity::error:
            return "error";
        case Diagnostic::Severity::warning:
            return "warning";
        case Diagnostic::Severity::note:
            return "note";
    }
    return "warning";
}

char printable_char(char c) {
    return (c >= ' ' && c <= '~') || c == '\t' ? c : '?';
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string out(text.substr(0, max_bytes));
    for (char& c : out) {
        c = c == '\t' ? ' ' : printable_char(c);
    }
    if (text.size() > max_bytes) {
        out += "...";
    }
    return out;
}

std::string Diagnostic::render() const {
    std::string out = file;
    if (line > 0) {
        out += fmt::format(":{}:{}", line, column);
    }
    out += fmt::format(": {}: {}\n", severity_text(severity), text);
    if (line == 0) {
        return out;
    }
    std::string pad;
    const int at = caret > 0 ? caret : column;
    for (int i = 0; i + 1 < at; ++i) {
        const bool tab = static_cast<std::size_t>(i) < source_line.size() &&
                         source_line[static_cast<std::size_t>(i)] == '\t';
        pad += tab ? '\t' : ' ';
    }
    out += "    " + source_line + "\n    " + pad + "^\n";
    return out;
}

void Reporter::error(const Location& at, std::string text) {
    add(Diagnostic::Severity::error, at, std::move(text));
}
void Reporter::warning(const Location& at, std::string text) {
    add(Diagnostic::Severity::warning, at, std::move(text));
}
void Reporter::note(const Location& at, std::string text) {
    add(Diagnostic::Severity::note, at, std::move(text));
}

void Reporter::add(Diagnostic::Severity severity, const Location& at, std::string text) {
    if (!accepts()) {
        count_only();
        return;
    }
    Diagnostic entry;
    entry.severity = severity;
    entry.line = static_cast<int>(at.line);
    entry.column = static_cast<int>(at.column);
    entry.text = std::move(text);
    if (at.line == 0) {
        entry.file = at.file < files_->size() ? (*files_)[at.file].name : "(built-in)";
    } else {
        const ConfigFile& file = (*files_)[at.file];
        const std::string_view content = file.content;
        entry.file = file.name;
        std::size_t begin = std::min<std::size_t>(at.offset, content.size());
        std::size_t before = 0;
        while (begin > 0 && content[begin - 1] != '\n' && before < kWindowBefore) {
            --begin;
            ++before;
        }
        std::size_t end = begin;
        while (end < content.size() && content[end] != '\n' &&
               end - begin < before + kWindowAfter) {
            ++end;
        }
        entry.source_line = std::string(content.substr(begin, end - begin));
        for (char& c : entry.source_line) {
            c = printable_char(c);
        }
        entry.caret = static_cast<int>(before) + 1;
    }
    list_.emplace_back(at, std::move(entry));
}

std::vector<Diagnostic> Reporter::take() {
    std::ranges::stable_sort(list_, [](const auto& a, const auto& b) {
        return std::pair(a.first.file, a.first.offset) < std::pair(b.first.file, b.first.offset);
    });
    std::vector<Diagnostic> out;
    out.reserve(list_.size() + 1);
    for (auto& [at, entry] : list_) {
        out.push_back(std::move(entry));
    }
    if (dropped_ > 0) {
        Diagnostic rest;
        rest.severity = Diagnostic::Severity::note;
        rest.file = out.back().file;
        rest.text = fmt::format("{} more messages are not shown", dropped_);
        out.push_back(std::move(rest));
    }
    list_.clear();
    dropped_ = 0;
    return out;
}

}  // namespace mp::conf
