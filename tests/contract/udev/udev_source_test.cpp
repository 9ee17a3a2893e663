// SPDX-License-Identifier: GPL-2.0-or-later
// The DeviceSource port on libudev, in a mocked /sys with mocked events: once with udev's events
// and database, once as in a container that has neither.
#include "daemon/os/udev_source.h"

#include <umockdev.h>

#include <map>
#include <mutex>
#include <set>

#include "daemon/os/late_udev.h"
#include "tests/contract/device_source_contract.h"
#include "tests/contract/os/loop_fixture.h"

namespace mp::contract {
namespace {

// umockdev has no udev database; which disks udev has processed is said here.
std::mutex unprocessed_mutex;
std::set<std::string> unprocessed;

void set_processed(const std::string& name, bool processed) {
    std::lock_guard lock(unprocessed_mutex);
    if (processed) {
        unprocessed.erase(name);
    } else {
        unprocessed.insert(name);
    }
}

// In the place of libudev's, which looks for a file in /run/udev.
int is_initialized(udev_device* device) {
    std::lock_guard lock(unprocessed_mutex);
    return unprocessed.contains(os::udev_device_get_sysname(device)) ? 0 : 1;
}

constexpr const char* kScsiDevice = "/devices/pci0000:00/host2/target2:0:0";

class UdevHarness final : public DeviceSourceHarness {
public:
    explicit UdevHarness(bool udev) : testbed_(umockdev_testbed_new()) {
        EXPECT_TRUE(umockdev_in_mock_environment()) << "run with umockdev-wrapper";
        const std::string root = take(umockdev_testbed_get_root_dir(testbed_));
        sys_ = root + "/sys";
        std::filesystem::create_directories(sys_ + "/block");
        std::filesystem::create_directories(sys_ + "/class/block");
        EXPECT_TRUE(os::load_udev().has_value());
        os::udev_device_get_is_initialized = &is_initialized;
        Result<std::unique_ptr<os::UdevSource>> source =
            os::UdevSource::create(*loop_, sink_, *os::SysDir::open(sys_), {.udev = udev});
        EXPECT_TRUE(source.has_value()) << (source ? "" : source.error().text());
        port_ = std::move(*source);
    }
    ~UdevHarness() override {
        port_.reset();
        for (const auto& [name, disk] : disks_) {
            set_processed(name, true);
        }
        g_object_unref(testbed_);
    }

