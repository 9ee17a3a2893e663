// SPDX-License-Identifier: GPL-2.0-or-later
// Can the first block be read past the page cache? One read of one logical block at offset 0, at
// most 4096 bytes unless the device's blocks are larger. Complete is up, an error is down. This
// works on any block device; it takes the same way through the kernel as users' I/O, including its
// retries.
#include "checkers/directio.h"

#include <algorithm>

#include "checkers/verdict.h"
#include "daemon/model/answer.h"

namespace mp::checkers {
namespace {

constexpr std::string_view kName = "directio";
constexpr std::uint32_t kBlockMin = 512;
constexpr std::uint32_t kBlockMax = 64U * 1024U;  // the limit of model::ReadBlocks

class Directio final : public Checker {
public:
    NextStep begin(const model::BlockDevice& device) override {
        length_ = std::clamp(device.logical_block_size, kBlockMin, kBlockMax);
        return model::ReadBlocks{.offset_bytes = 0, .length = length_};
    }

    NextStep on_reply(const model::ProbeReply& reply) override {
        Result<const model::BytesReply*> answer = model::answer_of<model::BytesReply>(reply);
        if (!answer) {
            return verdict_of_error(kName, answer.error());
        }
        if ((*answer)->data.size() < length_) {
            return verdict_of(kName, model::PathState::down, "short read");
        }
        return verdict_of(kName, model::PathState::up);
    }

private:
    std::uint32_t length_ = kBlockMin;
};

std::unique_ptr<Checker> create() {
    return std::make_unique<Directio>();
}

}  // namespace

const CheckerType kDirectio{
    .name = kName,
    .doc = "Reads the first block past the page cache; for any block device.",
    .create = create};

}  // namespace mp::checkers
