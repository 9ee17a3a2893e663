// SPDX-License-Identifier: GPL-2.0-or-later
// A root file system of a test's own, which the tools see instead of the real one.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace mp::test {

class RootFolder {
public:
    RootFolder() {
        char name[] = "/tmp/shortpath-root-XXXXXX";
        path_ = ::mkdtemp(name);
        ::setenv("SHORTPATH_ROOT", path_.c_str(), 1);
    }
    ~RootFolder() {
        ::unsetenv("SHORTPATH_ROOT");
        EXPECT_EQ(std::system(("rm -rf " + path_).c_str()), 0);
    }
    RootFolder(const RootFolder&) = delete;
    RootFolder& operator=(const RootFolder&) = delete;

    const std::string& path() const { return path_; }
    void folder(const std::string& name) const {
        ASSERT_EQ(std::system(("mkdir -p '" + path_ + name + "'").c_str()), 0);
    }
    void write(const std::string& name, const std::string& content) const {
        folder(name.substr(0, name.rfind('/')));
        std::FILE* file = std::fopen((path_ + name).c_str(), "w");
        ASSERT_NE(file, nullptr);
        std::fwrite(content.data(), 1, content.size(), file);
        std::fclose(file);
    }
    void link(const std::string& name, const std::string& target) const {
        folder(name.substr(0, name.rfind('/')));
        ASSERT_EQ(::symlink((path_ + target).c_str(), (path_ + name).c_str()), 0);
    }
    void remove(const std::string& name) const {
        ASSERT_EQ(std::system(("rm -rf '" + path_ + name + "'").c_str()), 0);
    }

private:
    std::string path_;
};

}  // namespace mp::test
