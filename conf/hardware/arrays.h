// SPDX-License-Identifier: GPL-2.0-or-later
// The built-in table of storage arrays, as data.
#pragma once

#include <span>
#include <string_view>

namespace mp::conf {

/// One kind of array. Empty means: not set by this entry.
struct BuiltInArray {
    std::string_view vendor = {};
    std::string_view product = {};
    std::string_view product_blacklist = {};
    std::string_view path_grouping_policy = {};
    std::string_view uid_attribute = {};
    std::string_view path_checker = {};
    std::string_view features = {};
    std::string_view prio = {};
    std::string_view prio_args = {};
    std::string_view failback = {};
    std::string_view no_path_retry = {};
    std::string_view flush_on_last_del = {};
    std::string_view fast_io_fail_tmo = {};
    std::string_view dev_loss_tmo = {};
    std::string_view user_friendly_names = {};
    std::string_view detect_prio = {};
    std::string_view detect_checker = {};
    std::string_view max_sectors_kb = {};
    std::string_view vpd_vendor = {};
};

/// In ascending precedence.
std::span<const BuiltInArray> built_in_arrays();

}  // namespace mp::conf
