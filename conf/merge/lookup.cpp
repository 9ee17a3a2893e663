// SPDX-License-Identifier: GPL-2.0-or-later
// Which entries of the hardware table match a device? All whose vendor, product and revision
// expressions match, walked from the end of the table, because later entries win.
//
// Thousands of paths come from a few models, so the answer is remembered. A configuration is a
// shared immutable value and stays one: the memory is a table of atomic pointers that are set once
// and live as long as the index; two threads that find the same answer at once both return theirs.
// When the slots of a hash are taken the answer is just computed again, so odd input costs time but
// never memory.
#include "conf/merge/lookup.h"

#include <functional>
#include <string>
#include <utility>

namespace mp::conf {

struct HardwareIndex::Known {
    std::string vendor;
    std::string product;
    std::string revision;
    std::shared_ptr<const Matches> matches;

    bool is(const model::BlockDevice& device) const {
        return vendor == device.vendor && product == device.product && revision == device.revision;
    }
};

HardwareIndex::~HardwareIndex() {
    for (std::atomic<const Known*>& slot : slots_) {
        delete slot.load(std::memory_order_relaxed);
    }
}

std::shared_ptr<const Matches> HardwareIndex::find(const model::BlockDevice& device) const {
    const std::hash<std::string> hash;
    const std::size_t start =
        hash(device.vendor) ^ (hash(device.product) * 31U) ^ (hash(device.revision) * 17U);
    std::atomic<const Known*>* free_slot = nullptr;
    for (std::size_t i = 0; i < kProbes && free_slot == nullptr; ++i) {
        std::atomic<const Known*>& slot = slots_[(start + i) % kSlots];
        const Known* known = slot.load(std::memory_order_acquire);
        if (known == nullptr) {
            free_slot = &slot;
        } else if (known->is(device)) {
            return known->matches;
        }
    }
    Matches found;
    for (auto entry = entries_->rbegin(); entry != entries_->rend(); ++entry) {
        if (entry->vendor.matches(device.vendor) && entry->product.matches(device.product) &&
            entry->revision.matches(device.revision)) {
            found.push_back(&*entry);
        }
    }
    std::unique_ptr<Known> fresh(new Known{device.vendor, device.product, device.revision,
                                           std::make_shared<const Matches>(std::move(found))});
    std::shared_ptr<const Matches> answer = fresh->matches;
    const Known* expected = nullptr;
    if (free_slot != nullptr &&
        free_slot->compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel)) {
        static_cast<void>(fresh.release());  // the slot owns it now
    }
    return answer;
}

}  // namespace mp::conf
