// SPDX-License-Identifier: GPL-2.0-or-later
// What does a request mean, and how is a wrong one answered?
#include "daemon/api/grammar.h"

#include <gmock/gmock.h>

#include "daemon/api/version.h"
#include "daemon/base/strings.h"

namespace {

using mp::api::Change;
using mp::api::parse_request;
using mp::api::Quit;
using mp::api::Refusal;
using mp::api::Request;
using mp::api::Show;
using mp::api::ShowWhat;
using mp::model::Verb;
using testing::HasSubstr;
using testing::StartsWith;

Show shown(std::string_view text) {
    Request request = parse_request(text);
    EXPECT_TRUE(std::holds_alternative<Show>(request)) << text;
    return std::holds_alternative<Show>(request) ? std::get<Show>(request) : Show{};
}

mp::model::Command changed(std::string_view text) {
    Request request = parse_request(text);
    EXPECT_TRUE(std::holds_alternative<Change>(request)) << text;
    return std::holds_alternative<Change>(request) ? std::get<Change>(request).command
                                                   : mp::model::Command{};
}

std::string refused(std::string_view text) {
    Request request = parse_request(text);
    EXPECT_TRUE(std::holds_alternative<Refusal>(request)) << text;
    return std::holds_alternative<Refusal>(request) ? std::get<Refusal>(request).reply : "";
}

TEST(Grammar, EachRowOfTheTableParsesToItself) {
    for (const mp::api::CommandForm& form : mp::api::command_table()) {
        std::string text;
        for (std::string_view word : mp::split_words(form.syntax)) {
            text += word.front() == '$' ? "x1" : std::string(mp::split(word, '|').back());
            text += ' ';
        }
        Request request = parse_request(text);
        switch (form.kind) {
            case mp::api::CommandKind::show:
                ASSERT_TRUE(std::holds_alternative<Show>(request)) << text;
                EXPECT_EQ(std::get<Show>(request).what, form.what) << text;
                EXPECT_EQ(std::get<Show>(request).raw, form.raw) << text;
                EXPECT_FALSE(form.root) << text;
                break;
            case mp::api::CommandKind::change:
                ASSERT_TRUE(std::holds_alternative<Change>(request)) << text;
                EXPECT_EQ(std::get<Change>(request).command.verb, form.verb) << text;
                EXPECT_TRUE(form.root) << text;
                break;
            case mp::api::CommandKind::quit:
                EXPECT_TRUE(std::holds_alternative<Quit>(request)) << text;
                break;
        }
    }
}

TEST(Grammar, FormatsBelongToTheFormThatWasAsked) {
    EXPECT_EQ(shown("show paths").format, "%i %d %D %p %t %T %o %C");
    EXPECT_EQ(shown("show maps").format, "%n %d %w");
    EXPECT_EQ(shown("show maps status").format, "%n %F %Q %N %t %r");
    EXPECT_EQ(shown("show maps stats").format, "%n %0 %1 %2 %3 %4");
    EXPECT_EQ(shown("show paths raw format \" %w,%d \"").format, " %w,%d ");
    EXPECT_EQ(shown("show paths format /dev/%d").format, "/dev/%d");
    EXPECT_TRUE(shown("show paths raw format %d").raw);
    EXPECT_FALSE(shown("show paths format %d").raw);
}

TEST(Grammar, ClientsMaySendNulNewlineOrNothingAtTheEnd) {
    EXPECT_EQ(shown("list maps").what, ShowWhat::maps);
    EXPECT_EQ(shown("list maps\n").what, ShowWhat::maps);
    EXPECT_EQ(shown(std::string("list maps\0", 10)).what, ShowWhat::maps);
}

TEST(Grammar, DeviceNodesLoseTheirFolder) {
    EXPECT_EQ(changed("fail path /dev/sda").target, "sda");
    EXPECT_EQ(changed("resize map /dev/mapper/mpatha").target, "mpatha");
    EXPECT_EQ(changed("resize map /dev/dm-3").target, "dm-3");
    EXPECT_EQ(changed("add path 8:16").target, "8:16");
    EXPECT_EQ(changed("add path /dev/").target, "/dev/");
}

TEST(Grammar, ArgumentsReachTheCommand) {
    EXPECT_EQ(changed("switchgroup multipath mpatha group 2").argument, "2");
    EXPECT_EQ(changed("switch map mpatha group 2").target, "mpatha");
    EXPECT_EQ(changed("setprkey map a key 0x1:aptpl").argument, "0x1:aptpl");
    EXPECT_EQ(changed("setprstatus map a pathlist \"8:0 8:16\"").argument, "8:0 8:16");
    EXPECT_EQ(changed("setprstatus map a").argument, "");
    EXPECT_EQ(changed("del map \"two words\"").target, "two words");
}

TEST(Grammar, WordsMayBeCutToAUniquePrefix) {
    EXPECT_EQ(shown("sho topo").what, ShowWhat::maps_topology);
    EXPECT_EQ(shown("li dae").what, ShowWhat::daemon);
    EXPECT_EQ(changed("reinst path sda").verb, Verb::reinstate_path);
    EXPECT_EQ(changed("rec al").verb, Verb::reconfigure_all);
    EXPECT_EQ(changed("sw map a gr 1").verb, Verb::switch_group);
}

TEST(Grammar, AmbiguousPrefixesAreRefused) {
    for (std::string_view text : {"sh daemon", "s", "re", "show pat sda", "show m", "show st"}) {
        EXPECT_THAT(refused(text), StartsWith("fail\n")) << text;
    }
}

TEST(Grammar, ExactWordWinsOverLongerOnes) {
    EXPECT_EQ(shown("show map mpatha json").what, ShowWhat::map_json);
    EXPECT_EQ(shown("show maps json").what, ShowWhat::maps_json);
}

TEST(Grammar, ModifiersHaveOneOrder) {
    EXPECT_THAT(refused("show paths format %d raw"), StartsWith("fail\n"));
    EXPECT_THAT(refused("paths show"), StartsWith("fail\n"));
    EXPECT_THAT(refused("show paths paths"), StartsWith("fail\n"));
}

TEST(Grammar, UnknownCommandIsAnsweredByTheHelp) {
    std::string reply = refused("?");
    EXPECT_THAT(reply, StartsWith("fail\n?: not found\nmultipath-tools v0.14.3 (02/05, 2026)\n"
                                  "CLI commands reference:\n list|show paths "));
    EXPECT_THAT(reply, HasSubstr(" switch|switchgroup map|multipath $map group $group "));
    EXPECT_THAT(reply, HasSubstr(std::string(mp::api::kProduct)));
    EXPECT_THAT(refused("help"), StartsWith("fail\nhelp: not found\n"));
}

TEST(Grammar, UnknownWordBeforeTheLastIsAnsweredByTheHelpToo) {
    EXPECT_THAT(refused("show foo bar"),
                StartsWith("fail\nshow foo bar: not found\nmultipath-tools v"));
}

TEST(Grammar, MissingArgumentIsNamed) {
    EXPECT_THAT(refused("show path"),
                StartsWith("fail\nshow path: Missing argument\nmultipath-tools v"));
    EXPECT_THAT(refused("show paths format"),
                StartsWith("fail\nshow paths format: Missing argument\n"));
}

TEST(Grammar, EmptyRequestsAreRefused) {
    for (std::string_view text : {"", "\n", "#", "\"\"", "show \"\""}) {
        EXPECT_THAT(refused(text), StartsWith("fail\n")) << text;
    }
}

TEST(Grammar, ReplyToGarbageIsPrintableAndShort) {
    std::string garbage(5000, '\x01');
    std::string reply = refused("\x1b[31m" + garbage);
    EXPECT_LT(reply.find(": not found"), 200U);
    EXPECT_EQ(reply.find('\x1b'), std::string::npos);
    EXPECT_EQ(reply.find('\x01'), std::string::npos);
}

TEST(Grammar, D30TooLongRequestsAreRefusedAndTheLongestIsNot) {
    std::string list = "setprstatus map a pathlist \"";
    list.append(mp::api::kRequestMaxBytes - list.size() - 1, '1');
    EXPECT_EQ(changed(list + "\"").verb, Verb::set_pr_status);
    EXPECT_EQ(refused(list + "1\""), "fail\nrequest is longer than 65536 bytes\n");
}

}  // namespace
