// SPDX-License-Identifier: GPL-2.0-or-later
// Messages about configuration text.
#include "conf/diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::conf {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Diagnostic, ShowsPlaceSentenceLineAndCaret) {
    const std::vector<ConfigFile> files = {{"multipath.conf", "defaults {\n\tverbosity x\n}\n"}};
    Reporter reporter(files);
    reporter.error({0, 22, 2, 12}, "'x' is not a number");
    const std::vector<Diagnostic> list = reporter.take();
    ASSERT_THAT(list, SizeIs(1));
    EXPECT_EQ(list[0].render(),
              "multipath.conf:2:12: error: 'x' is not a number\n"
              "    \tverbosity x\n"
              "    \t          ^\n");
}

TEST(Diagnostic, WithoutALineSpeaksOfTheFile) {
    const std::vector<ConfigFile> files = {{"a.conf", "x"}};
    Reporter reporter(files);
    reporter.note({0, 0, 0, 0}, "hello");
    EXPECT_EQ(reporter.take()[0].render(), "a.conf: note: hello\n");
}

TEST(Diagnostic, CleansWhatATerminalWouldInterpret) {
    const std::vector<ConfigFile> files = {{"a.conf", "\x1b[31m bad\xff"}};
    Reporter reporter(files);
    reporter.warning({0, 6, 1, 7}, "text");
    EXPECT_EQ(reporter.take()[0].source_line, "?[31m bad?");
    EXPECT_EQ(printable("a\x1b\tb\x80"), "a? b?");
    EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(Diagnostic, KeepsOnlyAWindowOfAVeryLongLine) {
    std::string line(1000000, 'a');
    line[500000] = 'X';
    const std::vector<ConfigFile> files = {{"a.conf", line}};
    Reporter reporter(files);
    reporter.warning({0, 500000, 1, 500001}, "here");
    const Diagnostic entry = reporter.take()[0];
    EXPECT_LT(entry.source_line.size(), 200U);
    ASSERT_GT(entry.caret, 0);
    EXPECT_EQ(entry.source_line[static_cast<std::size_t>(entry.caret) - 1], 'X');
    EXPECT_EQ(entry.column, 500001);
    EXPECT_THAT(entry.render(), HasSubstr("a.conf:1:500001: warning: here\n"));
}

TEST(Reporter, OrdersByFileAndPlace) {
    const std::vector<ConfigFile> files = {{"a.conf", "1\n2\n3\n"}, {"b.conf", "1\n"}};
    Reporter reporter(files);
    reporter.warning({1, 0, 1, 1}, "third");
    reporter.warning({0, 4, 3, 1}, "second");
    reporter.warning({0, 0, 1, 1}, "first");
    const std::vector<Diagnostic> list = reporter.take();
    ASSERT_THAT(list, SizeIs(3));
    EXPECT_EQ(list[0].text, "first");
    EXPECT_EQ(list[1].text, "second");
    EXPECT_EQ(list[2].text, "third");
}

TEST(Reporter, CountsWhatIsTooMuch) {
    const std::vector<ConfigFile> files = {{"a.conf", "x\n"}};
    Reporter reporter(files);
    for (std::size_t i = 0; i < Reporter::kMaxDiagnostics; ++i) {
        EXPECT_TRUE(reporter.accepts());
        reporter.warning({0, 0, 1, 1}, "again");
    }
    EXPECT_FALSE(reporter.accepts());
    reporter.warning({0, 0, 1, 1}, "again");
    reporter.count_only();
    const std::vector<Diagnostic> list = reporter.take();
    ASSERT_THAT(list, SizeIs(Reporter::kMaxDiagnostics + 1));
    EXPECT_THAT(list.back().text, HasSubstr("2 more"));
    EXPECT_THAT(list.front().text, Not(HasSubstr("more")));
}

}  // namespace
}  // namespace mp::conf
