// SPDX-License-Identifier: GPL-2.0-or-later
// How fast is the path? The average of its last io_num reads, in steps of a factor base_num: paths
// whose averages differ by less than a step are equals. 100 s is 0, and each step faster is one
// more, up to what 1 us gives.
//
// One read goes along with each check; users of multipath-tools know io_num reads in a row at each
// evaluation, which is a burst of I/O that itself changes what it measures. A new path is judged by
// the reads that it has had.
#include "prioritizers/path_latency.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <optional>

#include "daemon/base/strings.h"
#include "daemon/model/answer.h"

namespace mp::prioritizers {
namespace {

constexpr std::uint64_t kReadsMin = 20;
constexpr std::uint64_t kReadsMax = 200;
constexpr double kBaseMin = 1.1;
constexpr double kBaseMax = 10;
constexpr double kSlowest_us = 100e6;
constexpr double kFastest_us = 1;
constexpr std::uint32_t kReadBytes = 4096;

struct Settings {
    std::size_t reads = 100;
    double base = 1.778;  ///< four steps for a factor of ten
};

class PathLatency final : public Prioritizer {
public:
    explicit PathLatency(Settings settings) : settings_(settings) {}

    bool measures() const override { return true; }
    void hear_latency(Duration latency) override { heard_ = latency; }
    NextStep begin(const model::BlockDevice& device) override {
        return model::ReadBlocks{.offset_bytes = 0,
                                 .length = std::max(kReadBytes, device.logical_block_size)};
    }
    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        if (!answer) {
            return Priority{.message = "a read failed: " + answer.error().text()};
        }
        latencies_.push_back(heard_);
        sum_ += heard_;
        if (latencies_.size() > settings_.reads) {
            sum_ -= latencies_.front();
            latencies_.pop_front();
        }
        return Priority{.value = value()};
    }

private:
    int value() const {
        double average_us = std::chrono::duration<double, std::micro>(sum_).count() /
                            static_cast<double>(latencies_.size());
        average_us = std::clamp(average_us, kFastest_us, kSlowest_us);
        return static_cast<int>(std::log(kSlowest_us / average_us) / std::log(settings_.base));
    }

    Settings settings_;
    std::deque<Duration> latencies_;
    Duration sum_{0};
    Duration heard_{0};
};

std::optional<double> decimal(std::string_view text) {
    double value = 0;
    const std::from_chars_result parsed =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    return whole ? std::optional<double>(value) : std::nullopt;
}

Result<std::unique_ptr<Prioritizer>> create(std::string_view args) {
    Settings settings;
    for (std::string_view word : split_words(args)) {
        std::size_t equals = std::min(word.find('='), word.size());
        std::string_view name = word.substr(0, equals);
        std::string_view value = word.substr(std::min(equals + 1, word.size()));
        if (name == "io_num") {
            Result<std::uint64_t> reads = parse_u64(value);
            if (!reads || *reads < kReadsMin || *reads > kReadsMax) {
                return fail(Errc::invalid, "io_num must be a number from 20 to 200");
            }
            settings.reads = static_cast<std::size_t>(*reads);
        } else if (name == "base_num") {
            std::optional<double> base = decimal(value);
            if (!base || !(*base >= kBaseMin && *base <= kBaseMax)) {
                return fail(Errc::invalid, "base_num must be a number from 1.1 to 10");
            }
            settings.base = *base;
        } else {
            return fail(Errc::invalid, "the arguments are io_num=N and base_num=X");
        }
    }
    return std::unique_ptr<Prioritizer>(std::make_unique<PathLatency>(settings));
}

}  // namespace

const PrioritizerType kPathLatency{
    .name = "path_latency",
    .doc = "Rates by the average time of reads; arguments io_num=20..200 base_num=1.1..10.",
    .create = create};

}  // namespace mp::prioritizers
