// SPDX-License-Identifier: GPL-2.0-or-later
// Does this path lead to the iSCSI portal that was preferred? udev's persistent path of an iSCSI
// disk begins with "ip-ADDRESS:PORT"; the preferred address has 20, every other path 10. No command
// is sent.
#include "prioritizers/iet.h"

#include "daemon/base/strings.h"

namespace mp::prioritizers {
namespace {

constexpr int kPreferred = 20;
constexpr int kOther = 10;

class Iet final : public Prioritizer {
public:
    explicit Iet(std::string address) : portal_("ip-" + std::move(address) + ":") {}

    NextStep begin(const model::BlockDevice& device) override {
        for (const char* name : {"ID_PATH", "DEVLINKS"}) {
            const auto found = device.properties.find(name);
            if (found != device.properties.end() &&
                found->second.find(portal_) != std::string::npos) {
                return Priority{.value = kPreferred};
            }
        }
        return Priority{.value = kOther};
    }
    NextStep on_reply(const model::ProbeReply&) override { return Priority{}; }

private:
    std::string portal_;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view args) {
    constexpr std::string_view kKey = "preferredip=";
    std::string_view text = trim(args);
    if (!starts_with(text, kKey)) {
        return fail(Errc::invalid, "preferredip=ADDRESS is needed");
    }
    std::string_view address = text.substr(kKey.size());
    std::vector<std::string_view> parts = split(address, '.');
    bool good = parts.size() == 4;
    for (std::string_view part : parts) {
        Result<std::uint64_t> number = parse_u64(part);
        good = good && number && *number <= 255;
    }
    if (!good) {
        return fail(Errc::invalid, "preferredip needs an address of the form A.B.C.D");
    }
    return std::unique_ptr<Prioritizer>(std::make_unique<Iet>(std::string(address)));
}

}  // namespace

const PrioritizerType kIet{.name = "iet",
                           .doc = "Preferred iSCSI portal; argument preferredip=A.B.C.D.",
                           .create = create};

}  // namespace mp::prioritizers
