// SPDX-License-Identifier: GPL-2.0-or-later
// Which cause is named when many paths fail together?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Two arrays with two ports each, three LUNs an array, behind two adapters: each adapter sees each
// port.
struct TwoArrays : testing::Test {
    TwoArrays() : bench("defaults {\n find_multipaths greedy\n}\n") {
        std::uint32_t minor = 0;
        for (char array = '1'; array <= '2'; ++array) {
            for (char port = 'a'; port <= 'b'; ++port) {
                for (char host = '0'; host <= '1'; ++host) {
                    for (char lun = '0'; lun <= '2'; ++lun) {
                        std::string disk = kDiskA;
                        disk[20] = array;
                        disk.back() = lun;
                        std::string name = std::string("sdx") + array + port + host + lun;
                        Device device =
                            scsi_path(name, minor += 16, disk, std::string("host") + host);
                        device.facts.target_wwnn = std::string("node") + array;
                        device.facts.target_port = std::string("port") + array + port;
                        device.facts.fabric = std::string("fabric") + host;
                        bench.add(std::move(device));
                    }
                }
            }
        }
        bench.start();
        bench.advance(seconds(30));
    }
    /// All whose name has `what` at `at` fail (or are good again).
    void set(std::size_t at, const std::string& what, bool ready) {
        for (std::pair<const std::string, Device>& entry : bench.devices) {
            if (entry.first.compare(at, what.size(), what) == 0) {
                entry.second.ready = ready;
            }
        }
    }
    std::vector<std::string> incidents(const std::string& id = "incident") {
        std::vector<std::string> texts;
        for (const model::effect::Log& log : bench.logs) {
            if (log.id == id) {
                texts.push_back(log.text);
            }
        }
        return texts;
    }
    Bench bench;
};

TEST_F(TwoArrays, ATargetPortBehindOneAdapter) {
    set(3, "1a0", false);
    bench.advance(seconds(30));
    EXPECT_THAT(incidents(),
                ElementsAre(HasSubstr(
                    "3 paths of 3 maps failed: target port port1a behind adapter host0 (")));
}

TEST_F(TwoArrays, ATargetPortBehindAllAdapters) {
    set(3, "1a", false);
    bench.advance(seconds(30));
    EXPECT_THAT(incidents(),
                ElementsAre(HasSubstr("6 paths of 3 maps failed: target port port1a (")));
    set(3, "1a", true);
    bench.advance(seconds(30));
    EXPECT_THAT(incidents("incident-over"),
                ElementsAre(HasSubstr("6 paths of 3 maps usable again: target port port1a (")));
}

TEST_F(TwoArrays, AnAdapter) {
    set(5, "0", false);
    bench.advance(seconds(30));
    EXPECT_THAT(incidents(), ElementsAre(HasSubstr("12 paths of 6 maps failed: adapter host0 (")));
}

TEST_F(TwoArrays, AnArrayWhoseEveryPathIsGoneIsOneIncident) {
    set(3, "2", false);
    bench.advance(seconds(30));
    EXPECT_THAT(incidents(),
                ElementsAre(testing::AllOf(HasSubstr("12 paths of 3 maps failed: array node2 ("),
                                           HasSubstr("; 3 maps without a path"))));
}

TEST_F(TwoArrays, SomeLunsOfOnePortAreNotThePort) {
    set(3, "1a00", false);
    set(3, "1a01", false);
    bench.advance(seconds(30));
    EXPECT_THAT(incidents(), ElementsAre(HasSubstr("2 paths of 2 maps failed: some of target port "
                                                   "port1a behind adapter host0 (")));
}

TEST_F(TwoArrays, TwoCausesAtOnceAreTwoIncidents) {
    set(3, "1a0", false);
    set(3, "2b1", false);
    bench.advance(seconds(30));
    EXPECT_THAT(incidents(), testing::UnorderedElementsAre(
                                 HasSubstr("target port port1a behind adapter host0"),
                                 HasSubstr("target port port2b behind adapter host1")));
}

}  // namespace
}  // namespace mp::test
