// SPDX-License-Identifier: GPL-2.0-or-later
// Expected output kept as files under tests/golden. Run with MP_UPDATE_GOLDENS=1 to write them anew
// and review the difference.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace mp::test {

inline void expect_golden(const std::string& name, const std::string& actual) {
    std::string file = std::string(MP_TESTS_DIR) + "/golden/" + name;
    if (std::getenv("MP_UPDATE_GOLDENS") != nullptr) {
        std::ofstream(file, std::ios::binary) << actual;
    }
    std::ifstream in(file, std::ios::binary);
    ASSERT_TRUE(in.good()) << file << " is missing; run with MP_UPDATE_GOLDENS=1";
    std::ostringstream expected;
    expected << in.rdbuf();
    EXPECT_EQ(expected.str(), actual) << "differs from " << file;
}

}  // namespace mp::test
