// SPDX-License-Identifier: GPL-2.0-or-later
// The lanes and the ring behind the PathIo port. A device is a file; one that hangs is a pipe that
// nobody writes to, or a call in a lane that waits at a gate.
#include "daemon/os/path_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "tests/contract/os/loop_fixture.h"
#include "tests/contract/path_io_contract.h"

namespace mp::contract {
namespace {

/// What lanes do with files whose name begins with 'h' waits here.
class Gate {
public:
    void wait() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        opened_.wait(lock, [this] { return open_; });
        --waiting_;
    }
    int waiting() {
        std::lock_guard lock(mutex_);
        return waiting_;
    }
    void open() {
        {
            std::lock_guard lock(mutex_);
            open_ = true;
        }
        opened_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
    int waiting_ = 0;
};

std::string name_of_fd(int fd) {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error)
        .filename()
        .string();
}

// Lanes that hang look at these after the test program's own objects are gone.
constexpr std::uint8_t kRefusedCode = 0xa3;
constexpr std::uint8_t kHangingCode = 0xa4;
model::ScsiCommand refused() {
    return {.cdb = {kRefusedCode, 0, 0, 0, 0, 0}};
}
model::ScsiCommand hanging() {
    return {.cdb = {kHangingCode, 0, 0, 0, 0, 0}};
}

class LaneHarness : public PathIoHarness {
public:
    LaneHarness(model::Probe probe, bool use_ring) : probe_(std::move(probe)) {
        folder_.write("sys/block/x/state", "running\n");
        os::LanePathIo::Options options;
        options.device = {.dev_root = folder_.path(), .regular_files = true};
        options.use_ring = use_ring;
        options.scsi = [gate = gate_](int fd, const model::ScsiCommand& command, Duration) {
            if (name_of_fd(fd).front() == 'h') {
                gate->wait();
            }
            model::ScsiReply reply;
            if (command.cdb.front() == kRefusedCode) {
                reply.status = 2;
            } else if (command.cdb.front() == kHangingCode) {
                gate->wait();
            }
            reply.data.resize(command.transfer_length);
            return model::ProbeReply(model::ProbeAnswer(reply));
        };
        options.read = [gate = gate_](int fd, const model::ReadBlocks& read) {
            if (name_of_fd(fd).front() == 'h') {
                gate->wait();
            }
            return os::read_blocks(fd, read);
        };
        port_ = std::make_unique<os::LanePathIo>(*loop_, sink_,
                                                 *os::SysDir::open(folder_.path("sys")), options);
    }
    ~LaneHarness() override { gate_->open(); }

    Gate& gate() { return *gate_; }
    os::LanePathIo& port() override { return *port_; }
    model::PathRef add_device(Device kind) override {
        model::PathRef path{.id = PathId{next_}, .devt = {}, .name = "d" + std::to_string(next_)};
        ++next_;
        switch (kind) {
            case Device::healthy:
                folder_.write(path.name, std::string(8192, 'x'));
                break;
            case Device::hangs:
                path.name.front() = 'h';
                make_hanging(path.name);
                break;
            case Device::missing:
                break;
            case Device::replaced:
                folder_.write(path.name, std::string(8192, 'x'));
                path.devt = {8, 16};  // a file has device number 0:0
                break;
        }
        return path;
    }
    model::Probe probe() override { return probe_; }
    void let_go() override {
        gate_->open();
        for (const int writer : writers_) {
            static_cast<void>(::fcntl(writer, F_SETFL, O_NONBLOCK));
            const std::string plenty(32768, 'y');
            ASSERT_GT(::write(writer, plenty.data(), plenty.size()), 0);
        }
    }
    const std::vector<model::event::ProbeDone>& answers() override {
        answers_ = sink_.all<model::event::ProbeDone>();
        return answers_;
    }
    bool run_until(const std::function<bool()>& done) override {
        return contract::run_until(*loop_, done);
    }

private:
    void make_hanging(const std::string& name) {
        if (std::holds_alternative<model::ScsiCommand>(probe_) || !port_->has_ring()) {
            folder_.write(name, std::string(8192, 'x'));
            return;
        }
        ASSERT_EQ(::mkfifo(folder_.path(name).c_str(), 0600), 0);
        const int writer = ::open(folder_.path(name).c_str(), O_RDWR | O_CLOEXEC);
        ASSERT_GE(writer, 0);
        writers_.insert(writer);
    }

