// SPDX-License-Identifier: GPL-2.0-or-later
// Is every command of the field still there, with its words, its permission and its kind of answer?
// The tables here are written by hand and not made from the tables that they test: a row or a
// letter that is lost from those is missed here.
#include "daemon/api/commands.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "daemon/api/answer.h"
#include "daemon/api/fields.h"
#include "daemon/api/grammar.h"
#include "daemon/base/strings.h"
#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using mp::api::answer;
using mp::api::Caller;
using mp::api::Handled;
using mp::model::Command;
using mp::model::Verb;
using testing::StartsWith;

/// All spellings of a request in which '|' separates words that mean the same.
std::vector<std::string> spellings(std::string_view syntax) {
    std::vector<std::string> out = {""};
    bool quoted = false;
    for (std::string_view part : mp::split(syntax, ' ')) {
        const std::vector<std::string_view> words = quoted || mp::starts_with(part, "\"")
                                                        ? std::vector<std::string_view>{part}
                                                        : mp::split(part, '|');
        quoted = quoted != (std::ranges::count(part, '"') % 2 == 1);
        std::vector<std::string> longer;
        for (const std::string& begin : out) {
            for (std::string_view word : words) {
                longer.push_back(begin + (begin.empty() ? "" : " ") + std::string(word));
            }
        }
        out = std::move(longer);
    }
    return out;
}

Handled ask(const std::string& request, bool root) {
    return answer(request, Caller{root, kSampleTime, 4711}, sample());
}

std::string text_of(const Handled& handled) {
    const std::string* text = std::get_if<std::string>(&handled);
    return text == nullptr ? "a command" : *text;
}

struct Question {
    const char* request;
    const char* reply;  ///< how it begins
};

constexpr Question kQuestions[] = {
    {"list|show paths", "hcil       dev  dev_t pri dm_st  chk_st dev_st  next_check"},
    {"list|show paths format \"%d %D\"", "dev  dev_t\nsda  8:0"},
    {"list|show paths raw format \"%d %D\"", "sda 8:0\nsdb 8:16\n"},
    {"list|show path sda", "running\n"},
    {"list|show maps|multipaths", "name                              sysfs uuid"},
    {"list|show maps|multipaths format \"%d %N\"", "sysfs paths\ndm-0  2"},
    {"list|show maps|multipaths raw format \"%d %N\"", "dm-0 2\ndm-11 1\n"},
    {"list|show maps|multipaths status",
     "name                              failback        queueing paths dm-st  write_prot"},
    {"list|show maps|multipaths stats",
     "name                              path_faults switch_grp map_loads total_q_time q_timeouts"},
    {"list|show maps|multipaths topology", "mpatha (36001405aaa"},
    {"list|show maps|multipaths json",
     "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n   \"maps\": [{\n"},
    {"list|show topology", "mpatha (36001405aaa"},
    {"list|show native", "ok\n"},  // the sample has none
    {"list|show map|multipath mpatha topology", "mpatha (36001405aaa"},
    {"list|show map|multipath mpatha format \"%d %N\"", "dm-0  2\n"},
    {"list|show map|multipath mpatha raw format \"%d %N\"", "dm-0  2\n"},
    {"list|show map|multipath mpatha json",
     "{\n   \"major_version\": 0,\n   \"minor_version\": 1,\n   \"map\":{\n"},
    {"list|show status", "path checker states:\n"},
    {"list|show daemon", "pid 4711 running\n"},
    {"list|show config", "ok\n"},  // the sample has none
    {"list|show config local", "ok\n"},
    {"list|show blacklist", "ok\n"},
    {"list|show devices", "available block devices:\n    sda  devnode whitelisted, monitored\n"},
    {"list|show wildcards", "multipath format wildcards:\n%n  name\n"},
};

TEST(Commands, EveryQuestionOfTheFieldIsAnsweredToEverybody) {
    for (const Question& row : kQuestions) {
        for (const std::string& request : spellings(row.request)) {
            EXPECT_THAT(text_of(ask(request, false)), StartsWith(row.reply)) << request;
            EXPECT_EQ(text_of(ask(request, true)), text_of(ask(request, false))) << request;
        }
    }
}

struct Order {
    const char* request;
    Verb verb;
    const char* target = "";
    const char* argument = "";
};

