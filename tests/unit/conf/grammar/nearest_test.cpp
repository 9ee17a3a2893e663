// SPDX-License-Identifier: GPL-2.0-or-later
// Suggestions for mistyped words.
#include "conf/grammar/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace mp::conf {
namespace {

constexpr std::string_view kWords[] = {"no_path_retry", "path_checker", "prio", "prio_args", "uid"};

TEST(Nearest, FindsTheWordThatWasMeant) {
    const std::pair<const char*, const char*> cases[] = {
        {"no_path_rety", "no_path_retry"},    // dropped
        {"no_path_rettry", "no_path_retry"},  // doubled
        {"no_path_rerty", "no_path_retry"},   // swapped
        {"no-path-retry", "no_path_retry"},   // changed
        {"path_chekcer", "path_checker"},
        {"pro", "prio"},
        {"prio_arg", "prio_args"},
        {"gid", "uid"},
        {"xyz", ""},
        {"p", ""},
        {"", ""},
        {"totally_different", ""},
    };
    for (const auto& [word, meant] : cases) {
        EXPECT_EQ(nearest(word, kWords), meant) << word;
    }
}

TEST(Nearest, DoesNotLookAtWordsThatAreTooLong) {
    EXPECT_EQ(nearest(std::string(100000, 'p'), kWords), "");
    const std::string text(60, 'p');
    const std::string_view candidates[] = {text};
    EXPECT_EQ(nearest("ppp", candidates), "");
}

}  // namespace
}  // namespace mp::conf
