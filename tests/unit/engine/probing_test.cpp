// SPDX-License-Identifier: GPL-2.0-or-later
// path_probing sampled: what is asked less often, and what never.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

constexpr int kLuns = 40;

std::string disk_of(int lun) {
    std::string disk = kDiskA;
    disk.replace(disk.size() - 3, 3, std::to_string(100 + lun));
    return disk;
}
std::string name_of(int lun, int host) {
    return "sd" + std::string(1, static_cast<char>('a' + host)) + std::to_string(lun);
}

struct Nexus : testing::Test {
    explicit Nexus(const std::string& probing = "sampled")
        : bench("defaults {\n find_multipaths greedy\n path_probing " + probing + "\n}\n") {
        for (int lun = 0; lun < kLuns; ++lun) {
            for (int host = 0; host < 2; ++host) {
                bench.add(scsi_path(name_of(lun, host),
                                    static_cast<std::uint32_t>(16 * (2 * lun + host)), disk_of(lun),
                                    "host" + std::to_string(host)));
            }
        }
        bench.start();
        bench.advance(seconds(120));
    }
    std::uint64_t sum(std::uint64_t Device::*counter) {
        std::uint64_t total = 0;
        for (const std::pair<const std::string, Device>& entry : bench.devices) {
            total += entry.second.*counter;
        }
        return total;
    }
    Bench bench;
};
struct Sampled : Nexus {};
struct Every : Nexus {
    Every() : Nexus("every") {}
};

TEST_F(Sampled, ASampleOfEachNexusIsCheckedInFullAndAllAreAskedWhoTheyAre) {
    std::uint64_t tests = sum(&Device::tests);
    std::uint64_t inquiries = sum(&Device::inquiries);
    bench.advance(seconds(100));
    // Two nexuses, 20 polling intervals, five paths each.
    EXPECT_NEAR(static_cast<double>(sum(&Device::tests) - tests), 200, 20);
    EXPECT_GE(sum(&Device::inquiries) - inquiries, 2U * kLuns * 5);
    EXPECT_GT(bench.snapshot()->light_checks, 0U);
}

TEST_F(Every, AllAreCheckedInFull) {
    std::uint64_t tests = sum(&Device::tests);
    bench.advance(seconds(100));
    EXPECT_GE(sum(&Device::tests) - tests, 2U * kLuns * 5);
    EXPECT_EQ(bench.snapshot()->light_checks, 0U);
}

TEST_F(Sampled, EveryPathIsCheckedInFullWithinTenIntervals) {
    for (std::pair<const std::string, Device>& entry : bench.devices) {
        entry.second.tests = 0;
    }
    bench.advance(seconds(200));
    for (const std::pair<const std::string, Device>& entry : bench.devices) {
        EXPECT_GT(entry.second.tests, 0U) << entry.first;
    }
}

TEST_F(Sampled, WhoAPathIsIsAskedOnceInEachInterval) {
    for (int interval = 0; interval < 5; ++interval) {
        std::map<std::string, std::uint64_t> before;
        for (const std::pair<const std::string, Device>& entry : bench.devices) {
            before[entry.first] = entry.second.inquiries;
        }
        bench.advance(seconds(20));
        for (const std::pair<const std::string, Device>& entry : bench.devices) {
            EXPECT_GT(entry.second.inquiries, before[entry.first]) << entry.first;
        }
    }
}

TEST_F(Sampled, WhenOneOfTheSampleFailsAllOfItsNexusAreCheckedAtOnce) {
    for (int lun = 0; lun < kLuns; ++lun) {
        bench.device(name_of(lun, 0)).ready = false;
    }
    bench.advance(seconds(6));  // one polling interval, and the answer's way
    for (int lun = 0; lun < kLuns; ++lun) {
        EXPECT_EQ(bench.path_state(wwid_of(disk_of(lun)), name_of(lun, 0)), "F") << lun;
        EXPECT_EQ(bench.path_state(wwid_of(disk_of(lun)), name_of(lun, 1)), "A") << lun;
    }
    EXPECT_EQ(bench.count_log("incident"), 1U);
}

TEST_F(Sampled, AnotherDiskBehindAPathIsFoundInTimeWhetherInTheSampleOrNot) {
    bench.device(name_of(7, 0)).disk = kDiskB;
    bench.advance(seconds(21));
    EXPECT_THAT(bench.table_paths(wwid_of(disk_of(7))), testing::ElementsAre(name_of(7, 1)));
}

TEST_F(Sampled, APathThatFailsAloneIsFoundWithinTenIntervals) {
    bench.device(name_of(7, 0)).ready = false;
    bench.advance(seconds(201));
    EXPECT_EQ(bench.path_state(wwid_of(disk_of(7)), name_of(7, 0)), "F");
}

TEST_F(Sampled, PathsThatCarryIoAreLeftOutOfTheSample) {
    for (int lun = 0; lun < kLuns - 10; ++lun) {
        bench.device(name_of(lun, 0)).tests = 0;
    }
    for (int i = 0; i < 30; ++i) {
        for (int lun = 0; lun < kLuns - 10; ++lun) {
            ++bench.device(name_of(lun, 0)).io;
        }
        bench.advance(seconds(5));
    }
    std::uint64_t busy = 0;
    std::uint64_t idle = 0;
    for (int lun = 0; lun < kLuns; ++lun) {
        (lun < kLuns - 10 ? busy : idle) += bench.device(name_of(lun, 0)).tests;
    }
    EXPECT_LE(busy, 70U);  // before their I/O was seen twice, and for the longest interval
    EXPECT_GE(idle, 80U);
}

TEST_F(Sampled, ASmallNexusIsCheckedInFull) {
    bench.add(scsi_path("sdz", 4000, kDiskB, "host5"));
    bench.advance(seconds(60));
    bench.device("sdz").tests = 0;
    bench.advance(seconds(100));
    EXPECT_GE(bench.device("sdz").tests, 4U);
}

}  // namespace
}  // namespace mp::test