    ports::DeviceSource& port() override { return *port_; }
    DevT add_disk(const std::string& name, const std::string& vendor, bool announce) override {
        const std::uint32_t minor = next_minor_;
        next_minor_ += 16;
        const std::string lun = "2:0:0:" + std::to_string(minor / 16);
        const std::string scsi = std::string(kScsiDevice) + "/" + lun;
        const std::string block = scsi + "/block/" + name;
        const std::string devt = "8:" + std::to_string(minor);
        write(scsi + "/vendor", vendor + "  \n");
        write(scsi + "/model", "DISK\n");
        write(scsi + "/state", "running\n");
        write(block + "/dev", devt + "\n");
        write(block + "/size", "2048\n");
        write(block + "/uevent",
              "DEVTYPE=disk\nDEVNAME=" + name + "\nMAJOR=8\nMINOR=" + std::to_string(minor) + "\n");
        link("../../../class/block", block + "/subsystem");
        link(".." + block, "/block/" + name);
        link("../.." + block, "/class/block/" + name);
        disks_[name] = {scsi, block};
        if (announce) {
            send(name, "add");
        }
        return {8, minor};
    }
    void remove_disk(const std::string& name) override {
        send(name, "remove");
        std::filesystem::remove(sys_ + "/block/" + name);
        std::filesystem::remove(sys_ + "/class/block/" + name);
        std::filesystem::remove_all(sys_ + disks_.at(name).scsi);
        disks_.erase(name);
    }
    void change_disk(const std::string& name, const std::string& vendor) override {
        write(disks_.at(name).scsi + "/vendor", vendor + "\n");
        send(name, "change");
    }
    const std::vector<model::Event>& events() override { return sink_.disks.events; }
    const std::vector<std::string>& others() const { return sink_.others; }
    void add_other(const std::string& name) { write("/block/" + name + "/dev", "7:0\n"); }
    bool run_until(const std::function<bool()>& done) override {
        return contract::run_until(*loop_, done);
    }
    /// The kernel's event of a SCSI device: udev properties come from its uevent file.
    void attention(const std::string& name, const std::string& what) {
        const std::string scsi = disks_.at(name).scsi;
        write(scsi + "/uevent", "DEVTYPE=scsi_device\nSDEV_UA=" + what + "\n");
        std::filesystem::create_directories(sys_ + "/bus/scsi");
        if (!std::filesystem::exists(sys_ + scsi + "/subsystem")) {
            link("../../../../../bus/scsi", scsi + "/subsystem");
        }
        umockdev_testbed_uevent(testbed_, ("/sys" + scsi).c_str(), "change");
    }
    void add_properties(const std::string& name, const std::string& lines) const {
        std::ofstream(sys_ + disks_.at(name).block + "/uevent", std::ios::app) << lines;
    }
    std::string block_dir(const std::string& name) const { return disks_.at(name).block; }
    std::string read(const std::string& below) const {
        std::ifstream file(sys_ + below, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

private:
    struct Disk {
        std::string scsi;
        std::string block;
    };
    static std::string take(gchar* text) {
        std::string copy(text);
        g_free(text);
        return copy;
    }
    void write(const std::string& below, const std::string& text) const {
        const std::filesystem::path file = sys_ + below;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    void link(const std::string& target, const std::string& below) const {
        std::filesystem::create_symlink(target, sys_ + below);
    }
    void send(const std::string& name, const char* action) {
        umockdev_testbed_uevent(testbed_, ("/sys" + disks_.at(name).block).c_str(), action);
    }

    UMockdevTestbed* testbed_;
    std::string sys_;
    std::unique_ptr<os::EventLoop> loop_ = contract::make_loop();
    /// What is told of disks, in order; the others are told of when there is time.
    struct Sink final : ports::EventSink {
        RecordingSink disks;
        std::vector<std::string> others;
        void post(model::Event event) override {
            if (auto* told = std::get_if<model::event::OtherDevices>(&event)) {
                others = std::move(told->names);
            } else {
                disks.post(std::move(event));
            }
        }
    };
    Sink sink_;
    std::unique_ptr<os::UdevSource> port_;
    std::map<std::string, Disk> disks_;
    std::uint32_t next_minor_ = 0;
};

INSTANTIATE_TEST_SUITE_P(
    Os, DeviceSourceContract,
    ::testing::Values(
        DeviceSourceCase{"WithUdev", [] { return std::make_unique<UdevHarness>(true); }},
        DeviceSourceCase{"WithoutUdev", [] { return std::make_unique<UdevHarness>(false); }}),
    [](const auto& test) { return test.param.name; });

TEST(UdevSource, PropertiesComeFromUdevWhereThereIsOne) {
    for (const bool udev : {true, false}) {
        UdevHarness harness(udev);
        harness.add_disk("sda", "ACME", false);
        harness.port().reread("sda");
        ASSERT_TRUE(harness.run_until([&] { return !harness.events().empty(); }));
        const auto& device = std::get<model::event::DeviceSeen>(harness.events()[0]).device;
        EXPECT_EQ(device.properties.count("DEVTYPE"), udev ? 1U : 0U);
    }
}

TEST(KnownFaults, D26EveryPropertyOfADeviceIsKeptHoweverManyThereAre) {
    UdevHarness harness(true);
    harness.add_disk("sda", "ACME", false);
    std::string lines;
    for (int i = 0; i < 100; ++i) {
        lines += "ID_PROPERTY_" + std::to_string(i) + "=" + std::string(50, 'x') + "\n";
    }
    harness.add_properties("sda", lines + "ID_SERIAL=3600\n");
    harness.change_disk("sda", "ACME");
    ASSERT_TRUE(harness.run_until([&] { return !harness.events().empty(); }));
    const auto& device = std::get<model::event::DeviceSeen>(harness.events()[0]).device;
    EXPECT_GT(device.properties.size(), 100U);
    EXPECT_EQ(device.properties.at("ID_SERIAL"), "3600");
    EXPECT_EQ(device.properties.at("ID_PROPERTY_99"), std::string(50, 'x'));
}

TEST(UdevSource, ADiskThatUdevHasNotProcessedWaitsForItsOwnEvent) {
    UdevHarness harness(true);
    const DevT raw = harness.add_disk("sda", "ACME", false);
    const DevT done = harness.add_disk("sdb", "ACME", false);
    set_processed("sda", false);
    harness.port().enumerate();
    harness.port().reread("sda");
    ASSERT_TRUE(harness.run_until(
        [&] { return harness.events().size() >= 2 && harness.port().backlog() == 0; }));
    ASSERT_EQ(harness.events().size(), 2U);
    EXPECT_EQ(std::get<model::event::DeviceSeen>(harness.events()[0]).device.devt, done);
    std::vector<DevT> present =
        std::get<model::event::EnumerationDone>(harness.events()[1]).present;
    std::ranges::sort(present);
    EXPECT_EQ(present, (std::vector<DevT>{raw, done}));
    set_processed("sda", true);
    harness.change_disk("sda", "ACME");
    ASSERT_TRUE(harness.run_until([&] { return harness.events().size() == 3; }));
    const auto& seen = std::get<model::event::DeviceSeen>(harness.events()[2]);
    EXPECT_EQ(seen.device.devt, raw);
    EXPECT_TRUE(seen.device.udev_initialized);
}

TEST(UdevSource, DevicesThatAreNeverPathsAreNamed) {
    UdevHarness harness(true);
    harness.add_disk("sda", "ACME", false);
    harness.add_other("sr0");
    harness.add_other("dm-0");
    harness.port().enumerate();
    ASSERT_TRUE(harness.run_until([&] { return !harness.others().empty(); }));
    EXPECT_EQ(harness.others(), (std::vector<std::string>{"dm-0", "sr0"}));
    EXPECT_EQ(harness.events().size(), 2U) << "the disk, and that this was all";
}

TEST(UdevSource, WithoutUdevEveryDiskIsTold) {
    UdevHarness harness(false);
    harness.add_disk("sda", "ACME", false);
    set_processed("sda", false);
    harness.port().enumerate();
    ASSERT_TRUE(harness.run_until([&] { return harness.events().size() == 2; }));
    EXPECT_FALSE(std::get<model::event::DeviceSeen>(harness.events()[0]).device.udev_initialized);
}

TEST(UdevSource, ASecondLookAsksForAChangeEvent) {
    UdevHarness harness(true);
    harness.add_disk("sda", "ACME", false);
    const std::string file = harness.block_dir("sda") + "/uevent";
    harness.port().retrigger(harness.block_dir("sda"));
    harness.port().retrigger("/devices/not/there");
    ASSERT_TRUE(harness.run_until([&] { return harness.read(file).substr(0, 6) == "change"; }));
}

TEST(UdevSource, AUnitAttentionHasItsDiskReadAtOnce) {
    UdevHarness harness(true);
    harness.add_disk("sda", "ACME", true);
    harness.add_disk("sdb", "ACME", true);
    ASSERT_TRUE(harness.run_until([&] { return harness.events().size() == 2; }));
    harness.attention("sdb", "INQUIRY_DATA_HAS_CHANGED");
    ASSERT_TRUE(harness.run_until([&] { return harness.events().size() > 2; }));
    const auto& seen = std::get<model::event::DeviceSeen>(harness.events()[2]);
    EXPECT_EQ(seen.device.name, "sdb");
    EXPECT_TRUE(seen.change);
    EXPECT_EQ(harness.events().size(), 3U);
}

TEST(UdevSource, ADiskThatUdevHasNotProcessedIsNotToldForAUnitAttention) {
    UdevHarness harness(true);
    harness.add_disk("sda", "ACME", false);
    set_processed("sda", false);
    harness.attention("sda", "INQUIRY_DATA_HAS_CHANGED");
    harness.add_disk("sdb", "ACME", true);
    ASSERT_TRUE(harness.run_until([&] { return !harness.events().empty(); }));
    EXPECT_EQ(std::get<model::event::DeviceSeen>(harness.events()[0]).device.name, "sdb");
}

TEST(UdevSource, ChangedLunsOfATargetHaveAllItsDisksRead) {
    UdevHarness harness(true);
    harness.add_disk("sda", "ACME", true);
    harness.add_disk("sdb", "ACME", true);
    harness.add_disk("sdc", "ACME", true);
    ASSERT_TRUE(harness.run_until([&] { return harness.events().size() == 3; }));
    harness.attention("sdb", "REPORTED_LUNS_DATA_HAS_CHANGED");
    ASSERT_TRUE(harness.run_until([&] { return harness.events().size() == 6; }));
    EXPECT_EQ(std::get<model::event::DeviceSeen>(harness.events()[3]).device.name, "sdb");
}

TEST(UdevSource, DevicesThatAreNoPathsAreNotRead) {
    UdevHarness harness(true);
    harness.add_disk("dm-0", "", true);
    harness.add_disk("sda", "ACME", true);
    ASSERT_TRUE(harness.run_until([&] { return !harness.events().empty(); }));
    EXPECT_EQ(std::get<model::event::DeviceSeen>(harness.events()[0]).device.name, "sda");
    EXPECT_EQ(harness.port().backlog(), 0U);
}

}  // namespace
}  // namespace mp::contract
