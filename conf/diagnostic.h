// SPDX-License-Identifier: GPL-2.0-or-later
// Messages about configuration text: each names file, line and column and can show the line with a
// caret. A Reporter collects them, bounded, while the texts they point into are still at hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mp::conf {

/// One message about the configuration, with the place it speaks of.
struct Diagnostic {
    enum class Severity { error, warning, note } severity = Severity::warning;
    std::string file;
    int line = 0;    ///< 1-based; 0: the whole file
    int column = 0;  ///< 1-based
    std::string text;
    std::string
        source_line;  ///< the line as written (a window of it when very long), for the caret
    int caret = 0;    ///< 1-based column of the caret inside source_line; 0: as `column`
    /// "file:line:column: warning: text", the source line and a caret under the column.
    std::string render() const;
};

struct ConfigFile {
    std::string name;  ///< as shown in diagnostics
    std::string content;
};

/// A place in one of the files that are being read.
struct Location {
    std::uint32_t file = 0;    ///< index into the list of files
    std::uint32_t offset = 0;  ///< of the byte, from 0
    std::uint32_t line = 0;    ///< 1-based; 0: no place, a built-in value
    std::uint32_t column = 0;  ///< 1-based
};

/// Collects diagnostics; after kMaxDiagnostics the rest is only counted.
class Reporter {
public:
    static constexpr std::size_t kMaxDiagnostics = 1000;  ///< more helps nobody and costs memory

    /// `files` must outlive the reporter.
    explicit Reporter(const std::vector<ConfigFile>& files) : files_(&files) {}

    void error(const Location& at, std::string text);
    void warning(const Location& at, std::string text);
    void note(const Location& at, std::string text);
    /// False: messages are only counted by now, so their texts need not be made.
    bool accepts() const { return list_.size() < kMaxDiagnostics; }
    void count_only() { ++dropped_; }
    /// The messages, ordered by file and line, with a last one that says how many were left out.
    std::vector<Diagnostic> take();

private:
    void add(Diagnostic::Severity severity, const Location& at, std::string text);

    const std::vector<ConfigFile>* files_;
    std::vector<std::pair<Location, Diagnostic>> list_;
    std::size_t dropped_ = 0;
};

/// Text made fit for a terminal: control and non-ASCII bytes become '?', long text is cut.
std::string printable(std::string_view text, std::size_t max_bytes = 80);

}  // namespace mp::conf
