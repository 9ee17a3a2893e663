// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes are a configuration: nothing crashes, hangs or grows without bound, every message can
// be shown on a terminal, every question about a device has an answer, and the configuration that
// is printed means itself when it is read again.
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "conf/config.h"

namespace {

using namespace mp;

void require(bool condition, const char* what) {
    if (!condition) {
        fmt::print(stderr, "broken: {}\n", what);
        std::abort();
    }
}

model::BlockDevice sample(const char* vendor, const char* product) {
    model::BlockDevice device;
    device.name = "sdb";
    device.bus = model::Bus::scsi;
    device.protocol = model::Protocol::scsi_iscsi;
    device.vendor = vendor;
    device.product = product;
    device.revision = "0001";
    device.properties = {{"DEVNAME", "/dev/sdb"}, {"ID_SERIAL", "3600"}, {"ID_WWN", "0x600"}};
    return device;
}

void check_messages(const conf::Config& config) {
    for (const conf::Diagnostic& message : config.diagnostics()) {
        for (char c : message.render()) {
            require((c >= ' ' && c <= '~') || c == '\n' || c == '\t', "a message is not printable");
        }
    }
    require(config.diagnostics().size() <= conf::Reporter::kMaxDiagnostics + 1,
            "messages are not bounded");
}

void ask(const conf::Config& config, const model::BlockDevice& device) {
    const Wwid wwid("3600140500000000000000000000000001");
    const conf::PathPolicy path = config.path_policy(device, wwid);
    const conf::MapPolicy map = config.map_policy(wwid, device);
    require(path.checker_timeout.count() > 0, "a check has no time");
    require(map.alias.find('/') == std::string::npos, "an alias holds a slash");
    require(!map.selector.empty(), "there is no path selector");
    require(map.no_path_retry.kind != conf::NoPathRetry::Kind::retries ||
                map.no_path_retry.retries >= 1,
            "retrying zero times");
    const conf::FilterVerdict verdict = config.filter_device(device, path.uid_attribute);
    require(verdict.accepted || !verdict.reason.empty(), "a rejection has no reason");
    static_cast<void>(config.filter_wwid(wwid));
    static_cast<void>(config.render_local({device}, {{wwid, "mpatha"}}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::shared_ptr<const conf::Config> config = conf::Config::build({{"fuzz.conf", text}});
    check_messages(*config);
    require(config->globals().polling_interval >= seconds(1), "the polling interval is zero");
    require(config->globals().max_polling_interval >= config->globals().polling_interval,
            "the polling intervals are in the wrong order");
    ask(*config, sample("LIO-ORG", "disk"));
    ask(*config, sample("", ""));
    static_cast<void>(config->render_blacklist());

    const std::string shown = config->render();
    const std::shared_ptr<const conf::Config> again = conf::Config::build({{"shown.conf", shown}});
    require(again->render() == shown, "printing and reading again changes the configuration");
    return 0;
}
