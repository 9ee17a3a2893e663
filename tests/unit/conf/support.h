// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by the tests of merging: a model or configuration from text, and sample devices.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "conf/config.h"
#include "conf/merge/model.h"

namespace mp::conf::testing {

struct Built {
    Model model;
    std::vector<std::string> messages;  ///< "line: severity: text"
};

inline std::string shown(const Diagnostic& message) {
    const char* severity = message.severity == Diagnostic::Severity::error     ? "error"
                           : message.severity == Diagnostic::Severity::warning ? "warning"
                                                                               : "note";
    return std::to_string(message.line) + ": " + severity + ": " + message.text;
}

inline Built build(const std::string& text, const Environment& environment = {}) {
    const std::vector<ConfigFile> files = {{"multipath.conf", text}};
    Reporter reporter(files);
    Built built{build_model(files, environment, reporter), {}};
    for (const Diagnostic& message : reporter.take()) {
        built.messages.push_back(shown(message));
    }
    return built;
}

inline model::BlockDevice disk(const std::string& vendor, const std::string& product) {
    model::BlockDevice device;
    device.name = "sda";
    device.bus = model::Bus::scsi;
    device.protocol = model::Protocol::scsi_fcp;
    device.vendor = vendor;
    device.product = product;
    device.properties = {{"DEVNAME", "/dev/sda"}, {"ID_SERIAL", "3600"}, {"ID_WWN", "0x600"}};
    return device;
}

/// Text of one keyword of these settings as printed; "" when it is not set.
inline std::string value_of(const Settings& settings, Key key) {
    const Setting* setting = settings.find(key);
    return setting == nullptr ? std::string() : render_value(keyword(key), setting->value);
}

}  // namespace mp::conf::testing
