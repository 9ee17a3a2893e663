// SPDX-License-Identifier: GPL-2.0-or-later
// Which disks does `multipath -u` claim, and what does it print for udev?
#include "daemon/cli/claim.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <optional>

#include "daemon/api/answer.h"
#include "tests/unit/api/sample.h"
#include "tests/unit/cli/fake_daemon.h"
#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;
using mp::engine::Claim;
using mp::test::FakeDaemon;
using testing::HasSubstr;
using testing::StartsWith;

using Environment = std::map<std::string, std::string>;

/// sdx with one partition, WWID 3600x by udev; its daemon knows the maps of the sample.
class ClaimDevice : public testing::Test {
protected:
    ClaimDevice() {
        root_.folder("/run");
        root_.write(kDisk + "/dev", "65:112\n");
        root_.write(kDisk + "/size", "2048\n");
        root_.write(kDisk + "/sdx1/dev", "65:113\n");
        root_.write(kDisk + "/sdx1/partition", "1\n");
        root_.folder(kDisk + "/holders");
        root_.folder(kDisk + "/sdx1/holders");
        root_.link("/sys/block/sdx", kDisk);
        root_.link("/sys/class/block/sdx", kDisk);
        root_.link("/sys/class/block/sdx1", kDisk + "/sdx1");
        root_.link("/sys/dev/block/65:112", kDisk);
        daemon_.emplace([](const std::string& request) {
            return std::get<std::string>(
                mp::api::answer(request, mp::api::Caller{}, mp::test::sample()));
        });
    }

    void configure(const std::string& defaults) {
        root_.write("/etc/multipath.conf", "defaults {\n" + defaults + "\n}\n");
    }
    void know(const std::string& wwid) {
        root_.write("/etc/multipath/wwids", "# Valid WWIDs:\n/" + wwid + "/\n");
    }
    Claim claim(const std::string& wwid = "3600x", Environment more = {}) {
        Options options;
        options.mode = Mode::claim_path;
        options.device = "sdx";
        more.emplace("ID_SERIAL", wwid);
        more.emplace("ID_WWN", "0x600");
        last_ = judge_device(options, more);
        return last_.claim;
    }
    std::string printed(const std::string& wwid = "3600x", Environment more = {},
                        int expected_code = 0) {
        Options options;
        options.mode = Mode::claim_path;
        options.device = "sdx";
        more.emplace("ID_SERIAL", wwid);
        more.emplace("ID_WWN", "0x600");
        testing::internal::CaptureStdout();
        EXPECT_EQ(claim_path(options, more), expected_code);
        std::fflush(stdout);
        return testing::internal::GetCapturedStdout();
    }

    const std::string kDisk = "/sys/devices/pci0/host9/target9:0:0/9:0:0:1/block/sdx";
    const std::string kMarker = "/run/multipath/find_multipaths/65:112";
    mp::test::RootFolder root_;
    std::optional<FakeDaemon> daemon_;
    ClaimResult last_;
};

TEST_F(ClaimDevice, UnknownDiskIsLeftAloneByDefault) {
    EXPECT_EQ(claim(), Claim::not_valid);
    EXPECT_EQ(printed(), "DM_MULTIPATH_DEVICE_PATH=\"0\"\n");
}

TEST_F(ClaimDevice, KnownWwidIsClaimed) {
    know("3600x");
    EXPECT_EQ(claim(), Claim::valid_no_check);
    EXPECT_EQ(printed(), "DM_MULTIPATH_DEVICE_PATH=\"1\"\n");
    EXPECT_EQ(claim("3600y"), Claim::not_valid);
}

TEST_F(ClaimDevice, ExistingMapIsEnough) {
    EXPECT_EQ(claim("36001405aaaaaaaaaaaaaaaaaaaaaaaaa"), Claim::valid);
}

TEST_F(ClaimDevice, DiskThatAMapHoldsStaysClaimed) {
    root_.folder(kDisk + "/holders/dm-3");
    root_.write("/sys/block/dm-3/dm/uuid", "mpath-3600x\n");
    daemon_.reset();
    EXPECT_EQ(claim(), Claim::valid_no_check);
    root_.write("/sys/block/dm-3/dm/uuid", "LVM-3600x\n");
    EXPECT_EQ(claim(), Claim::not_valid);
}

TEST_F(ClaimDevice, WithoutADaemonNothingIsClaimedForUdev) {
    know("3600x");
    daemon_.reset();
    ::setenv("MULTIPATH_SOCKET_NAME", "@shortpath-test-nobody", 1);
    EXPECT_EQ(claim(), Claim::not_valid);
    ::unsetenv("MULTIPATH_SOCKET_NAME");
}

TEST_F(ClaimDevice, ADaemonThatDoesNotAnswerDelaysNothingForLong) {
    root_.write("/sys/block/dm-3/dm/uuid", "mpath-3600x\n");
    daemon_->send_raw("x");
    EXPECT_EQ(claim(), Claim::valid);
}

