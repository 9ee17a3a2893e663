// SPDX-License-Identifier: GPL-2.0-or-later
// Which combinations are pointed out, where, and which are not?
#include "conf/merge/lint.h"

#include <gmock/gmock.h>

#include "conf/config.h"

namespace mp::conf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> notes(const std::string& text) {
    std::vector<std::string> out;
    std::shared_ptr<const Config> config = Config::build({{"a.conf", text}});
    for (const Diagnostic& note : config->advice()) {
        EXPECT_EQ(note.severity, Diagnostic::Severity::note);
        out.push_back(std::to_string(note.line) + ":" + std::to_string(note.column) + " " +
                      note.text);
    }
    return out;
}

struct Case {
    const char* text;
    const char* expected;  ///< part of the only note; null: none
};

constexpr Case kCases[] = {
    {"", nullptr},
    {"defaults {\n no_path_retry queue\n}\n", nullptr},
    {"defaults {\n no_path_retry queue\n flush_on_last_del never\n}\n", "3:2 I/O waits for ever"},
    {"defaults {\n features \"1 queue_if_no_path\"\n queue_without_daemon yes\n}\n",
     "3:2 I/O to a map without paths"},
    {"defaults {\n flush_on_last_del never\n}\nmultipaths {\n multipath {\n  wwid a\n"
     "  no_path_retry queue\n }\n}\n",
     "2:2 I/O waits for ever"},
    {"defaults {\n no_path_retry queue\n flush_on_last_del never\n}\noverrides {\n"
     " no_path_retry fail\n}\n",
     nullptr},
    {"defaults {\n fast_io_fail_tmo 30\n dev_loss_tmo 30\n}\n", "3:2 the kernel refuses"},
    {"defaults {\n dev_loss_tmo 4\n}\n", "2:2 the kernel refuses"},
    {"defaults {\n fast_io_fail_tmo off\n dev_loss_tmo infinity\n}\n", "3:2 the kernel limits"},
    {"defaults {\n no_path_retry 12\n dev_loss_tmo 60\n}\n", nullptr},
    {"defaults {\n no_path_retry 13\n dev_loss_tmo 60\n}\n", "3:2 paths are deleted 60 seconds"},
    {"defaults {\n no_path_retry queue\n dev_loss_tmo 60\n}\n", "but the paths it waits for"},
    {"devices {\n device {\n  vendor A\n  product B\n  dev_loss_tmo 3\n }\n}\n",
     "5:3 the kernel refuses"},
    {"defaults {\n user_friendly_names yes\n reservation_key 0x1\n}\n", "2:2 reservation_key"},
    {"defaults {\n find_multipaths greedy\n}\n", "2:2 without a blacklist"},
    {"defaults {\n find_multipaths greedy\n}\nblacklist {\n wwid a\n}\n", nullptr},
    {"blacklist {\n wwid \".*\"\n}\n", "2:2 this excludes every device"},
    {"blacklist {\n wwid \".*\"\n}\nblacklist_exceptions {\n wwid a\n}\n", nullptr},
    {"overrides {\n path_checker none\n}\n", "2:2 no command is sent"},
    {"defaults {\n rr_weight priorities\n path_grouping_policy group_by_prio\n}\n",
     "2:2 rr_weight has no effect"},
    {"defaults {\n reassign_maps yes\n}\n", "2:2 reassign_maps has no effect"},
    {"defaults {\n force_sync yes\n}\n", "2:2 force_sync has no effect"},
    {"defaults {\n strict_timing yes\n}\n", "2:2 strict_timing has no effect"},
    {"overrides {\n recheck_wwid no\n}\n", "2:2 recheck_wwid has no effect"},
    {"defaults {\n missing_uev_wait_timeout 60\n}\n", "2:2 missing_uev_wait_timeout has no"},
    {"defaults {\n reassign_maps no\n force_sync no\n strict_timing no\n recheck_wwid yes\n"
     " enable_foreign NONE\n}\n",
     nullptr},
    {"defaults {\n max_polling_interval 600\n}\n", "unnoticed for 600 seconds"},
};

TEST(Lint, EachTrapIsOneNoteAtItsSetting) {
    for (const Case& test : kCases) {
        if (test.expected == nullptr) {
            EXPECT_THAT(notes(test.text), IsEmpty()) << test.text;
        } else {
            EXPECT_THAT(notes(test.text), ElementsAre(HasSubstr(test.expected))) << test.text;
        }
    }
}

TEST(Lint, NoteShowsTheLineWithACaret) {
    std::shared_ptr<const Config> config =
        Config::build({{"a.conf", "defaults {\n\tfind_multipaths off"}});
    ASSERT_EQ(config->advice().size(), 1U);
    EXPECT_THAT(config->advice().front().render(),
                HasSubstr("a.conf:2:2: note: without a blacklist this makes a map of every disk, "
                          "local ones too\n    \tfind_multipaths off\n    \t^\n"));
}

}  // namespace
}  // namespace mp::conf
