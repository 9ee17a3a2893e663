// SPDX-License-Identifier: GPL-2.0-or-later
// What does each format letter print?
#include "daemon/api/fields.h"

#include <gmock/gmock.h>

#include "tests/unit/api/sample.h"

namespace {

using namespace mp::test;
using mp::Instant;
using mp::seconds;
using mp::model::MapView;
using mp::model::PathState;
using mp::model::PathView;

std::string cell(const PathView& path, char letter, Instant now = kSampleTime) {
    std::string out;
    mp::api::find_field(mp::api::path_fields(), letter)->write(out, path, now);
    return out;
}

std::string cell(const MapView& map, char letter, Instant now = kSampleTime) {
    std::string out;
    mp::api::find_field(mp::api::map_fields(), letter)->write(out, map, now);
    return out;
}

struct Expected {
    char letter;
    const char* value;
};

TEST(PathFields, ValuesOfAMappedPath) {
    PathPtr path = sample().paths[0];
    for (const Expected& want : std::vector<Expected>{
             {'w', "36001405aaaaaaaaaaaaaaaaaaaaaaaaa"},
             {'i', "2:0:0:1"},
             {'d', "sda"},
             {'D', "8:0"},
             {'t', "active"},
             {'o', "running"},
             {'T', "ready"},
             {'s', "LIO-ORG,disk,4.0"},
             {'c', "tur"},
             {'C', "XXXX...... 8/20"},
             {'p', "50"},
             {'S', "20G"},
             {'z', "abc123"},
             {'M', "normal"},
             {'m', "mpatha"},
             {'N', "0x20000000c9000001"},
             {'n', "0x50060160bea00001"},
             {'R', "0x10000000c9000001"},
             {'r', "0x5006016044600001"},
             {'a', "0000:00:02.0"},
             {'G', "--"},
             {'g', "[undef]"},
             {'0', "0"},
             {'P', "scsi:fcp"},
             {'I', "ok"},
             {'L', "0x0001000000000000"},
             {'A', "0x0001"},
             {'k', "1280"},
             {'e', "1"},
             {'E', "31,10"},
         }) {
        EXPECT_EQ(cell(*path, want.letter), want.value) << "%" << want.letter;
    }
}

TEST(PathFields, ValuesOfAPathOfWhichNothingIsKnown) {
    PathView path;
    path.device = std::make_shared<mp::model::BlockDevice>();
    for (const Expected& want : std::vector<Expected>{
             {'w', ""},        {'i', "#:#:#:#"}, {'d', "-"},        {'D', "#:#"},
             {'t', "undef"},   {'o', "unknown"}, {'T', "undef"},    {'s', "##,##,##"},
             {'c', "(null)"},  {'C', "orphan"},  {'p', "-1"},       {'S', "0.0K"},
             {'z', ""},        {'M', "normal"},  {'m', "[orphan]"}, {'N', "[undef]"},
             {'n', "[undef]"}, {'R', "[undef]"}, {'r', "[undef]"},  {'a', "[undef]"},
             {'0', "0"},       {'P', "undef"},   {'I', "new"},      {'L', "0xffffffffffffffff"},
             {'A', "[undef]"}, {'k', "n/a"},     {'e', "[undef]"},  {'E', "[undef]"},
         }) {
        EXPECT_EQ(cell(path, want.letter), want.value) << "%" << want.letter;
    }
}

TEST(PathFields, UnknownFibreChannelNamesSaySo) {
    mp::model::BlockDevice device = disk("sda", 0, {2, 0, 0, 0});
    device.host_wwnn.clear();
    device.host_wwpn.clear();
    device.target_wwpn.clear();
    PathView path = path_of(device, "w", "a", 1);
    EXPECT_EQ(cell(path, 'N'), "[unknown]");
    EXPECT_EQ(cell(path, 'R'), "[unknown]");
    EXPECT_EQ(cell(path, 'r'), "[unknown]");
}

TEST(PathFields, IscsiTargetNodeIsTheTargetName) {
    mp::model::BlockDevice device = disk("sda", 0, {2, 0, 0, 0});
    device.protocol = mp::model::Protocol::scsi_iscsi;
    device.target_wwnn.clear();
    device.target_port = "iqn.2003-01.org.linux-iscsi:disks,1";
    PathView path = path_of(device, "w", "a", 1);
    EXPECT_EQ(cell(path, 'n'), "iqn.2003-01.org.linux-iscsi:disks");
    EXPECT_EQ(cell(path, 'r'), "[undef]");
}

TEST(PathFields, StatesOfPathsInNoMapAreNotShown) {
    PathView path = path_of(disk("sda", 0, {2, 0, 0, 0}), "w", "", 1);
    EXPECT_EQ(cell(path, 'T'), "undef");
    EXPECT_EQ(cell(path, 'o'), "unknown");
    path.offline_word = "offline";
    EXPECT_EQ(cell(path, 'm'), "[offline]");
}

TEST(PathFields, NextCheckCountsDownToZeroAndStaysThere) {
    PathPtr path = sample().paths[0];
    EXPECT_EQ(cell(*path, 'C', kSampleTime - seconds(12)), "XXXXXXXXXX 20/20");
    EXPECT_EQ(cell(*path, 'C', kSampleTime + seconds(8)), ".......... 0/20");
    EXPECT_EQ(cell(*path, 'C', kSampleTime + seconds(100)), ".......... 0/20");
}

TEST(PathFields, ControlBytesOfADeviceAreNotPrinted) {
    mp::model::BlockDevice device = disk("sda", 0, {2, 0, 0, 0});
    device.serial = "a\nb\x1b";
    EXPECT_EQ(cell(path_of(device, "w", "a", 1), 'z'), "a?b?");
}

TEST(MapFields, ValuesOfAMap) {
    MapPtr map = sample().maps[0];
    for (const Expected& want : std::vector<Expected>{
             {'n', "mpatha"},
             {'w', "36001405aaaaaaaaaaaaaaaaaaaaaaaaa"},
             {'d', "dm-0"},
             {'F', "immediate"},
             {'Q', "on"},
             {'N', "2"},
             {'r', "rw"},
             {'t', "active"},
             {'S', "20G"},
             {'f', "1 queue_if_no_path"},
             {'x', "0"},
             {'h', "1 alua"},
             {'A', ""},
             {'0', "0"},
             {'1', "1"},
             {'2', "2"},
             {'3', "0"},
             {'4', "0"},
             {'s', "LIO-ORG,disk"},
             {'v', "LIO-ORG"},
             {'p', "disk"},
             {'e', "4.0"},
             {'G', "--"},
             {'g', "[undef]"},
             {'k', "1280"},
         }) {
        EXPECT_EQ(cell(*map, want.letter), want.value) << "%" << want.letter;
    }
}

TEST(MapFields, ValuesOfAMapThatTheKernelDoesNotHave) {
    MapView map;
    map.wwid = mp::Wwid("3600");
    for (const Expected& want : std::vector<Expected>{
             {'n', "3600"},
             {'d', "undef"},
             {'F', "undef"},
             {'Q', "-"},
             {'r', "undef"},
             {'t', "undef"},
             {'f', "0"},
             {'h', "0"},
             {'s', "##,##"},
             {'v', "##"},
             {'p', "##"},
             {'e', "##"},
             {'k', "n/a"},
         }) {
        EXPECT_EQ(cell(map, want.letter), want.value) << "%" << want.letter;
    }
}

TEST(MapFields, FailbackThatCountsIsAProgressBar) {
    MapPtr map = sample().maps[1];
    EXPECT_EQ(cell(*map, 'F'), "XXXX...... 4/10");
    EXPECT_EQ(cell(*map, 'F', kSampleTime + seconds(60)), ".......... 0/10");
}

TEST(MapFields, QueueingTimeIsInSeconds) {
    MapView map;
    map.queueing_time = mp::milliseconds(61999);
    EXPECT_EQ(cell(map, '3'), "61");
}

TEST(SizeText, OneDecimalBelowTenUnitsOf1024) {
    struct Case {
        std::uint64_t sectors;
        const char* text;
    };
    for (const Case& c : std::vector<Case>{{0, "0.0K"},
                                           {2, "1.0K"},
                                           {20, "10K"},
                                           {2046, "1023K"},
                                           {2048, "1.0M"},
                                           {41943040, "20G"},
                                           {19922944, "9.5G"},
                                           {4294967296, "2.0T"},
                                           {4398046511104, "2.0P"},
                                           {~0ULL, "8388608P"}}) {
        EXPECT_EQ(mp::api::size_text(c.sectors), c.text) << c.sectors;
    }
}

TEST(ProgressText, CellsNeverExceedTen) {
    EXPECT_EQ(mp::api::progress_text(0, 0), ".......... 0/0");
    EXPECT_EQ(mp::api::progress_text(5, 5), "XXXXXXXXXX 5/5");
    EXPECT_EQ(mp::api::progress_text(9, 5), "XXXXXXXXXX 5/5");
    EXPECT_EQ(mp::api::progress_text(8, 20), "XXXX...... 8/20");
}

TEST(LunText, LevelsAreInNetworkOrder) {
    EXPECT_EQ(mp::api::lun_text(0), "0x0000000000000000");
    EXPECT_EQ(mp::api::lun_text(256), "0x0100000000000000");
    EXPECT_EQ(mp::api::lun_text(0x40014002), "0x4002400100000000");
}

}  // namespace
