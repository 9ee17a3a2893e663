// SPDX-License-Identifier: GPL-2.0-or-later
// Which files do tools read, and in which order?
#include "daemon/cli/files.h"

#include <gmock/gmock.h>

#include <string>

#include "daemon/cli/client.h"
#include "tests/unit/cli/root_folder.h"

namespace {

using namespace mp::cli;
using testing::ElementsAre;
using testing::IsEmpty;

class Files : public testing::Test {
protected:
    void write(const std::string& name, const std::string& content) const {
        root_.write(name, content);
    }
    mp::test::RootFolder root_;
};

TEST_F(Files, NoConfigurationIsFine) {
    EXPECT_THAT(read_config_files(), IsEmpty());
    EXPECT_EQ(configured_timeout(), mp::milliseconds(4100));
}

TEST_F(Files, MainFileThenDropInsInOrder) {
    write("/etc/multipath/conf.d/20.conf", "c");
    write("/etc/multipath/conf.d/10.conf", "b");
    write("/etc/multipath/conf.d/.hidden.conf", "x");
    write("/etc/multipath/conf.d/notes.txt", "x");
    write("/etc/multipath.conf", "a");
    std::string names;
    std::string contents;
    for (const ConfigText& file : read_config_files()) {
        names += file.name + " ";
        contents += file.content;
    }
    EXPECT_EQ(names,
              "/etc/multipath.conf /etc/multipath/conf.d/10.conf /etc/multipath/conf.d/20.conf ");
    EXPECT_EQ(contents, "abc");
}

TEST_F(Files, TimeoutIsThatOfTheConfigurationButNotShorterThanTheDefault) {
    write("/etc/multipath.conf", "defaults {\n\tuxsock_timeout \"9000\"\n}\n");
    EXPECT_EQ(configured_timeout(), mp::milliseconds(9100));
    write("/etc/multipath.conf", "defaults {\n\tuxsock_timeout 10\n}\n");
    EXPECT_EQ(configured_timeout(), mp::milliseconds(4100));
    write("/etc/multipath.conf", "defaults {\n\tuxsock_timeout \"\n}\n");
    EXPECT_EQ(configured_timeout(), mp::milliseconds(4100));
}

TEST_F(Files, FoldersAreSortedAndMayBeMissing) {
    write("/d/b", "");
    write("/d/a", "");
    EXPECT_THAT(list_folder(root_.path() + "/d"), ElementsAre("a", "b"));
    EXPECT_THAT(list_folder(root_.path() + "/none"), IsEmpty());
}

TEST_F(Files, FilesThatCannotBeReadAreNotThere) {
    EXPECT_FALSE(read_file(root_.path() + "/none"));
    EXPECT_FALSE(read_file(root_.path()));
    write("/empty", "");
    EXPECT_EQ(read_file(root_.path() + "/empty"), "");
}

}  // namespace
