// SPDX-License-Identifier: GPL-2.0-or-later
#include "prioritizers/ana.h"

#include <gtest/gtest.h>

#include "tests/unit/prioritizers/drive.h"

namespace mp::prioritizers {
namespace {

using testing::drive;
using testing::Vec;

model::BlockDevice namespace_7(bool shown_by_kernel = false) {
    model::BlockDevice device;
    device.bus = model::Bus::nvme;
    device.sys_path = "/devices/virtual/nvme-fabrics/ctl/nvme0/nvme0n1";
    device.hctl = Hctl{.host = 0, .channel = 1, .target = 1, .lun = 7};
    device.nvme_ana = shown_by_kernel;
    return device;
}

void put(Vec& bytes, std::size_t at, std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
        bytes[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

model::ProbeReply bytes(Vec data) {
    return model::ProbeAnswer{model::BytesReply{.data = std::move(data)}};
}

model::ProbeReply controller(std::uint8_t multipath_capabilities) {
    Vec data(4096);
    data[76] = multipath_capabilities;
    return bytes(std::move(data));
}

struct Group {
    std::uint8_t state;
    std::vector<std::uint32_t> namespaces;
};
/// NVM Express base specification 2.0, figure 220 and 221, in a buffer of `length` bytes.
Vec log_of(const std::vector<Group>& groups, std::size_t length = 4096) {
    Vec data(std::size_t{1} << 20U);
    put(data, 8, groups.size(), 2);
    std::size_t at = 16;
    for (const Group& group : groups) {
        put(data, at, 1, 4);
        put(data, at + 4, group.namespaces.size(), 4);
        data[at + 16] = group.state;
        at += 32;
        for (std::uint32_t member : group.namespaces) {
            put(data, at, member, 4);
            at += 4;
        }
    }
    data.resize(length);
    return data;
}

TEST(Ana, EachStateOfTheKernelHasItsNumber) {
    model::BlockDevice device = namespace_7(true);
    testing::Conversation got = drive("ana", "", device, {testing::text("optimized\n")});
    ASSERT_EQ(got.probes.size(), 1U);
    EXPECT_EQ(std::get<model::ReadAttribute>(got.probes[0]).path, device.sys_path + "/ana_state");
    EXPECT_EQ(got.priority.value, 50);
    const std::pair<const char*, int> states[] = {
        {"non-optimized\n", 10}, {"inaccessible\n", 1}, {"change\n", 1}, {"persistent-loss\n", 0}};
    for (const auto& [word, value] : states) {
        EXPECT_EQ(drive("ana", "", device, {testing::text(word)}).priority.value, value) << word;
    }
}

TEST(Ana, WithoutAStateThePriorityIsUndefined) {
    model::BlockDevice device = namespace_7(true);
    EXPECT_EQ(drive("ana", "", device, {testing::error(Errc::gone)}).priority.value,
              kUndefinedPriority);
    EXPECT_EQ(drive("ana", "", device, {testing::text("reserved\n")}).priority.message,
              "ana prioritizer: ana_state is \"reserved\"");
    device.bus = model::Bus::scsi;
    EXPECT_EQ(drive("ana", "", device, {}).priority.value, kUndefinedPriority);
}

TEST(Ana, WhereTheKernelShowsNoStateTheControllerIsAsked) {
    testing::Conversation got =
        drive("ana", "", namespace_7(), {controller(0x0b), bytes(log_of({{2, {1, 2}}, {1, {7}}}))});
    ASSERT_EQ(got.probes.size(), 2U);
    EXPECT_EQ(got.probes[0],
              model::Probe(model::NvmeRead{.opcode = 6, .nsid = 0, .cdw10 = 1, .length = 4096}));
    EXPECT_EQ(got.probes[1],
              model::Probe(model::NvmeRead{
                  .opcode = 2, .nsid = 0xffffffff, .cdw10 = 0x03ff800c, .length = 4096}));
    EXPECT_EQ(got.priority.value, 50);
    const std::pair<std::uint8_t, int> states[] = {{1, 50}, {2, 10}, {3, 1}, {15, 1}, {4, 0}};
    for (const auto& [code, value] : states) {
        EXPECT_EQ(drive("ana", "", namespace_7(),
                        {controller(8), bytes(log_of({{code, {3, 7}}, {9, {8}}}))})
                      .priority.value,
                  value)
            << int{code};
    }
}

TEST(Ana, AControllerWithoutStatesHasThePriorityOfConst) {
    testing::Conversation got = drive("ana", "", namespace_7(), {controller(0xf7)});
    EXPECT_EQ(got.probes.size(), 1U);
    EXPECT_EQ(got.priority.value, 1);
    EXPECT_EQ(got.priority.message, "");
}

TEST(Ana, AControllerThatReportsStatesIsAskedForThatOnce) {
    std::unique_ptr<Prioritizer> ana = *find_prioritizer("ana")->create("");
    ana->begin(namespace_7());
    ana->on_reply(controller(8));
    ana->on_reply(bytes(log_of({{1, {7}}})));
    NextStep next = ana->begin(namespace_7());
    EXPECT_EQ(std::get<model::NvmeRead>(std::get<model::Probe>(next)).opcode, 2);
}

TEST(Ana, ALogThatDidNotFitIsReadAtGreaterLength) {
    std::vector<std::uint32_t> many(2000, 1);
    many.push_back(7);
    testing::Conversation got =
        drive("ana", "", namespace_7(),
              {controller(8), bytes(log_of({{3, many}}, 4096)), bytes(log_of({{3, many}}, 16384))});
    ASSERT_EQ(got.probes.size(), 3U);
    EXPECT_EQ(std::get<model::NvmeRead>(got.probes[2]).length, 16384U);
    EXPECT_EQ(std::get<model::NvmeRead>(got.probes[2]).cdw10 >> 16U, 4095U);
    EXPECT_EQ(got.priority.value, 1);
    many.resize(100000, 1);
    many.back() = 7;
    got = drive("ana", "", namespace_7(), {controller(8), bytes(log_of({{3, many}}, 4096))});
    EXPECT_EQ(got.probes.size(), 4U) << "no more than 64 KiB";
    EXPECT_EQ(got.priority.message, "ana prioritizer: namespace 7 is not in the ANA log");
}

TEST(Ana, WhatTheControllerDoesNotSayIsUndefined) {
    const std::pair<std::vector<model::ProbeReply>, const char*> cases[] = {
        {{testing::error(Errc::io)}, "identify controller: probe (io)"},
        {{bytes(Vec(76))}, "identify controller: the answer is too short"},
        {{controller(8), testing::error(Errc::io)}, "ANA log: probe (io)"},
        {{controller(8), bytes(log_of({}))}, "namespace 7 is not in the ANA log"},
        {{controller(8), bytes(log_of({{1, {8}}}))}, "namespace 7 is not in the ANA log"},
        {{controller(8), bytes(log_of({{5, {7}}}))}, "the namespace is in state 5"},
        {{controller(8), bytes(Vec(15))}, "namespace 7 is not in the ANA log"},
        {{controller(8), bytes({})}, "namespace 7 is not in the ANA log"},
        {{controller(8), bytes(Vec(4096, 0xff))}, "namespace 7 is not in the ANA log"},
    };
    for (const auto& [replies, why] : cases) {
        Priority got = drive("ana", "", namespace_7(), replies).priority;
        EXPECT_EQ(got.value, kUndefinedPriority) << why;
        EXPECT_EQ(got.message, std::string("ana prioritizer: ") + why);
    }
}

}  // namespace
}  // namespace mp::prioritizers