constexpr Order kOrders[] = {
    {"reset maps|multipaths stats", Verb::reset_maps_stats},
    {"reset map|multipath mpatha stats", Verb::reset_map_stats, "mpatha"},
    {"reset map|multipath mpatha", Verb::reset_map, "mpatha"},
    {"add path sda", Verb::add_path, "sda"},
    {"remove|del path sda", Verb::remove_path, "sda"},
    {"add map|multipath mpatha", Verb::add_map, "mpatha"},
    {"remove|del map|multipath mpatha", Verb::remove_map, "mpatha"},
    {"remove|del maps|multipaths", Verb::remove_maps},
    {"switch|switchgroup map|multipath mpatha group 2", Verb::switch_group, "mpatha", "2"},
    {"suspend map|multipath mpatha", Verb::suspend_map, "mpatha"},
    {"resume map|multipath mpatha", Verb::resume_map, "mpatha"},
    {"resize map|multipath mpatha", Verb::resize_map, "mpatha"},
    {"reload map|multipath mpatha", Verb::reload_map, "mpatha"},
    {"reinstate path 8:0", Verb::reinstate_path, "8:0"},
    {"fail path /dev/sda", Verb::fail_path, "sda"},
    {"disablequeueing map|multipath mpatha", Verb::disable_queueing_map, "mpatha"},
    {"disablequeueing maps|multipaths", Verb::disable_queueing_maps},
    {"restorequeueing map|multipath mpatha", Verb::restore_queueing_map, "mpatha"},
    {"restorequeueing maps|multipaths", Verb::restore_queueing_maps},
    {"forcequeueing daemon", Verb::force_queueing_daemon},
    {"restorequeueing daemon", Verb::restore_queueing_daemon},
    {"reconfigure", Verb::reconfigure},
    {"reconfigure all", Verb::reconfigure_all},
    {"shutdown", Verb::shutdown},
    {"getprstatus map|multipath mpatha", Verb::get_pr_status, "mpatha"},
    {"setprstatus map|multipath mpatha", Verb::set_pr_status, "mpatha"},
    {"setprstatus map|multipath mpatha pathlist \"8:0 8:16\"", Verb::set_pr_status, "mpatha",
     "8:0 8:16"},
    {"unsetprstatus map|multipath mpatha", Verb::unset_pr_status, "mpatha"},
    {"getprkey map|multipath mpatha", Verb::get_pr_key, "mpatha"},
    {"setprkey map|multipath mpatha key 0x1:aptpl", Verb::set_pr_key, "mpatha", "0x1:aptpl"},
    {"unsetprkey map|multipath mpatha", Verb::unset_pr_key, "mpatha"},
    {"getprhold map|multipath mpatha", Verb::get_pr_hold, "mpatha"},
    {"setprhold map|multipath mpatha", Verb::set_pr_hold, "mpatha"},
    {"unsetprhold map|multipath mpatha", Verb::unset_pr_hold, "mpatha"},
    {"setmarginal path sda", Verb::set_marginal_path, "sda"},
    {"unsetmarginal path sda", Verb::unset_marginal_path, "sda"},
    {"unsetmarginal map|multipath mpatha", Verb::unset_marginal_map, "mpatha"},
};

TEST(Commands, EveryOrderOfTheFieldReachesTheEngineFromRootAlone) {
    for (const Order& row : kOrders) {
        for (const std::string& request : spellings(row.request)) {
            EXPECT_EQ(text_of(ask(request, false)), "fail\npermission deny: need to be root\n")
                << request;
            const Handled handled = ask(request, true);
            const Command* command = std::get_if<Command>(&handled);
            ASSERT_NE(command, nullptr) << request << ": " << text_of(handled);
            EXPECT_EQ(command->verb, row.verb) << request;
            EXPECT_EQ(command->target, row.target) << request;
            EXPECT_EQ(command->argument, row.argument) << request;
        }
    }
}

TEST(Commands, LeavingIsAnswered) {
    for (const char* request : {"quit", "exit"}) {
        EXPECT_EQ(text_of(ask(request, true)), "ok\n") << request;
        EXPECT_EQ(text_of(ask(request, false)), "fail\npermission deny: need to be root\n");
    }
}

/// Words of the field; those of one row mean the same.
const std::vector<std::vector<std::string>> kWords = {{"list", "show"},
                                                      {"add"},
                                                      {"remove", "del"},
                                                      {"switch", "switchgroup"},
                                                      {"suspend"},
                                                      {"resume"},
                                                      {"resize"},
                                                      {"reset"},
                                                      {"reload"},
                                                      {"forcequeueing"},
                                                      {"disablequeueing"},
                                                      {"restorequeueing"},
                                                      {"paths"},
                                                      {"maps", "multipaths"},
                                                      {"path"},
                                                      {"map", "multipath"},
                                                      {"group"},
                                                      {"reconfigure"},
                                                      {"daemon"},
                                                      {"status"},
                                                      {"stats"},
                                                      {"topology"},
                                                      {"config"},
                                                      {"blacklist"},
                                                      {"devices"},
                                                      {"raw"},
                                                      {"wildcards"},
                                                      {"quit", "exit"},
                                                      {"shutdown"},
                                                      {"getprstatus"},
                                                      {"setprstatus"},
                                                      {"unsetprstatus"},
                                                      {"format"},
                                                      {"json"},
                                                      {"getprkey"},
                                                      {"setprkey"},
                                                      {"unsetprkey"},
                                                      {"key"},
                                                      {"getprhold"},
                                                      {"setprhold"},
                                                      {"unsetprhold"},
                                                      {"all"},
                                                      {"setmarginal"},
                                                      {"unsetmarginal"},
                                                      {"local"},
                                                      {"reinstate"},
                                                      {"fail"},
                                                      {"pathlist"}};

