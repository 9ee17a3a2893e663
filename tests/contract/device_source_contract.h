// SPDX-License-Identifier: GPL-2.0-or-later
// What every DeviceSource does: tells the devices that are there, then what happens to them, in
// order for each device.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "daemon/ports/ports.h"

namespace mp::contract {

class DeviceSourceHarness {
public:
    virtual ~DeviceSourceHarness() = default;
    virtual ports::DeviceSource& port() = 0;
    /// A SCSI disk of this vendor appears or leaves; `announce`: with an event.
    virtual DevT add_disk(const std::string& name, const std::string& vendor, bool announce) = 0;
    virtual void remove_disk(const std::string& name) = 0;
    virtual void change_disk(const std::string& name, const std::string& vendor) = 0;
    virtual const std::vector<model::Event>& events() = 0;
    virtual bool run_until(const std::function<bool()>& done) = 0;
};

struct DeviceSourceCase {
    const char* name;
    std::function<std::unique_ptr<DeviceSourceHarness>()> make;
};

class DeviceSourceContract : public ::testing::TestWithParam<DeviceSourceCase> {
protected:
    template <class E>
    std::vector<E> all() {
        std::vector<E> found;
        for (const model::Event& event : harness_->events()) {
            if (const E* wanted = std::get_if<E>(&event)) {
                found.push_back(*wanted);
            }
        }
        return found;
    }
    std::vector<model::event::DeviceSeen> seen(const std::string& name) {
        std::vector<model::event::DeviceSeen> found = all<model::event::DeviceSeen>();
        std::erase_if(found, [&](const auto& event) { return event.device.name != name; });
        return found;
    }
    bool enumerate() {
        const std::size_t before = all<model::event::EnumerationDone>().size();
        port_.enumerate();
        return harness_->run_until(
            [&] { return all<model::event::EnumerationDone>().size() > before; });
    }

    std::unique_ptr<DeviceSourceHarness> harness_ = GetParam().make();
    ports::DeviceSource& port_ = harness_->port();
};

TEST_P(DeviceSourceContract, AnEnumerationOfNothingIsDoneToo) {
    port_.enumerate();
    EXPECT_TRUE(harness_->events().empty());
    ASSERT_TRUE(harness_->run_until([&] { return !all<model::event::EnumerationDone>().empty(); }));
    EXPECT_TRUE(all<model::event::EnumerationDone>()[0].present.empty());
    EXPECT_TRUE(all<model::event::DeviceSeen>().empty());
}

TEST_P(DeviceSourceContract, AnEnumerationTellsEveryDiskAndThenThatItIsDone) {
    const DevT first = harness_->add_disk("sda", "ACME", false);
    const DevT second = harness_->add_disk("sdb", "ACME", false);
    ASSERT_TRUE(enumerate());
    std::vector<DevT> present = all<model::event::EnumerationDone>()[0].present;
    std::ranges::sort(present);
    EXPECT_EQ(present, (std::vector<DevT>{first, second}));
    ASSERT_EQ(seen("sda").size(), 1U);
    ASSERT_EQ(seen("sdb").size(), 1U);
    EXPECT_EQ(seen("sda")[0].device.devt, first);
    EXPECT_EQ(seen("sda")[0].device.vendor, "ACME");
    EXPECT_FALSE(seen("sda")[0].change);
    EXPECT_TRUE(std::holds_alternative<model::event::EnumerationDone>(harness_->events().back()));
}

TEST_P(DeviceSourceContract, ADiskThatAppearsIsToldWithItsFacts) {
    ASSERT_TRUE(enumerate());
    const DevT devt = harness_->add_disk("sdc", "ACME", true);
    ASSERT_TRUE(harness_->run_until([&] { return !seen("sdc").empty(); }));
    EXPECT_EQ(seen("sdc")[0].device.devt, devt);
    EXPECT_EQ(seen("sdc")[0].device.vendor, "ACME");
    EXPECT_FALSE(seen("sdc")[0].change);
}

TEST_P(DeviceSourceContract, AChangeIsToldWithTheNewFacts) {
    harness_->add_disk("sda", "OLD", false);
    ASSERT_TRUE(enumerate());
    harness_->change_disk("sda", "NEW");
    ASSERT_TRUE(harness_->run_until([&] { return seen("sda").size() == 2; }));
    EXPECT_EQ(seen("sda")[1].device.vendor, "NEW");
    EXPECT_TRUE(seen("sda")[1].change);
}

TEST_P(DeviceSourceContract, ARemovalIsToldWithTheNumberOfTheDevice) {
    const DevT devt = harness_->add_disk("sda", "ACME", false);
    ASSERT_TRUE(enumerate());
    harness_->remove_disk("sda");
    ASSERT_TRUE(harness_->run_until([&] { return !all<model::event::DeviceGone>().empty(); }));
    EXPECT_EQ(all<model::event::DeviceGone>()[0].name, "sda");
    EXPECT_EQ(all<model::event::DeviceGone>()[0].devt, devt);
    ASSERT_TRUE(enumerate());
    EXPECT_TRUE(all<model::event::EnumerationDone>()[1].present.empty());
}

TEST_P(DeviceSourceContract, ADeviceIsReadAgainOnRequest) {
    const DevT devt = harness_->add_disk("sda", "ACME", false);
    ASSERT_TRUE(enumerate());
    port_.reread("sda");
    EXPECT_EQ(seen("sda").size(), 1U);
    ASSERT_TRUE(harness_->run_until([&] { return seen("sda").size() == 2; }));
    EXPECT_EQ(seen("sda")[1].device.devt, devt);
}

TEST_P(DeviceSourceContract, AReadingOfADeviceThatIsNotThereTellsThatItIsGone) {
    port_.reread("sdz");
    ASSERT_TRUE(harness_->run_until([&] { return !all<model::event::DeviceGone>().empty(); }));
    EXPECT_EQ(all<model::event::DeviceGone>()[0].name, "sdz");
}

TEST_P(DeviceSourceContract, TheBacklogIsEmptyWhenEverythingWasTold) {
    harness_->add_disk("sda", "ACME", false);
    ASSERT_TRUE(enumerate());
    for (int i = 0; i < 10; ++i) {
        harness_->change_disk("sda", "ACME");
    }
    ASSERT_TRUE(
        harness_->run_until([&] { return seen("sda").size() >= 2 && port_.backlog() == 0; }));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DeviceSourceContract);

}  // namespace mp::contract
