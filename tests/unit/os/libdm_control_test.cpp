// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's list of maps as bytes: read as they are, and refused when they are cut or point
// outside themselves.
#include "daemon/os/libdm_control.h"

#include <gtest/gtest.h>
#include <linux/dm-ioctl.h>

#include <cstring>

namespace mp::os::libdm {
namespace {

void pad(std::vector<char>& data) {
    while (data.size() % 8 != 0) {
        data.push_back(0);
    }
}

void put(std::vector<char>& data, const void* bytes, std::size_t size) {
    const char* from = static_cast<const char*>(bytes);
    data.insert(data.end(), from, from + size);
}

void add_entry(std::vector<char>& data, std::uint32_t minor, const std::string& name,
               std::uint32_t event_nr, const std::string& uuid, bool last) {
    std::vector<char> entry;
    std::uint64_t dev = (254U << 8U) | minor;
    std::uint32_t next = 0;
    put(entry, &dev, sizeof dev);
    put(entry, &next, sizeof next);
    put(entry, name.c_str(), name.size() + 1);
    pad(entry);
    std::uint32_t words[2] = {event_nr, uuid.empty() ? 2U : 1U};
    put(entry, words, sizeof words);
    if (!uuid.empty()) {
        put(entry, uuid.c_str(), uuid.size() + 1);
        pad(entry);
    }
    next = last ? 0 : static_cast<std::uint32_t>(entry.size());
    std::memcpy(entry.data() + 8, &next, sizeof next);
    data.insert(data.end(), entry.begin(), entry.end());
}

std::vector<char> three_maps() {
    std::vector<char> data;
    add_entry(data, 0, "mpatha", 4, "mpath-36001", false);
    add_entry(data, 1, "root", 0, "", false);
    add_entry(data, 2, "my\\x20disk", 70000, "mpath-a\\x2fb", true);
    return data;
}

TEST(DmControl, ListIsRead) {
    Result<std::vector<ListedMap>> maps = parse_list(three_maps(), true);
    ASSERT_TRUE(maps) << maps.error().text();
    EXPECT_EQ(*maps, (std::vector<ListedMap>{{"mpatha", "mpath-36001", {254, 0}, 4},
                                             {"root", "", {254, 1}, 0},
                                             {"my disk", "mpath-a/b", {254, 2}, 70000}}));
}

TEST(DmControl, OlderDriversListNoUuids) {
    Result<std::vector<ListedMap>> maps = parse_list(three_maps(), false);
    ASSERT_TRUE(maps);
    EXPECT_EQ((*maps)[0].uuid, "");
    EXPECT_EQ((*maps)[2].event_nr, 70000U);
}

TEST(DmControl, NoMapsIsAnEmptyList) {
    for (std::size_t bytes : {0U, 8U, 16U, 64U}) {
        Result<std::vector<ListedMap>> maps = parse_list(std::vector<char>(bytes, 0), true);
        ASSERT_TRUE(maps) << bytes;
        EXPECT_TRUE(maps->empty()) << bytes;
    }
}

TEST(DmControl, AListThatIsCutAnywhereIsRefusedOrShorterNeverReadBeyond) {
    const std::vector<char> whole = three_maps();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        cut.shrink_to_fit();
        Result<std::vector<ListedMap>> maps = parse_list(cut, true);
        if (maps) {
            EXPECT_TRUE(size == 0 || size >= whole.size() - 8) << size;
        } else {
            EXPECT_EQ(maps.error().code, Errc::invalid);
        }
    }
}

TEST(DmControl, AnEntryThatPointsOutsideIsRefused) {
    std::vector<char> data = three_maps();
    std::uint32_t next = 0x7fffffff;
    std::memcpy(data.data() + 8, &next, sizeof next);
    EXPECT_FALSE(parse_list(data, true));
}

TEST(DmControl, OddCharactersComeBack) {
    EXPECT_EQ(unmangle("plain"), "plain");
    EXPECT_EQ(unmangle("a\\x20b\\x2Fc"), "a b/c");
    EXPECT_EQ(unmangle("\\x2"), "\\x2");
    EXPECT_EQ(unmangle("\\xzz"), "\\xzz");
    EXPECT_EQ(unmangle("\\x5cx20"), "\\x20");
    EXPECT_EQ(unmangle(""), "");
}

}  // namespace
}  // namespace mp::os::libdm
