// SPDX-License-Identifier: GPL-2.0-or-later
// The command lines that cluster software uses, and those that are refused.
#include "daemon/cli/persist_options.h"

#include <gmock/gmock.h>

namespace {

using namespace mp::cli;
using mp::scsi::PrIn;
using mp::scsi::PrOut;
using testing::HasSubstr;
using Mode = PersistOptions::Mode;
using Words = std::vector<std::string>;

TEST(PersistOptions, TheCallsOfFenceAgentsAndResourcesAreUnderstood) {
    PersistOptions options = parse_persist_options({"-i", "-k", "-d", "/dev/mapper/x"});
    EXPECT_EQ(options.mode, Mode::in);
    EXPECT_EQ(options.question, PrIn::read_keys);
    EXPECT_EQ(options.device, "/dev/mapper/x");
    options = parse_persist_options({"--in", "--read-reservation", "mpatha"});
    EXPECT_EQ(options.question, PrIn::read_reservation);
    EXPECT_EQ(options.device, "mpatha");
    options = parse_persist_options({"-o", "--register", "--param-sark=1a", "-d", "x"});
    EXPECT_EQ(options.mode, Mode::out);
    EXPECT_EQ(options.parameters.service_action_key, 0x1aU);
    options =
        parse_persist_options({"--out", "--reserve", "--prout-type=5", "--param-rk=0x2", "x"});
    EXPECT_EQ(options.order, PrOut::reserve);
    EXPECT_EQ(options.type, 5);
    EXPECT_EQ(options.parameters.key, 2U);
    options = parse_persist_options({"-oAT5", "-K1", "-S", "2", "-ZY", "x"});
    EXPECT_EQ(options.order, PrOut::preempt_and_abort);
    EXPECT_TRUE(options.parameters.aptpl && options.parameters.all_target_ports);
    EXPECT_EQ(parse_persist_options({"-f", "file"}).mode, Mode::batch);
    EXPECT_EQ(parse_persist_options({"-h"}).mode, Mode::help);
}

TEST(PersistOptions, WhatIsNotOneOrderForOneDeviceIsRefused) {
    const Words refused[] = {
        {},
        {"x"},
        {"-i", "-o", "-k", "x"},
        {"-i", "x"},
        {"-i", "-k", "-r", "x"},
        {"-i", "-G", "x"},
        {"-o", "-G", "-R", "x"},
        {"-i", "-k"},
        {"-i", "-k", "x", "y"},
        {"-i", "-k", "-l", "9000", "x"},
        {"-i", "-k", "-l", "4", "x"},
        {"-o", "-R", "-K", "zz", "-T", "5", "x"},
        {"-o", "-R", "-K", "1", "-T", "2", "x"},
        {"-o", "-R", "-K", "1", "x"},
        {"-o", "-C", "-K", "1", "-X", "fcp,1", "x"},
        {"-o", "-G", "-S", "1", "-X", "00,01", "x"},
        {"-i", "-k", "--nonsense", "x"},
        {"-i", "-k", "x", "-d"},
    };
    for (const Words& words : refused) {
        PersistOptions options = parse_persist_options(words);
        EXPECT_EQ(options.mode, Mode::invalid) << testing::PrintToString(words);
        EXPECT_NE(options.problem, "") << testing::PrintToString(words);
    }
}

TEST(PersistOptions, TransportIdsOfEachKind) {
    EXPECT_EQ(parse_transport_id("fcp,21000024ff5612ab")->at(8), 0x21);
    EXPECT_EQ(parse_transport_id("sas,0x5000c50012345678")->at(0), 6);
    const std::vector<std::uint8_t> name = *parse_transport_id("iqn.2026-01.org.example:host");
    EXPECT_EQ(name.size() % 4, 0U);
    EXPECT_EQ(name[0], 5);
    EXPECT_EQ(name[3], name.size() - 4);
    EXPECT_FALSE(parse_transport_id(""));
    EXPECT_FALSE(parse_transport_id("iqn." + std::string(400, 'x')));
}

TEST(PersistOptions, TheUsageNamesEveryAction) {
    for (const char* action : {"--read-full-status", "--preempt-abort", "--param-aptpl"}) {
        EXPECT_THAT(persist_usage(), HasSubstr(action));
    }
}

}  // namespace