TEST_F(ClaimDevice, GreedyClaimsWhatIsNotInUse) {
    configure("find_multipaths greedy");
    EXPECT_EQ(claim(), Claim::valid);
    root_.write("/proc/self/mountinfo", "30 1 65:113 / /home rw - ext4 /dev/sdx1 rw\n");
    EXPECT_EQ(claim(), Claim::not_valid);
    root_.write("/proc/self/mountinfo", "");
    root_.folder(kDisk + "/sdx1/holders/dm-9");
    EXPECT_EQ(claim(), Claim::not_valid);
    root_.remove(kDisk + "/sdx1/holders/dm-9");
    root_.write("/proc/swaps", "Filename Type\n/dev/sdx1 partition 1 0 -2\n");
    EXPECT_EQ(claim(), Claim::not_valid);
}

TEST_F(ClaimDevice, BlacklistedDisksAreNotClaimed) {
    know("3600x");
    root_.write("/etc/multipath.conf", "blacklist {\n devnode \"^sdx\"\n}\n");
    EXPECT_EQ(claim(), Claim::not_valid);
    root_.write("/etc/multipath.conf", "blacklist {\n wwid 3600x\n}\n");
    EXPECT_EQ(claim(), Claim::not_valid);
}

TEST_F(ClaimDevice, DiskWhoseMapFailedIsNotClaimed) {
    know("3600x");
    root_.write("/run/multipath/failed_wwids/3600x", "");
    EXPECT_EQ(claim(), Claim::not_valid);
}

TEST_F(ClaimDevice, ReleasedDiskIsNotTakenBack) {
    configure("find_multipaths greedy");
    EXPECT_EQ(claim("3600x", {{"DM_MULTIPATH_DEVICE_PATH", "0"}}), Claim::not_valid);
    EXPECT_EQ(claim("3600x", {{"DM_MULTIPATH_DEVICE_PATH", "1"}}), Claim::valid);
}

TEST_F(ClaimDevice, SmartWaitsForASecondPathOnce) {
    configure("find_multipaths smart\nfind_multipaths_timeout 100");
    std::string first = printed();
    EXPECT_THAT(first, StartsWith("FIND_MULTIPATHS_WAIT_UNTIL=\""));
    EXPECT_THAT(first, HasSubstr("\nDM_MULTIPATH_DEVICE_PATH=\"2\"\n"));
    EXPECT_GT(std::stod(first.substr(first.find('"') + 1)), 90.0);
    EXPECT_LE(std::stod(first.substr(first.find('"') + 1)), 100.0);

    const timespec past[2] = {{1, 0}, {1, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (root_.path() + kMarker).c_str(), past, 0), 0);
    EXPECT_EQ(printed(), "FIND_MULTIPATHS_WAIT_UNTIL=\"0\"\nDM_MULTIPATH_DEVICE_PATH=\"0\"\n");
}

TEST_F(ClaimDevice, SmartClaimsWhenAnotherPathHasTheSameWwid) {
    configure("find_multipaths smart");
    EXPECT_EQ(claim("3600140500000000"), Claim::valid);
    EXPECT_EQ(last_.wait_until, "");
}

TEST_F(ClaimDevice, SmartWithoutPatienceDoesNotWait) {
    configure("find_multipaths smart\nfind_multipaths_timeout 0");
    EXPECT_EQ(claim(), Claim::not_valid);
}

TEST_F(ClaimDevice, PartitionsAndUnknownDevicesAreNoPaths) {
    know("3600x");
    Options options;
    options.mode = Mode::claim_path;
    options.device = "sdx1";
    EXPECT_EQ(judge_device(options, {}).claim, Claim::not_valid);
    for (const char* name : {"nothing", "../sdx", "/etc/passwd", "99:99"}) {
        options.device = name;
        EXPECT_EQ(judge_device(options, {}).claim, Claim::error) << name;
    }
    options.device.clear();
    EXPECT_EQ(judge_device(options, {}).claim, Claim::error);
    EXPECT_EQ(judge_device(options,
                           {{"DEVNAME", "/dev/sdx"}, {"ID_SERIAL", "3600x"}, {"ID_WWN", "0x600"}})
                  .claim,
              Claim::valid_no_check);
}

TEST_F(ClaimDevice, CheckReadsUdevsRecordAndAnswersInWords) {
    know("3600x");
    root_.write("/run/udev/data/b65:112",
                "I:123\nE:ID_SERIAL=3600x\nE:ID_WWN=0x600\nS:disk/by-id/x\n");
    Options options;
    options.mode = Mode::check_path;
    for (const char* name : {"sdx", "/dev/sdx", "65:112"}) {
        options.device = name;
        testing::internal::CaptureStdout();
        EXPECT_EQ(claim_path(options, {}), 0) << name;
        std::fflush(stdout);
        EXPECT_EQ(testing::internal::GetCapturedStdout(), "sdx is a valid multipath device path\n");
    }
    root_.write("/run/udev/data/b65:112", "I:123\nE:ID_SERIAL=3600y\n");
    testing::internal::CaptureStdout();
    EXPECT_EQ(claim_path(options, {}), 1);
    std::fflush(stdout);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "sdx is not a valid multipath device path\n");
}

TEST_F(ClaimDevice, NothingIsPrintedWhenNothingCouldBeDecided) {
    root_.remove(kDisk + "/dev");
    EXPECT_EQ(printed("3600x", {}, 1), "");
}

}  // namespace
