// SPDX-License-Identifier: GPL-2.0-or-later
// A configuration as sections of checked values, before any question about a device is asked.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conf/config.h"
#include "conf/hardware/pattern.h"
#include "conf/schema/keyword.h"
#include "conf/schema/settings.h"

namespace mp::conf {

/// One regular expression of a blacklist section.
struct Rule {
    std::string text;  ///< the expression as written, without an inverting "!"
    bool inverted = false;
    Pattern pattern;
    Origin origin;

    bool matches(const std::string& value) const { return pattern.matches(value) != inverted; }
    std::string shown() const { return (inverted ? "!" : "") + text; }
};

/// `device { vendor product }`; a missing side is an empty text and matches everything.
struct DeviceRule {
    Rule vendor;
    Rule product;
    bool has_vendor = false;
    bool has_product = false;
    Origin origin;
};

struct RuleSet {
    std::array<std::vector<Rule>, kCriterionCount> rules;
    std::vector<DeviceRule> devices;
    std::vector<Rule>& of(Criterion criterion) {
        return rules[static_cast<std::size_t>(criterion)];
    }
    const std::vector<Rule>& of(Criterion criterion) const {
        return rules[static_cast<std::size_t>(criterion)];
    }
};

/// An entry of the hardware table: built in or a `device` section.
struct DeviceEntry {
    Settings settings;  ///< vendor, product, revision and what they imply
    Pattern vendor;
    Pattern product;
    Pattern revision;
};

struct Model {
    std::vector<std::string> file_names;
    Settings defaults;
    RuleSet blacklist;
    RuleSet exceptions;
    std::vector<DeviceEntry> devices;  ///< in ascending precedence
    Settings overrides;
    std::vector<Settings> protocols;   ///< each with Key::type
    std::vector<Settings> multipaths;  ///< each with Key::wwid, which occurs once
    bool numa_selector = false;        ///< as Environment has it
    unsigned numa_nodes = 1;           ///< the same

    /// "multipath.conf:12" or "built-in".
    std::string origin_text(const Origin& origin) const;
};

/// Reads all files, in order; what is wrong goes to `reporter`.
Model build_model(const std::vector<ConfigFile>& files, const Environment& environment,
                  Reporter& reporter);

}  // namespace mp::conf
