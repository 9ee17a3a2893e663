// SPDX-License-Identifier: GPL-2.0-or-later
// A line of input with cursor, history and completion.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mp::cli {

/// What a key does to the line; knows no terminal.
class EditedLine {
public:
    /// The candidates for the word that ends at the cursor of `line_to_cursor`.
    using Completer = std::function<std::vector<std::string>(std::string_view line_to_cursor)>;
    static constexpr std::size_t kHistoryMax = 500;

    explicit EditedLine(Completer completer) : completer_(std::move(completer)) {}

    enum class Outcome { more, done, cancelled, end };
    /// One byte as a terminal sends it; arrow keys come as several. `done`: text() is a line.
    Outcome key(char byte);
    const std::string& text() const { return text_; }
    std::size_t cursor() const { return cursor_; }
    /// Candidates that the last key could not choose between; to be shown once.
    std::vector<std::string> take_choices() { return std::exchange(choices_, {}); }
    /// Forgets the line and remembers it in the history.
    void next_line();

private:
    Outcome control(char byte);
    void escape(char byte);
    void complete();
    void erase(std::size_t from, std::size_t to);
    void recall(std::size_t index);
    std::size_t word_begin() const;

    Completer completer_;
    std::string text_;
    std::size_t cursor_ = 0;
    std::string sequence_;  ///< of an escape sequence that has begun
    std::vector<std::string> history_;
    std::size_t recalled_ = 0;  ///< index into history_; its size: the line being written
    std::string written_;       ///< that line while another is shown
    std::vector<std::string> choices_;
};

/// Reads one line from the terminal on standard input. Unset at its end; "" after an interrupt.
std::optional<std::string> read_edited(EditedLine& line, std::string_view prompt);

}  // namespace mp::cli
