// SPDX-License-Identifier: GPL-2.0-or-later
// The table of arrays: complete, valid, and each entry reachable.
#include "conf/hardware/arrays.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "conf/merge/built_in.h"
#include "conf/merge/lookup.h"

namespace mp::conf {
namespace {

/// A text that the expression matches, for the kinds of expression that the table uses: the first
/// alternative of a group, the first member of a set, no anchors.
std::string example_of(std::string_view expression) {
    std::string out;
    std::size_t at = 0;
    int skipping = 0;  // depth of groups whose first alternative is over
    std::vector<bool> first_is_over;
    while (at < expression.size()) {
        const char c = expression[at++];
        if (c == '(') {
            first_is_over.push_back(false);
            skipping += skipping > 0 ? 1 : 0;
        } else if (c == ')') {
            first_is_over.pop_back();
            skipping -= skipping > 0 ? 1 : 0;
        } else if (c == '|') {
            skipping = skipping > 0 ? skipping : 1;
        } else if (c == '[') {
            const char member = expression[at];
            at = expression.find(']', at) + 1;
            out += skipping == 0 ? std::string(1, member) : std::string();
        } else if (c == '.' && at < expression.size() && expression[at] == '*') {
            ++at;
            out += skipping == 0 ? "Any" : "";
        } else if (c != '^' && c != '$' && c != '+' && skipping == 0) {
            out += c;
        }
    }
    return out;
}

TEST(ExampleOf, FollowsTheFirstAlternatives) {
    EXPECT_EQ(example_of("^IBM"), "IBM");
    EXPECT_EQ(example_of("(COMPAQ|HP)"), "COMPAQ");
    EXPECT_EQ(example_of("MSA [12]0[4567]0 (SAN|SAS)"), "MSA 1040 SAN");
    EXPECT_EQ(example_of("(MSA2012sa|MSA23(12|24)(fc|i))x"), "MSA2012sax");
    EXPECT_EQ(example_of("IBM[ ]+2145"), "IBM 2145");
    EXPECT_EQ(example_of(".*"), "Any");
}

TEST(BuiltInArrays, AreAllThereAndUnique) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const BuiltInArray& array : built_in_arrays()) {
        EXPECT_FALSE(array.vendor.empty());
        EXPECT_FALSE(array.product.empty());
        EXPECT_TRUE(Pattern::compile(array.vendor).has_value()) << array.vendor;
        EXPECT_TRUE(Pattern::compile(array.product).has_value()) << array.product;
        EXPECT_TRUE(Pattern::compile(array.product_blacklist).has_value());
        EXPECT_TRUE(seen.emplace(array.vendor, array.product).second)
            << array.vendor << " " << array.product;
    }
    EXPECT_EQ(seen.size(), 137U);
}

TEST(BuiltInArrays, EachEntryIsSelectedByADeviceOfItsOwn) {
    Reporter reporter({});
    const Model model = build_model({}, {}, reporter);
    ASSERT_EQ(model.devices.size(), built_in_arrays().size());
    const HardwareIndex index(model.devices);
    for (const BuiltInArray& array : built_in_arrays()) {
        model::BlockDevice device;
        device.vendor = example_of(array.vendor);
        device.product = example_of(array.product);
        const std::shared_ptr<const Matches> matches = index.find(device);
        ASSERT_FALSE(matches->empty()) << device.vendor << " " << device.product;
        EXPECT_EQ(matches->front()->settings.find(Key::vendor)->value.text, array.vendor)
            << device.vendor << " " << device.product;
        EXPECT_EQ(matches->front()->settings.find(Key::product)->value.text, array.product)
            << device.vendor << " " << device.product;
    }
}

TEST(BuiltInArrays, UseEachFieldAsOftenAsTheVendorsAsked) {
    const auto count = [](std::string_view BuiltInArray::*field) {
        return std::ranges::count_if(
            built_in_arrays(), [&](const BuiltInArray& array) { return !(array.*field).empty(); });
    };
    EXPECT_EQ(count(&BuiltInArray::path_grouping_policy), 125);
    EXPECT_EQ(count(&BuiltInArray::no_path_retry), 118);
    EXPECT_EQ(count(&BuiltInArray::failback), 88);
    EXPECT_EQ(count(&BuiltInArray::prio), 81);
    EXPECT_EQ(count(&BuiltInArray::path_checker), 33);
    EXPECT_EQ(count(&BuiltInArray::product_blacklist), 33);
    EXPECT_EQ(count(&BuiltInArray::features), 27);
    EXPECT_EQ(count(&BuiltInArray::fast_io_fail_tmo), 4);
    EXPECT_EQ(count(&BuiltInArray::dev_loss_tmo), 3);
    EXPECT_EQ(count(&BuiltInArray::uid_attribute), 3);
    EXPECT_EQ(count(&BuiltInArray::detect_checker), 3);
    EXPECT_EQ(count(&BuiltInArray::detect_prio), 3);
    EXPECT_EQ(count(&BuiltInArray::flush_on_last_del), 3);
    EXPECT_EQ(count(&BuiltInArray::vpd_vendor), 1);
    EXPECT_EQ(count(&BuiltInArray::user_friendly_names), 1);
    EXPECT_EQ(count(&BuiltInArray::prio_args), 1);
    EXPECT_EQ(count(&BuiltInArray::max_sectors_kb), 1);
}

}  // namespace
}  // namespace mp::conf
