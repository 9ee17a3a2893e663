// SPDX-License-Identifier: GPL-2.0-or-later
// Does this path lead to the DataCore server that was preferred? The name of the server stands in
// 16 bytes of the INQUIRY data from byte 112; a path whose name holds the configured text has 1,
// every other 0. The configured timeout is checked and not used: all probes have the limit of the
// path's checks.
#include "prioritizers/datacore.h"

#include "daemon/base/strings.h"
#include "daemon/scsi/cdb.h"
#include "prioritizers/single_question.h"

namespace mp::prioritizers {
namespace {

constexpr std::size_t kServerName = 112;
constexpr std::size_t kServerNameBytes = 16;
constexpr std::size_t kNameMin = 2;
constexpr std::uint64_t kTimeoutMinMs = 500;
constexpr std::uint64_t kTimeoutMaxMs = 20000;

class Datacore final : public SingleQuestion {
public:
    explicit Datacore(std::string server)
        : SingleQuestion("datacore", scsi::inquiry(scsi::kShortAllocation)),
          server_(std::move(server)) {}

private:
    Priority judge(scsi::Bytes data) const override {
        std::string name = scsi::text_field(scsi::slice(data, kServerName, kServerNameBytes));
        if (name.empty()) {
            return undefined("INQUIRY data name no server");
        }
        return Priority{.value = name.find(server_) != std::string::npos ? 1 : 0};
    }

    std::string server_;
};

Result<std::unique_ptr<Prioritizer>> create(std::string_view args) {
    constexpr std::string_view kServer = "preferredsds=";
    constexpr std::string_view kTimeout = "timeout=";
    std::string server;
    for (std::string_view word : split_words(args)) {
        if (starts_with(word, kServer)) {
            server = word.substr(kServer.size());
        } else if (starts_with(word, kTimeout)) {
            Result<std::uint64_t> timeout = parse_u64(word.substr(kTimeout.size()));
            if (!timeout || *timeout < kTimeoutMinMs || *timeout > kTimeoutMaxMs) {
                return fail(Errc::invalid, "timeout must be from 500 to 20000 milliseconds");
            }
        } else {
            return fail(Errc::invalid, "expected preferredsds=NAME and timeout=N");
        }
    }
    if (server.size() < kNameMin) {
        return fail(Errc::invalid, "preferredsds=NAME with at least two characters is needed");
    }
    return std::unique_ptr<Prioritizer>(std::make_unique<Datacore>(std::move(server)));
}

}  // namespace

const PrioritizerType kDatacore{
    .name = "datacore",
    .doc = "Preferred DataCore server; arguments preferredsds=NAME and timeout=N.",
    .create = create};

}  // namespace mp::prioritizers
