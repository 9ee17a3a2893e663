// SPDX-License-Identifier: GPL-2.0-or-later
// How is a command typed comfortably without a library that has its own opinion on prompts? The
// usual keys: arrows, home and end, control-A E B F K U W D P N, tab. The terminal is in raw mode
// only while a line is read. Input that is no terminal never comes here.
#include "daemon/cli/line_editor.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "daemon/base/strings.h"

namespace mp::cli {
namespace {

constexpr char kEscape = 27;
constexpr char kDelete = 127;
constexpr std::size_t kLineMax = 4096;

constexpr char control_key(char letter) {
    return static_cast<char>(letter & 0x1f);
}

std::string common_begin(const std::vector<std::string>& words) {
    std::string out = words.front();
    for (const std::string& word : words) {
        const auto end = std::mismatch(out.begin(), out.end(), word.begin(), word.end()).first;
        out.erase(end, out.end());
    }
    return out;
}

/// Raw mode for as long as it lives.
class RawTerminal {
public:
    RawTerminal() : good_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        termios raw = before_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
        raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        if (good_) {
            ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
        }
    }
    ~RawTerminal() {
        if (good_) {
            ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
        }
    }
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

private:
    termios before_{};
    bool good_;
};

void show(const EditedLine& line, std::string_view prompt) {
    std::string out = "\r" + std::string(prompt) + line.text() + "\033[K";
    std::size_t back = line.text().size() - line.cursor();
    if (back > 0) {
        out += "\033[" + std::to_string(back) + "D";
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
}

}  // namespace

EditedLine::Outcome EditedLine::key(char byte) {
    if (!sequence_.empty()) {
        escape(byte);
        return Outcome::more;
    }
    unsigned char code = static_cast<unsigned char>(byte);
    if (code < ' ' || byte == kDelete) {
        return control(byte);
    }
    if (text_.size() < kLineMax) {
        text_.insert(cursor_, 1, byte);
        ++cursor_;
    }
    return Outcome::more;
}

EditedLine::Outcome EditedLine::control(char byte) {
    switch (byte) {
        case '\r':
        case '\n':
            return Outcome::done;
        case control_key('C'):
            return Outcome::cancelled;
        case control_key('D'):
            if (text_.empty()) {
                return Outcome::end;
            }
            erase(cursor_, cursor_ + 1);
            break;
        case kEscape:
            sequence_ = byte;
            break;
        case kDelete:
        case control_key('H'):
            erase(cursor_ == 0 ? 0 : cursor_ - 1, cursor_);
            break;
        case '\t':
            complete();
            break;
        case control_key('A'):
            cursor_ = 0;
            break;
        case control_key('E'):
            cursor_ = text_.size();
            break;
        case control_key('B'):
            cursor_ -= cursor_ > 0 ? 1 : 0;
            break;
        case control_key('F'):
            cursor_ += cursor_ < text_.size() ? 1 : 0;
            break;
        case control_key('K'):
            erase(cursor_, text_.size());
            break;
        case control_key('U'):
            erase(0, cursor_);
            break;
        case control_key('W'):
            erase(word_begin(), cursor_);
            break;
        case control_key('P'):
            recall(recalled_ == 0 ? 0 : recalled_ - 1);
            break;
        case control_key('N'):
            recall(std::min(recalled_ + 1, history_.size()));
            break;
        default:
            break;
    }
    return Outcome::more;
}

// ESC [ or ESC O, digits, and a letter or '~' at the end.
void EditedLine::escape(char byte) {
    constexpr std::size_t kSequenceMax = 8;
    sequence_ += byte;
    bool inside = sequence_.size() == 2 ? byte == '[' || byte == 'O'
                                        : (byte >= '0' && byte <= '9') || byte == ';';
    if (inside && sequence_.size() < kSequenceMax) {
        return;
    }
    std::string sequence = std::exchange(sequence_, "");
    if (sequence == "\033[3~") {
        erase(cursor_, cursor_ + 1);
        return;
    }
    const std::pair<std::string_view, char> keys[] = {{"A", 'P'}, {"B", 'N'}, {"C", 'F'},
                                                      {"D", 'B'}, {"H", 'A'}, {"F", 'E'}};
    for (const auto& [end, letter] : keys) {
        if (sequence.size() == 3 && sequence.substr(2) == end) {
            control(control_key(letter));
        }
    }
}

void EditedLine::complete() {
    std::string_view before = std::string_view(text_).substr(0, cursor_);
    std::vector<std::string> words = completer_ ? completer_(before) : std::vector<std::string>();
    if (words.empty()) {
        return;
    }
    std::size_t space = before.find_last_of(" \t");
    std::size_t begin = space == std::string_view::npos ? 0 : space + 1;
    std::string found = common_begin(words);
    if (words.size() == 1) {
        found += ' ';
    } else if (found.size() <= cursor_ - begin) {
        choices_ = std::move(words);
        return;
    }
    text_.replace(begin, cursor_ - begin, found);
    cursor_ = begin + found.size();
}

void EditedLine::erase(std::size_t from, std::size_t to) {
    to = std::min(to, text_.size());
    text_.erase(from, to - from);
    cursor_ = from;
}

std::size_t EditedLine::word_begin() const {
    std::size_t at = cursor_;
    while (at > 0 && text_[at - 1] == ' ') {
        --at;
    }
    while (at > 0 && text_[at - 1] != ' ') {
        --at;
    }
    return at;
}

void EditedLine::recall(std::size_t index) {
    if (index == recalled_) {
        return;
    }
    if (recalled_ == history_.size()) {
        written_ = text_;
    }
    recalled_ = index;
    text_ = index == history_.size() ? written_ : history_[index];
    cursor_ = text_.size();
}

void EditedLine::next_line() {
    bool worth = !trim(text_).empty() && (history_.empty() || history_.back() != text_);
    if (worth) {
        history_.push_back(text_);
    }
    if (history_.size() > kHistoryMax) {
        history_.erase(history_.begin());
    }
    text_.clear();
    written_.clear();
    sequence_.clear();
    cursor_ = 0;
    recalled_ = history_.size();
}

std::optional<std::string> read_edited(EditedLine& line, std::string_view prompt) {
    RawTerminal raw;
    show(line, prompt);
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) == 1) {
        EditedLine::Outcome outcome = line.key(byte);
        std::vector<std::string> choices = line.take_choices();
        if (!choices.empty()) {
            std::printf("\n%s\n", join(choices, "  ").c_str());
        }
        if (outcome == EditedLine::Outcome::more) {
            show(line, prompt);
            continue;
        }
        std::fputs("\n", stdout);
        std::fflush(stdout);
        if (outcome == EditedLine::Outcome::end) {
            return std::nullopt;
        }
        std::string text = outcome == EditedLine::Outcome::done ? line.text() : "";
        line.next_line();
        return text;
    }
    return std::nullopt;
}

}  // namespace mp::cli
