// SPDX-License-Identifier: GPL-2.0-or-later
// How is an NVMe controller asked in which asymmetric access state its namespaces are, and what do
// its answers say (NVM Express base specification 2.0: 5.17.2.1 Identify Controller, field CMIC;
// 5.16.1.13 log page 0Ch)? The log holds a header, then one descriptor for each group: 32 bytes and
// the numbers of its namespaces. Fields are little-endian. A count that promises more than the
// bytes hold means that the log was cut; nothing is read past the end.
#include "daemon/scsi/nvme_ana.h"

namespace mp::scsi {

namespace {

constexpr std::uint8_t kIdentify = 0x06;
constexpr std::uint32_t kOfController = 1;
constexpr std::size_t kMultipathCapabilities = 76;  // CMIC
constexpr std::uint8_t kReportsAna = 0x08;

constexpr std::uint8_t kGetLogPage = 0x02;
constexpr std::uint32_t kAnaLog = 0x0c;
constexpr std::uint32_t kRetainEvent = 1U << 15U;
constexpr std::uint32_t kEveryNamespace = 0xffffffff;
constexpr std::size_t kHeader = 16;
constexpr std::size_t kGroupCount = 8;
constexpr std::size_t kGroupHeader = 32;
constexpr std::size_t kNamespaceCount = 4;
constexpr std::size_t kState = 16;
constexpr std::uint8_t kStateBits = 0x0f;

std::optional<std::uint32_t> little_u32(Bytes bytes, std::size_t at) {
    std::optional<std::uint32_t> big = u32_at(bytes, at);
    return big ? std::optional(__builtin_bswap32(*big)) : std::nullopt;
}

}  // namespace

std::string_view ana_word(AnaState state) {
    switch (state) {
        case AnaState::optimized:
            return "optimized";
        case AnaState::non_optimized:
            return "non-optimized";
        case AnaState::inaccessible:
            return "inaccessible";
        case AnaState::persistent_loss:
            return "persistent-loss";
        case AnaState::change:
            return "change";
    }
    return {};
}

model::NvmeRead identify_controller() {
    return {.opcode = kIdentify, .cdw10 = kOfController};
}

std::optional<bool> reports_ana(Bytes identify_data) {
    std::optional<std::uint8_t> capabilities = u8_at(identify_data, kMultipathCapabilities);
    return capabilities ? std::optional((*capabilities & kReportsAna) != 0) : std::nullopt;
}

model::NvmeRead ana_log(std::uint32_t length) {
    std::uint32_t words = length / 4 - 1;
    return {.opcode = kGetLogPage,
            .nsid = kEveryNamespace,
            .cdw10 = kAnaLog | kRetainEvent | (words & 0xffff) << 16U,
            .cdw11 = words >> 16U,
            .length = length};
}

AnaFound find_in_ana_log(Bytes log, std::uint32_t nsid) {
    std::optional<std::uint32_t> groups = little_u32(log, kGroupCount);
    if (!groups) {
        return {.cut = true};
    }
    std::size_t at = kHeader;
    for (std::uint32_t group = 0; group < (*groups & 0xffff); ++group) {
        std::optional<std::uint32_t> count = little_u32(log, at + kNamespaceCount);
        std::optional<std::uint8_t> state = u8_at(log, at + kState);
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
                return {.state = static_cast<AnaState>(*state & kStateBits)};
            }
        }
    }
    return {};
}

}  // namespace mp::scsi
