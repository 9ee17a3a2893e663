// SPDX-License-Identifier: GPL-2.0-or-later
// Is the command line of `multipath` read as callers have always written it?
#include "daemon/cli/options.h"

#include <gmock/gmock.h>

#include "daemon/base/strings.h"

namespace {

using mp::cli::Mode;
using mp::cli::Options;
using testing::HasSubstr;
using testing::StartsWith;

Options parsed(std::string_view line) {
    std::vector<std::string> arguments;
    for (std::string_view word : mp::split_words(line)) {
        arguments.emplace_back(word);
    }
    return mp::cli::parse_options(arguments);
}

TEST(Options, NothingIsCreate) {
    EXPECT_EQ(parsed("").mode, Mode::create);
    EXPECT_EQ(parsed("").verbosity, 2);
    EXPECT_EQ(parsed("mpatha").device, "mpatha");
}

TEST(Options, ModesByTheirLetter) {
    struct Case {
        const char* line;
        Mode mode;
    };
    for (const Case& c : std::vector<Case>{{"-l", Mode::list},
                                           {"-ll", Mode::list},
                                           {"-f a", Mode::flush_one},
                                           {"-F", Mode::flush_all},
                                           {"-a a", Mode::add_wwid},
                                           {"-w a", Mode::remove_wwid},
                                           {"-W", Mode::reset_wwids},
                                           {"-c a", Mode::check_path},
                                           {"-C a", Mode::check_map},
                                           {"-u", Mode::claim_path},
                                           {"-u sda", Mode::claim_path},
                                           {"-U -v1 dm-0", Mode::check_map_udev},
                                           {"-t", Mode::dump_config},
                                           {"-T", Mode::dump_local_config},
                                           {"-r", Mode::create},
                                           {"-h", Mode::help}}) {
        EXPECT_EQ(parsed(c.line).mode, c.mode) << c.line;
    }
}

TEST(Options, LongListIsTwoLetters) {
    EXPECT_FALSE(parsed("-l").long_list);
    EXPECT_TRUE(parsed("-ll").long_list);
    EXPECT_TRUE(parsed("-l -l").long_list);
}

TEST(Options, ValuesStandTogetherOrApart) {
    EXPECT_EQ(parsed("-v3").verbosity, 3);
    EXPECT_EQ(parsed("-v 3").verbosity, 3);
    EXPECT_EQ(parsed("-dv0").verbosity, 0);
    EXPECT_EQ(parsed("-v99").verbosity, 6);
    EXPECT_EQ(parsed("-R 5 -F").retries, 5);
    EXPECT_EQ(parsed("-p group_by_prio").policy, "group_by_prio");
}

TEST(Options, OptionsAndOperandsMayBeMixed) {
    Options options = parsed("-v3 -R3 -f mpatha");
    EXPECT_EQ(options.mode, Mode::flush_one);
    EXPECT_EQ(options.device, "mpatha");
    EXPECT_EQ(parsed("mpatha -ll").device, "mpatha");
    EXPECT_EQ(parsed("-l -v1 /dev/sda").device, "/dev/sda");
    EXPECT_EQ(parsed("-d -v 2 -ll").mode, Mode::list);
    EXPECT_EQ(parsed("-b /some/file -ll").device, "");
    EXPECT_EQ(parsed("-l -- -odd").device, "-odd");
}

TEST(Options, FlagsAreKept) {
    Options options = parsed("-d -r -i -B -q -D -e");
    EXPECT_TRUE(options.dry_run && options.force_reload && options.ignore_wwids);
    EXPECT_TRUE(options.read_only_bindings && options.allow_queueing && options.no_delegation);
    EXPECT_TRUE(options.foreign);
}

TEST(Options, WrongOptionsAreNamed) {
    struct Case {
        const char* line;
        const char* problem;
    };
    for (const Case& c :
         std::vector<Case>{{"--version", "unknown option '--version'"},
                           {"-k", "unknown option '-k'"},
                           {"-v", "option -v needs a value"},
                           {"-v 2x", "'2x' is not a verbosity"},
                           {"-R -1 -F", "'-1' is not a number of retries"},
                           {"-p multibusfoo", "'multibusfoo' is not a path grouping policy"},
                           {"-f", "this option needs a device"},
                           {"-c", "this option needs a device"}}) {
        EXPECT_EQ(parsed(c.line).mode, Mode::invalid) << c.line;
        EXPECT_EQ(parsed(c.line).problem, c.problem);
    }
}

TEST(Options, NothingAfterAWrongOptionMakesItRight) {
    EXPECT_EQ(parsed("-k -ll").mode, Mode::invalid);
    EXPECT_EQ(parsed("-ll -k").mode, Mode::invalid);
}

TEST(Usage, BeginsWithTheBannerAndNamesEachLetter) {
    std::string usage = mp::cli::usage_text();
    EXPECT_THAT(usage, StartsWith("multipath-tools v0.14.3 (02/05, 2026)\n"));
    for (char letter : std::string("lfFrRdvtTcCuUawWpiqBeDhbM")) {
        EXPECT_THAT(usage, HasSubstr(std::string("\n  -") + letter + " "));
    }
}

}  // namespace
