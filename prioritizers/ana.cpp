// SPDX-License-Identifier: GPL-2.0-or-later
// In which asymmetric access state is the namespace through this NVMe controller (NVM Express base
// specification 2.0, 8.1)? optimized 50, non-optimized 10, inaccessible and change 1,
// persistent-loss 0.
//
// A kernel that does the multipathing itself keeps the controller's log and shows the state of the
// namespace's group in sysfs, attribute ana_state. One that leaves it to device-mapper shows
// nothing: then the controller is asked, once whether it reports asymmetric access at all (Identify
// Controller, CMIC), and each time for the log page. Its events stay the kernel's. A controller
// without such access has the priority of const; a log that says nothing of the namespace leaves
// the priority undefined with a message.
#include "prioritizers/ana.h"

#include <array>

#include "daemon/model/answer.h"
#include "daemon/scsi/bytes.h"

namespace mp::prioritizers {
namespace {

using scsi::Bytes;

struct State {
    std::string_view word;
    std::uint8_t code;
    int value;
};
constexpr std::array<State, 5> kStates = {{{"optimized", 1, 50},
                                           {"non-optimized", 2, 10},
                                           {"inaccessible", 3, 1},
                                           {"change", 15, 1},
                                           {"persistent-loss", 4, 0}}};
constexpr int kWithoutStates = 1;  // as const

constexpr std::uint8_t kIdentify = 0x06;
constexpr std::uint32_t kIdentifyController = 1;
constexpr std::size_t kMultipathCapabilities = 76;  // CMIC
constexpr std::uint8_t kReportsStates = 0x08;

constexpr std::uint8_t kGetLogPage = 0x02;
constexpr std::uint32_t kAnaLog = 0x0c;
constexpr std::uint32_t kRetainEvent = 1U << 15U;
constexpr std::uint32_t kEveryNamespace = 0xffffffff;
constexpr std::uint32_t kLogLength = 4096;
constexpr std::uint32_t kLogLengthMax = 64 * 1024;
constexpr std::size_t kLogHeader = 16;
constexpr std::size_t kGroupHeader = 32;

// NVMe counts from the low byte on. Bytes that were not sent read as nothing.
std::optional<std::uint32_t> little_u32(Bytes bytes, std::size_t at) {
    std::optional<std::uint32_t> big = scsi::u32_at(bytes, at);
    return big ? std::optional(__builtin_bswap32(*big)) : std::nullopt;
}

model::NvmeRead identify_controller() {
    return {.opcode = kIdentify, .cdw10 = kIdentifyController};
}

model::NvmeRead ana_log(std::uint32_t length) {
    std::uint32_t words = length / 4 - 1;
    return {.opcode = kGetLogPage,
            .nsid = kEveryNamespace,
            .cdw10 = kAnaLog | kRetainEvent | (words & 0xffff) << 16U,
            .cdw11 = words >> 16U,
            .length = length};
}

struct Found {
    std::optional<std::uint8_t> state;  ///< of the group that has the namespace
    bool cut = false;                   ///< there is more than was read
};
Found find_namespace(Bytes log, std::uint32_t nsid) {
    std::uint32_t groups = little_u32(log, 8).value_or(0) & 0xffff;
    std::size_t at = kLogHeader;
    for (std::uint32_t group = 0; group < groups; ++group) {
        std::optional<std::uint32_t> count = little_u32(log, at + 4);
        std::optional<std::uint8_t> state = scsi::u8_at(log, at + 16);
        if (!count || !state) {
            return {.cut = true};
        }
        at += kGroupHeader;
        for (std::uint32_t i = 0; i < *count; ++i, at += 4) {
            std::optional<std::uint32_t> member = little_u32(log, at);
            if (!member) {
                return {.cut = true};
            }
            if (*member == nsid) {
                return {.state = static_cast<std::uint8_t>(*state & 0x0f)};
            }
        }
    }
    return {.cut = log.size() < kLogHeader};
}

class Ana final : public Prioritizer {
public:
    NextStep begin(const model::BlockDevice& device) override {
        if (device.bus != model::Bus::nvme || device.sys_path.empty()) {
            return undefined("not an NVMe namespace");
        }
        nsid_ = device.hctl ? static_cast<std::uint32_t>(device.hctl->lun) : 0;
        if (device.nvme_ana) {
            stage_ = Stage::attribute;
            return model::ReadAttribute{.path = device.sys_path + "/ana_state"};
        }
        if (!reports_) {
            stage_ = Stage::identify;
            return identify_controller();
        }
        return ask_log(kLogLength);
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        switch (stage_) {
            case Stage::attribute:
                return answer ? on_word(scsi::text_field((*answer)->data))
                              : undefined("ana_state: " + answer.error().text());
            case Stage::identify:
                return answer ? on_identify((*answer)->data)
                              : undefined("identify controller: " + answer.error().text());
            case Stage::log:
                return answer ? on_log((*answer)->data)
                              : undefined("ANA log: " + answer.error().text());
        }
        return undefined("unknown stage");
    }

private:
    enum class Stage { attribute, identify, log };

    static NextStep on_word(const std::string& text) {
        for (const State& state : kStates) {
            if (text == state.word) {
                return Priority{.value = state.value};
            }
        }
        return undefined("ana_state is \"" + text + "\"");
    }

    NextStep on_identify(Bytes data) {
        std::optional<std::uint8_t> capabilities = scsi::u8_at(data, kMultipathCapabilities);
        if (!capabilities) {
            return undefined("identify controller: the answer is too short");
        }
        if ((*capabilities & kReportsStates) == 0) {
            return Priority{.value = kWithoutStates};
        }
        reports_ = true;
        return ask_log(kLogLength);
    }

    NextStep ask_log(std::uint32_t length) {
        stage_ = Stage::log;
        length_ = length;
        return ana_log(length);
    }

    NextStep on_log(Bytes log) {
        Found found = find_namespace(log, nsid_);
        for (const State& state : kStates) {
            if (found.state == state.code) {
                return Priority{.value = state.value};
            }
        }
        if (found.state) {
            return undefined("the namespace is in state " + std::to_string(*found.state));
        }
        if (found.cut && length_ < kLogLengthMax) {
            return ask_log(length_ * 4);
        }
        return undefined("namespace " + std::to_string(nsid_) + " is not in the ANA log");
    }

    static NextStep undefined(const std::string& why) {
        return Priority{.message = "ana prioritizer: " + why};
    }

    Stage stage_ = Stage::attribute;
    bool reports_ = false;  ///< the controller has said that it reports states
    std::uint32_t nsid_ = 0;
    std::uint32_t length_ = 0;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Ana>());
}

}  // namespace

const PrioritizerType kAna{
    .name = "ana", .doc = "Asymmetric access state of NVMe namespaces.", .create = create};

}  // namespace mp::prioritizers
