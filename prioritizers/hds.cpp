// SPDX-License-Identifier: GPL-2.0-or-later
// Does this path lead to the controller of a modular Hitachi array that serves the volume? Even
// volumes belong to even controllers and odd ones to odd controllers; on all hosts alike, so that
// no two of them pull a volume apart. The vendor specific bytes of standard INQUIRY data hold the
// number of the volume (four hexadecimal digits from byte 44) and the controller (one digit at byte
// 49).
#include "prioritizers/hds.h"

#include <optional>

#include "daemon/scsi/cdb.h"
#include "prioritizers/single_question.h"

namespace mp::prioritizers {
namespace {

constexpr std::size_t kLastDigitOfVolume = 47;
constexpr std::size_t kController = 49;

/// 0 even, 1 odd; unset: no digit of the base.
std::optional<int> parity_of(std::uint8_t digit, bool hexadecimal) {
    if (digit >= '0' && digit <= '9') {
        return (digit - '0') % 2;
    }
    if (hexadecimal && digit >= 'A' && digit <= 'F') {
        return (digit - 'A') % 2;
    }
    return std::nullopt;
}

class Hds final : public SingleQuestion {
public:
    Hds() : SingleQuestion("hds", scsi::inquiry(scsi::kShortAllocation)) {}

private:
    Priority judge(scsi::Bytes data) const override {
        if (data.size() <= kController) {
            return undefined("INQUIRY data end before the controller");
        }
        std::optional<int> volume = parity_of(data[kLastDigitOfVolume], true);
        std::optional<int> controller = parity_of(data[kController], false);
        if (!volume || !controller) {
            return undefined("INQUIRY data name no volume and controller");
        }
        return Priority{.value = *volume == *controller ? 1 : 0};
    }
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view) {
    return std::unique_ptr<Prioritizer>(std::make_unique<Hds>());
}

}  // namespace

const PrioritizerType kHds{.name = "hds",
                           .doc = "Serving controller of modular Hitachi arrays, by parity.",
                           .create = create};

}  // namespace mp::prioritizers
