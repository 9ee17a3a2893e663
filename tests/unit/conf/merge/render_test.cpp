// SPDX-License-Identifier: GPL-2.0-or-later
// The printed configuration: layout and what is left out.
#include "conf/merge/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "conf/merge/built_in.h"
#include "tests/unit/conf/support.h"

namespace mp::conf {
namespace {

using testing::build;
using ::testing::HasSubstr;
using ::testing::Not;

std::string section(const std::string& text, const std::string& name) {
    const std::size_t begin = text.find("\n" + name + " {\n");
    const std::size_t end = text.find("\n}\n", begin);
    return begin == std::string::npos ? "" : text.substr(begin + 1, end + 2 - begin);
}

/// UPDATE_GOLDEN=1 writes the file instead.
void expect_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(MP_TESTS_DIR) + "/golden/conf/" + name;
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << text;
    }
    std::ifstream in(path);
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(text == expected) << path << " differs; see UPDATE_GOLDEN in " << __FILE__;
}

TEST(RenderModel, OriginsAreCommentsBehindTheValues) {
    const std::string text =
        render_model(build("defaults {\n failback 5\n}\nblacklist {\n wwid x\n}\n").model, true);
    EXPECT_THAT(text, HasSubstr("\n\tfailback 5\t# multipath.conf:2\n"));
    EXPECT_THAT(text, HasSubstr("\n\tverbosity 2\t# built-in\n"));
    EXPECT_THAT(text, HasSubstr("\n\twwid \"x\"\t# multipath.conf:5\n"));
    EXPECT_THAT(build(text).messages, ::testing::IsEmpty());  // it is still a configuration
}

TEST(RenderModel, BuiltInConfigurationIsAsItWas) {
    expect_golden("built_in.conf", render_model(build("").model));
}

TEST(RenderModel, ConfiguredValuesStandInTheOrderOfTheTable) {
    const std::string text = render_model(
        build("multipaths {\n multipath {\n mode 0640\n uid 10\n alias data\n wwid 3600\n }\n}\n"
              "overrides {\n eh_deadline off\n no_path_retry fail\n"
              " protocol {\n dev_loss_tmo infinity\n type scsi:fcp\n }\n}\n"
              "blacklist_exceptions {\n protocol nvme:tcp\n devnode x\n wwid \"a\"\"b\"\n"
              " device {\n product \"!P\"\n }\n}\n")
            .model);
    EXPECT_EQ(section(text, "overrides"),
              "overrides {\n"
              "\tno_path_retry \"fail\"\n"
              "\teh_deadline off\n"
              "\tprotocol {\n"
              "\t\ttype \"scsi:fcp\"\n"
              "\t\tdev_loss_tmo \"infinity\"\n"
              "\t}\n"
              "}\n");
    EXPECT_EQ(section(text, "multipaths"),
              "multipaths {\n"
              "\tmultipath {\n"
              "\t\twwid \"3600\"\n"
              "\t\talias \"data\"\n"
              "\t\tmode 0640\n"
              "\t\tuid 012\n"
              "\t}\n"
              "}\n");
    EXPECT_EQ(section(text, "blacklist_exceptions"),
              "blacklist_exceptions {\n"
              "\tdevnode \"x\"\n"
              "\twwid \"a\"\"b\"\n"
              "\tproperty \"(SCSI_IDENT_|ID_WWN)\"\n"
              "\tprotocol \"nvme:tcp\"\n"
              "\tdevice {\n"
              "\t\tproduct \"!P\"\n"
              "\t}\n"
              "}\n");
}

