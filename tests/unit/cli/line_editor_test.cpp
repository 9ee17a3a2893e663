// SPDX-License-Identifier: GPL-2.0-or-later
// What do keys make of a line?
#include "daemon/cli/line_editor.h"

#include <gmock/gmock.h>

namespace {

using mp::cli::EditedLine;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kUp = "\033[A";
constexpr const char* kDown = "\033[B";
constexpr const char* kRight = "\033[C";
constexpr const char* kLeft = "\033[D";

class LineEditor : public testing::Test {
protected:
    EditedLine::Outcome type(std::string_view keys) {
        EditedLine::Outcome outcome = EditedLine::Outcome::more;
        for (char key : keys) {
            outcome = line_.key(key);
        }
        return outcome;
    }
    std::vector<std::string> offered_;
    std::string asked_;
    EditedLine line_{[this](std::string_view before) {
        asked_ = before;
        return offered_;
    }};
};

TEST_F(LineEditor, CharactersGoWhereTheCursorIs) {
    type("shw");
    type(kLeft);
    type("o");
    EXPECT_EQ(line_.text(), "show");
    EXPECT_EQ(line_.cursor(), 3U);
    type("\x05 maps\x01>\x06\x06|");
    EXPECT_EQ(line_.text(), ">sh|ow maps");
    EXPECT_EQ(type("\r"), EditedLine::Outcome::done);
}

TEST_F(LineEditor, ErasingKeysEraseWhatTheySay) {
    type("show maps raw");
    type("\x17");
    EXPECT_EQ(line_.text(), "show maps ");
    type("\x7f\x7f\x08");
    EXPECT_EQ(line_.text(), "show ma");
    type("\x02\x02\x0b");
    EXPECT_EQ(line_.text(), "show ");
    type("\x01\x04\033[3~");
    EXPECT_EQ(line_.text(), "ow ");
    type("\x05\x15");
    EXPECT_EQ(line_.text(), "");
    type("\x7f\x17\x0b\x15");
    type(kLeft);
    type(kRight);
    EXPECT_EQ(line_.text(), "");
}

TEST_F(LineEditor, HistoryKeepsTheLineBeingWritten) {
    for (const char* text : {"one", "two", "two", " "}) {
        type(text);
        line_.next_line();
    }
    type("new");
    type(kUp);
    EXPECT_EQ(line_.text(), "two");
    type(kUp);
    type(kUp);
    EXPECT_EQ(line_.text(), "one");
    type(kDown);
    type(kDown);
    type(kDown);
    EXPECT_EQ(line_.text(), "new");
}

TEST_F(LineEditor, HistoryIsBounded) {
    for (std::size_t i = 0; i < EditedLine::kHistoryMax + 5; ++i) {
        type(std::to_string(i));
        line_.next_line();
    }
    for (std::size_t i = 0; i < EditedLine::kHistoryMax + 5; ++i) {
        type(kUp);
    }
    EXPECT_EQ(line_.text(), "5");
}

TEST_F(LineEditor, CompletionFillsInWhatIsCertain) {
    offered_ = {"show"};
    type("sh\t");
    EXPECT_EQ(asked_, "sh");
    EXPECT_EQ(line_.text(), "show ");
    offered_ = {"maps", "map"};
    type("m\t");
    EXPECT_EQ(line_.text(), "show map");
    EXPECT_THAT(line_.take_choices(), IsEmpty());
    type("\t");
    EXPECT_EQ(line_.text(), "show map");
    EXPECT_THAT(line_.take_choices(), ElementsAre("maps", "map"));
    offered_ = {};
    type("\t");
    EXPECT_THAT(line_.take_choices(), IsEmpty());
}

TEST_F(LineEditor, EndsAndInterruptsAreTold) {
    EXPECT_EQ(type("\x04"), EditedLine::Outcome::end);
    EXPECT_EQ(type("abc\x03"), EditedLine::Outcome::cancelled);
}

TEST_F(LineEditor, OddSequencesAndLongLinesDoNoHarm) {
    type("a\033[1;5Cb\033Oc\033[99999999999xd\033xe");
    EXPECT_EQ(type("\r"), EditedLine::Outcome::done);
    line_.next_line();
    type(std::string(10000, 'x'));
    EXPECT_EQ(line_.text().size(), 4096U);
}

}  // namespace
