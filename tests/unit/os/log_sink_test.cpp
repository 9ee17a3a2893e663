// SPDX-License-Identifier: GPL-2.0-or-later
// Are lines whole, whatever their length, and those that were lost counted?
#include "daemon/os/log_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "daemon/base/strings.h"
#include "daemon/os/unique_fd.h"

namespace mp::os {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Pipe {
public:
    Pipe() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        read_ = UniqueFd(ends[0]);
        write_ = UniqueFd(ends[1]);
    }
    int write_end() const { return write_.get(); }
    /// Until so many lines are there.
    std::vector<std::string> lines(std::size_t count) {
        std::array<char, 65536> bytes;
        while (static_cast<std::size_t>(std::ranges::count(text_, '\n')) < count) {
            const ssize_t n = ::read(read_.get(), bytes.data(), bytes.size());
            if (n <= 0) {
                ADD_FAILURE() << "nothing to read";
                break;
            }
            text_.append(bytes.data(), static_cast<std::size_t>(n));
        }
        std::vector<std::string> out;
        for (std::string_view line : split(text_, '\n')) {
            out.emplace_back(line);
        }
        out.pop_back();
        return out;
    }

private:
    UniqueFd read_;
    UniqueFd write_;
    std::string text_;
};

model::effect::Log line(std::string text) {
    return {model::LogLevel::notice, "test", "", "", std::move(text)};
}

TEST(QueuedLog, WritesMapAndPathBeforeTheTextAndDropsWhatIsTooVerbose) {
    Pipe pipe;
    QueuedLog log({QueuedLog::Target::stderr_plain, model::LogLevel::notice, pipe.write_end()});
    log.write({model::LogLevel::debug, "test", "", "", "not seen"});
    log.write({model::LogLevel::error, "test", "mpatha", "sda", "failed"});
    log.set_most_verbose(model::LogLevel::debug);
    log.write({model::LogLevel::debug, "test", "mpatha", "", "seen"});
    const std::vector<std::string> lines = pipe.lines(2);
    EXPECT_EQ(lines[0], "mpatha: sda: failed");
    EXPECT_EQ(lines[1], "mpatha: seen");
}

TEST(QueuedLog, StampsLinesWithTheTimeSinceBoot) {
    Pipe pipe;
    QueuedLog log({QueuedLog::Target::stderr_stamped, model::LogLevel::notice, pipe.write_end()});
    log.write(line("x"));
    EXPECT_THAT(pipe.lines(1)[0], testing::MatchesRegex("[0-9]+\\.[0-9]+ \\| x"));
}

TEST(KnownFaults, D27LongAndManyLinesArriveWholeAndLostOnesAreCounted) {
    Pipe pipe;
    constexpr std::size_t kQueued = 100;
    QueuedLog log(
        {QueuedLog::Target::stderr_plain, model::LogLevel::notice, pipe.write_end(), kQueued});
    const std::string large(300000, 'x');  // more than the pipe holds: the writer stands
    log.write(line(large));
    constexpr std::size_t kMany = 1000;
    for (std::size_t i = 0; i < kMany; ++i) {
        log.write(line(std::string(300, 'a') + std::to_string(i)));
    }
    // Each line either arrives, whole, or is counted by a notice; the large one comes first.
    std::size_t lost = 0;
    std::size_t arrived = 0;
    for (std::size_t count = 1; arrived + lost < kMany + 1; ++count) {
        const std::string text = pipe.lines(count).at(count - 1);
        if (text.find("log lines were lost") != std::string::npos) {
            lost += std::stoul(text);
            continue;
        }
        EXPECT_TRUE(arrived == 0 ? text == large : text.size() > 300) << text;
        ++arrived;
    }
    EXPECT_EQ(arrived + lost, kMany + 1);
    EXPECT_GT(lost, 0U);
    EXPECT_GE(arrived, kQueued);
}

}  // namespace
}  // namespace mp::os