TEST(RenderModel, IsReadBackWithoutAMessageAndMeansTheSame) {
    const char* texts[] = {
        "",
        "defaults {\n uid_attrs \"sd:ID_SERIAL dasd:ID_UID\"\n uid 10\n gid 0\n mode 0600\n"
        " reservation_key 0x1:aptpl\n prio_args \"a \"\"b\"\"\"\n dev_loss_tmo infinity\n}\n",
        "blacklist {\n wwid \"\\!x\"\n devnode \"!^sd\"\n}\n"
        "devices {\n device {\n vendor IBM\n product ^2145\n failback 3\n }\n}\n"};
    for (const char* text : texts) {
        const std::string shown = render_model(build(text).model);
        const testing::Built again = build(shown);
        EXPECT_THAT(again.messages, ::testing::IsEmpty()) << text;
        EXPECT_TRUE(render_model(again.model) == shown) << text;
    }
}

TEST(RenderLocal, ShowsUsedDevicesAndPresentMaps) {
    const testing::Built built = build(
        "multipaths {\n multipath {\n wwid 1\n alias a\n }\n multipath {\n wwid 2\n }\n"
        " multipath {\n wwid 3\n }\n}\n");
    const std::set<const DeviceEntry*> used = {&built.model.devices[2]};
    const std::string text = render_local_model(
        built.model, used,
        {{Wwid("1"), "a"}, {Wwid("2"), "mpatha"}, {Wwid("9"), "mpathb"}, {Wwid("8"), "8"}});
    EXPECT_EQ(section(text, "devices"),
              "devices {\n"
              "\tdevice {\n"
              "\t\tvendor \"3PARdata\"\n"
              "\t\tproduct \"VV\"\n"
              "\t\tpath_grouping_policy \"group_by_prio\"\n"
              "\t\tprio \"alua\"\n"
              "\t\tfailback \"immediate\"\n"
              "\t\tno_path_retry 18\n"
              "\t\tfast_io_fail_tmo 10\n"
              "\t\tdev_loss_tmo \"infinity\"\n"
              "\t\tvpd_vendor \"hp3par\"\n"
              "\t}\n"
              "}\n");
    EXPECT_EQ(section(text, "multipaths"),
              "multipaths {\n"
              "\tmultipath {\n\t\twwid \"1\"\n\t\talias \"a\"\n\t}\n"
              "\tmultipath {\n\t\twwid \"2\"\n\t\t# alias \"mpatha\"\n\t}\n"
              "\tmultipath {\n\t\twwid \"9\"\n\t\t# alias \"mpathb\"\n\t}\n"
              "\tmultipath {\n\t\twwid \"8\"\n\t}\n"
              "}\n");
}

TEST(RenderLocal, WithoutMapsThereIsNoSectionForThem) {
    const testing::Built built = build("multipaths {\n multipath {\n wwid 1\n }\n}\n");
    const std::string text = render_local_model(built.model, {}, {});
    EXPECT_THAT(text, Not(HasSubstr("multipaths {")));
    EXPECT_EQ(section(text, "devices"), "devices {\n}\n");
}

TEST(RenderRules, ListsEveryGroupWithItsOrigin) {
    const std::string text = render_rules(
        build("blacklist {\n devnode ^ram\n device {\n vendor A\n product B\n }\n}\n").model);
    EXPECT_THAT(text,
                ::testing::StartsWith("device node rules:\n"
                                      "- blacklist:\n"
                                      "        (config file rule) ^ram\n"
                                      "        (default rule)     !^(sd[a-z]|dasd[a-z]|nvme[0-9])\n"
                                      "- exceptions:\n"
                                      "        <empty>\n"
                                      "udev property rules:\n"
                                      "- blacklist:\n"
                                      "        <empty>\n"
                                      "- exceptions:\n"
                                      "        (default rule)     (SCSI_IDENT_|ID_WWN)\n"
                                      "protocol rules:\n"));
    EXPECT_THAT(text, HasSubstr("device rules:\n- blacklist:\n"
                                "        (config file rule) A:B\n"
                                "        (default rule)     SGI:Universal Xport\n"));
    EXPECT_THAT(text, ::testing::EndsWith("- exceptions:\n        <empty>\n"));
}

}  // namespace
}  // namespace mp::conf
