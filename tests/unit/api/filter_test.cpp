// SPDX-License-Identifier: GPL-2.0-or-later
// Which rows does a filter take, and what is said of one that is wrong?
#include "daemon/api/filter.h"

#include <gmock/gmock.h>

#include "daemon/api/answer.h"
#include "tests/unit/api/sample.h"

namespace {

using testing::HasSubstr;

std::string reply(const std::string& request) {
    mp::api::Handled handled = mp::api::answer(
        request, mp::api::Caller{false, mp::test::kSampleTime, 1}, mp::test::sample());
    return std::get<std::string>(handled);
}

std::string devices_where(const std::string& filter) {
    return reply("show paths where \"" + filter + "\" raw format \"%d\"");
}

TEST(Filter, ComparesWhatTheTablePrints) {
    EXPECT_EQ(devices_where("chk_st=faulty"), "sdaa\n");
    EXPECT_EQ(devices_where("%T=ready"), "sda\nsdb\nsdc\n");
    EXPECT_EQ(devices_where("multipath=mpatha and pri>10"), "sda\n");
    EXPECT_EQ(devices_where("multipath=mpatha pri<=10"), "sdb\n");
    EXPECT_EQ(devices_where("dev~sda"), "sda\nsdaa\n");
    EXPECT_EQ(devices_where("dev!~sd chk_st=ready"), "ok\n");
    EXPECT_EQ(devices_where("multipath!=mpatha  pri>=-1 failures<3"), "sdc\nsde\n");
    EXPECT_EQ(devices_where("host_WWNN='0x20000000c9000001' dev='sde'"), "sde\n");
}

TEST(Filter, ATextIsInNoOrder) {
    EXPECT_EQ(devices_where("dev>1"), "ok\n");
    EXPECT_EQ(devices_where("pri>x"), "ok\n");
}

TEST(Filter, TablesOfMapsAndWholeTablesTakeOneToo) {
    EXPECT_EQ(reply("show maps where paths<2 raw format %n"),
              "36001405bbbbbbbbbbbbbbbbbbbbbbbbb\n");
    EXPECT_EQ(reply("show maps where name=mpatha"),
              "name   sysfs uuid                             \n"
              "mpatha dm-0  36001405aaaaaaaaaaaaaaaaaaaaaaaaa\n");
    EXPECT_THAT(reply("show paths where dev=sdb"), HasSubstr("3:0:0:1 sdb 8:16"));
    EXPECT_EQ(reply("show paths where dev=none"), "ok\n");
}

TEST(Filter, MistakesAreNamed) {
    const std::pair<const char*, const char*> cases[] = {
        {"colour=red", "fail\nwhere: there is no column 'colour'; see show wildcards\n"},
        {"%_=1", "fail\nwhere: there is no column '%_'; see show wildcards\n"},
        {"dev", "fail\nwhere: expected COLUMN=VALUE at 'dev'\n"},
        {"=sda", "fail\nwhere: expected COLUMN=VALUE at '=sda'\n"},
        {"dev ! sda", "fail\nwhere: expected COLUMN=VALUE at 'dev ! sda'\n"},
        {"dev='sda", "fail\nwhere: a single quote is not closed\n"},
        {" ", "fail\nwhere: the filter is empty\n"},
    };
    for (const auto& [filter, expected] : cases) {
        EXPECT_EQ(devices_where(filter), expected) << filter;
    }
    std::string many;
    for (int i = 0; i < 40; ++i) {
        many += "dev=sda ";
    }
    EXPECT_EQ(devices_where(many), "fail\nwhere: too many conditions\n");
}

TEST(Filter, OldShortFormsStayUnique) {
    EXPECT_EQ(reply("show maps js"), reply("show maps json"));
    EXPECT_EQ(reply("show conf"), reply("show config"));
}

}  // namespace