    ScratchFolder folder_;
    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
    model::Probe probe_;
    std::unique_ptr<os::EventLoop> loop_ = contract::make_loop();
    RecordingSink sink_;
    std::vector<model::event::ProbeDone> answers_;
    std::unique_ptr<os::LanePathIo> port_;
    std::set<int> writers_;
    std::uint64_t next_ = 1;
};

const model::Probe kScsi = model::ScsiCommand{.cdb = {0, 0, 0, 0, 0, 0}};
const model::Probe kRead = model::ReadBlocks{.offset_bytes = 0, .length = 4096};

INSTANTIATE_TEST_SUITE_P(
    Os, PathIoContract,
    ::testing::Values(
        PathIoCase{"ScsiInLanes", [] { return std::make_unique<LaneHarness>(kScsi, true); }},
        PathIoCase{"ReadsInLanes", [] { return std::make_unique<LaneHarness>(kRead, false); }},
        PathIoCase{"ReadsInTheRing", [] { return std::make_unique<LaneHarness>(kRead, true); }}),
    [](const auto& test) { return test.param.name; });

class LanePathIoTest : public ::testing::Test {
protected:
    model::ProbeReply ask(LaneHarness& harness, const model::PathRef& path, model::Probe probe) {
        const std::size_t before = harness.answers().size();
        harness.port().start(OpId{++op_}, path, probe, seconds(3600));
        EXPECT_TRUE(harness.run_until([&] { return harness.answers().size() > before; }));
        return harness.answers().back().reply;
    }
    std::uint64_t op_ = 0;
};

TEST_F(LanePathIoTest, AttributesAreReadBelowTheSysfsMount) {
    LaneHarness harness(kScsi, false);
    const model::PathRef path = harness.add_device(PathIoHarness::Device::missing);
    const model::ProbeReply reply = ask(harness, path, model::ReadAttribute{"/block/x/state"});
    ASSERT_TRUE(reply.has_value());
    const auto& bytes = std::get<model::BytesReply>(*reply).data;
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "running\n");
    EXPECT_EQ(ask(harness, path, model::ReadAttribute{"/block/y/state"}).error().code, Errc::gone);
    EXPECT_EQ(ask(harness, path, model::ReadAttribute{"/../d1"}).error().code, Errc::invalid);
}

TEST_F(LanePathIoTest, ReadsWithoutTheRingGiveTheBytes) {
    for (const bool ring : {false, true}) {
        LaneHarness harness(kRead, ring);
        const model::PathRef path = harness.add_device(PathIoHarness::Device::healthy);
        const model::ProbeReply reply = ask(harness, path, model::ReadBlocks{4096, 512});
        ASSERT_TRUE(reply.has_value());
        EXPECT_EQ(std::get<model::BytesReply>(*reply).data, std::vector<std::uint8_t>(512, 'x'));
        EXPECT_EQ(ask(harness, path, model::ReadBlocks{8192, 512}).error().code, Errc::io);
        EXPECT_EQ(ask(harness, path, model::ReadBlocks{0, 0}).error().code, Errc::invalid);
        EXPECT_EQ(ask(harness, path, model::ReadBlocks{0, 1U << 20U}).error().code, Errc::invalid);
    }
}

class ForeseenQuestions : public LanePathIoTest {
protected:
    const model::event::ProbeDone& ask(std::vector<model::Probe> foreseen, Duration timeout) {
        const model::PathRef path = harness_.add_device(PathIoHarness::Device::healthy);
        harness_.port().start(OpId{1}, path, {kScsi, std::move(foreseen)}, timeout);
        EXPECT_TRUE(harness_.run_until([&] { return !harness_.answers().empty(); }));
        return harness_.answers().front();
    }
    static std::size_t bytes(const model::ProbeReply& reply) {
        return std::get<model::ScsiReply>(*reply).data.size();
    }