/// True when the beginning means one word of the field, whichever spelling.
bool was_unique(const std::string& begin) {
    return std::ranges::count_if(kWords, [&](const std::vector<std::string>& row) {
               return std::ranges::any_of(
                   row, [&](const std::string& word) { return mp::starts_with(word, begin); });
           }) == 1;
}

std::string outcome(const std::string& request) {
    const Handled handled = ask(request, true);
    const Command* command = std::get_if<Command>(&handled);
    return command == nullptr ? std::get<std::string>(handled)
                              : std::to_string(static_cast<int>(command->verb)) + " " +
                                    command->target + " " + command->argument;
}

void expect_short_forms(const std::string& request) {
    std::size_t from = 0;
    for (std::string_view word : mp::split(request, ' ')) {
        for (std::size_t length = 1; length < word.size(); ++length) {
            const std::string begin(word.substr(0, length));
            const bool keyword = std::ranges::any_of(
                kWords, [&](const auto& row) { return std::ranges::find(row, word) != row.end(); });
            if (keyword && was_unique(begin)) {
                std::string shorter = request;
                shorter.replace(from, word.size(), begin);
                EXPECT_EQ(outcome(shorter), outcome(request)) << shorter;
            }
        }
        from += word.size() + 1;
    }
}

TEST(Commands, BeginningsThatMeantOneWordOfTheFieldStillDo) {
    for (const Question& row : kQuestions) {
        for (const std::string& request : spellings(row.request)) {
            expect_short_forms(request);
        }
    }
    for (const Order& row : kOrders) {
        for (const std::string& request : spellings(row.request)) {
            expect_short_forms(request);
        }
    }
}

struct Letter {
    char letter;
    const char* header;
};

template <class View>
void expect_letters(std::span<const mp::api::Field<View>> fields,
                    std::span<const Letter> expected) {
    for (const Letter& want : expected) {
        const mp::api::Field<View>* field = mp::api::find_field(fields, want.letter);
        ASSERT_NE(field, nullptr) << want.letter;
        EXPECT_EQ(field->header, want.header) << want.letter;
    }
}

TEST(Letters, ThoseOfMapsHaveTheirHeaders) {
    constexpr Letter kMap[] = {
        {'n', "name"},          {'w', "uuid"},        {'d', "sysfs"},      {'F', "failback"},
        {'Q', "queueing"},      {'N', "paths"},       {'r', "write_prot"}, {'t', "dm-st"},
        {'S', "size"},          {'f', "features"},    {'x', "failures"},   {'h', "hwhandler"},
        {'A', "action"},        {'0', "path_faults"}, {'1', "switch_grp"}, {'2', "map_loads"},
        {'3', "total_q_time"},  {'4', "q_timeouts"},  {'s', "vend/prod"},  {'v', "vend"},
        {'p', "prod"},          {'e', "rev"},         {'G', "foreign"},    {'g', "vpd page data"},
        {'k', "max_sectors_kb"}};
    expect_letters(mp::api::map_fields(), std::span<const Letter>(kMap));
}

TEST(Letters, ThoseOfPathsHaveTheirHeaders) {
    constexpr Letter kPath[] = {{'w', "uuid"},          {'i', "hcil"},          {'d', "dev"},
                                {'D', "dev_t"},         {'t', "dm_st"},         {'o', "dev_st"},
                                {'T', "chk_st"},        {'s', "vend/prod/rev"}, {'c', "checker"},
                                {'C', "next_check"},    {'p', "pri"},           {'S', "size"},
                                {'z', "serial"},        {'M', "marginal_st"},   {'m', "multipath"},
                                {'N', "host WWNN"},     {'n', "target WWNN"},   {'R', "host WWPN"},
                                {'r', "target WWPN"},   {'a', "host adapter"},  {'G', "foreign"},
                                {'g', "vpd page data"}, {'0', "failures"},      {'P', "protocol"},
                                {'I', "init_st"},       {'L', "LUN hex"},       {'A', "TPG"},
                                {'k', "max_sectors_kb"}};
    expect_letters(mp::api::path_fields(), std::span<const Letter>(kPath));
}

TEST(Letters, ThoseOfGroupsHaveTheirHeaders) {
    constexpr Letter kGroup[] = {
        {'s', "selector"}, {'p', "pri"}, {'t', "dm_st"}, {'M', "marginal_st"}};
    expect_letters(mp::api::group_fields(), std::span<const Letter>(kGroup));
}

}  // namespace
