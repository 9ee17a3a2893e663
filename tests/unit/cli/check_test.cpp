// SPDX-License-Identifier: GPL-2.0-or-later
// What does `multipath --check` print and return?
#include "daemon/cli/check.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string output_of(const std::string& file, int expected_code) {
    Options options;
    options.mode = Mode::check_config;
    options.device = file;
    testing::internal::CaptureStdout();
    EXPECT_EQ(check_config(options), expected_code);
    return testing::internal::GetCapturedStdout();
}

TEST(Check, GoodFilesAreCounted) {
    mp::test::RootFolder root;
    EXPECT_EQ(output_of("", 0), "0 files: 0 errors, 0 warnings, 0 notes\n");
    root.write("/etc/multipath.conf", "defaults {\n polling_interval 3\n}\n");
    root.write("/etc/multipath/conf.d/a.conf", "defaults {\n verbosity 3\n}\n");
    EXPECT_EQ(output_of("", 0), "2 files: 0 errors, 0 warnings, 0 notes\n");
}

TEST(Check, EveryMessageHasItsPlaceAndErrorsDecide) {
    mp::test::RootFolder root;
    root.write("/etc/multipath.conf",
               "defaults {\n polling_intervall 3\n failback soon\n find_multipaths off\n}\n");
    std::string output = output_of("", 1);
    EXPECT_THAT(output, StartsWith("/etc/multipath.conf:2:2: "));
    EXPECT_THAT(output, HasSubstr("polling_interval'?"));
    EXPECT_THAT(output, HasSubstr("/etc/multipath.conf:3:11: error: 'soon' is not a value"));
    EXPECT_THAT(output, HasSubstr("    failback soon\n              ^\n"));
    EXPECT_THAT(output, HasSubstr("/etc/multipath.conf:4:2: note: without a blacklist"));
    EXPECT_THAT(output, HasSubstr("1 file: "));
}

TEST(Check, NotesAloneAreNoFailure) {
    mp::test::RootFolder root;
    root.write("/etc/multipath.conf", "defaults {\n find_multipaths off\n}\n");
    EXPECT_THAT(output_of("", 0), EndsWith("1 file: 0 errors, 0 warnings, 1 note\n"));
}

TEST(Check, OneFileAnywhereOrAFailure) {
    mp::test::RootFolder root;
    root.write("/new.conf", "defaults {\n verbosity 3\n}\n");
    EXPECT_EQ(output_of(root.path() + "/new.conf", 0), "1 file: 0 errors, 0 warnings, 0 notes\n");
    EXPECT_EQ(output_of(root.path() + "/none.conf", 1), "");
}

}  // namespace