    LaneHarness harness_{kScsi, true};
    const model::Probe eight_ =
        model::ScsiCommand{.cdb = {0x12, 1, 0, 0, 8, 0}, .transfer_length = 8};
    const model::Probe nine_ =
        model::ScsiCommand{.cdb = {0x12, 1, 0, 0, 9, 0}, .transfer_length = 9};
};

TEST_F(ForeseenQuestions, AreAnsweredInOrderWithTheFirst) {
    const model::event::ProbeDone& done =
        ask({eight_, model::ReadAttribute{"/block/x/state"}, nine_}, seconds(3600));
    EXPECT_EQ(bytes(done.reply), 0U);
    ASSERT_EQ(done.more.size(), 3U);
    EXPECT_EQ(bytes(done.more[0]), 8U);
    EXPECT_EQ(std::get<model::BytesReply>(*done.more[1]).data.size(), 8U) << "running, newline";
    EXPECT_EQ(bytes(done.more[2]), 9U);
}

TEST_F(ForeseenQuestions, AreNotAskedAfterOneThatIsNotPlain) {
    const model::event::ProbeDone& done = ask({eight_, refused(), nine_}, seconds(3600));
    ASSERT_EQ(done.more.size(), 2U);
    EXPECT_EQ(std::get<model::ScsiReply>(*done.more[1]).status, 2);
    const model::ReadAttribute nothing{"/block/y/state"};
    LaneHarness other(kScsi, true);
    other.port().start(OpId{2}, other.add_device(PathIoHarness::Device::healthy),
                       {kScsi, {nothing, nine_}}, seconds(3600));
    ASSERT_TRUE(other.run_until([&] { return !other.answers().empty(); }));
    ASSERT_EQ(other.answers().front().more.size(), 1U);
    EXPECT_EQ(other.answers().front().more[0].error().code, Errc::gone);
}

TEST_F(ForeseenQuestions, ThatHangDoNotTakeBackWhatWasAnswered) {
    const model::event::ProbeDone& done = ask({eight_, hanging(), nine_}, milliseconds(300));
    EXPECT_TRUE(done.reply.has_value());
    ASSERT_EQ(done.more.size(), 2U);
    EXPECT_EQ(bytes(done.more[0]), 8U);
    EXPECT_EQ(done.more[1].error().code, Errc::timeout);
    EXPECT_EQ(harness_.port().usage().stuck, 1U);
    harness_.let_go();
    ASSERT_TRUE(harness_.run_until([&] { return harness_.port().usage().stuck == 0; }));
    EXPECT_EQ(harness_.answers().size(), 1U);
}

TEST_F(LanePathIoTest, AFileTakesNoScsiCommands) {
    ScratchFolder folder;
    folder.write("f", "text");
    const os::UniqueFd fd(::open(folder.path("f").c_str(), O_RDONLY | O_CLOEXEC));
    const model::ScsiCommand tur{.cdb = {0, 0, 0, 0, 0, 0}};
    EXPECT_EQ(os::issue_scsi(fd.get(), tur, seconds(1)).error().code, Errc::unsupported);
    const model::ScsiCommand absurd{.cdb = {1, 2}};
    EXPECT_EQ(os::issue_scsi(fd.get(), absurd, seconds(1)).error().code, Errc::invalid);
    EXPECT_EQ(os::issue_nvme(fd.get(), {.opcode = 6}, seconds(1)).error().code, Errc::unsupported);
    EXPECT_EQ(os::issue_nvme(fd.get(), {.opcode = 6, .length = 6}, seconds(1)).error().code,
              Errc::invalid);
}

TEST_F(LanePathIoTest, CommandsThatHangAreLeftBehindWhenTheDaemonGoes) {
    auto harness = std::make_unique<LaneHarness>(kScsi, true);
    const model::PathRef path = harness->add_device(PathIoHarness::Device::hangs);
    harness->port().start(OpId{1}, path, kScsi, seconds(3600));
    ASSERT_TRUE(harness->run_until([&] { return harness->gate().waiting() == 1; }));
    harness->port().release(path.id);
    EXPECT_EQ(harness->port().usage().stuck, 1U);
    harness.reset();  // opens the gate first; the lane then posts into a closed queue
}

}  // namespace
}  // namespace mp::contract
