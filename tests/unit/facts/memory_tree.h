// SPDX-License-Identifier: GPL-2.0-or-later
// A sysfs tree in memory.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/facts/sys_tree.h"

namespace mp::facts::testing {

class MemoryTree final : public SysTree {
public:
    /// A file; its directories come into being with it.
    MemoryTree& file(const std::string& path, std::string content) {
        files_[path] = std::move(content);
        return *this;
    }
    /// A disk directory with its number, reachable as /block/<name>.
    MemoryTree& disk(const std::string& path, const std::string& devt) {
        links_["/block/" + path.substr(path.rfind('/') + 1)] = path;
        return file(path + "/dev", devt + "\n");
    }
    MemoryTree& symlink(const std::string& path, const std::string& to) {
        links_[path] = to;
        return *this;
    }
    MemoryTree& remove(const std::string& path) {
        files_.erase(path);
        return *this;
    }
    const std::map<std::string, std::string>& files() const { return files_; }

    std::optional<std::string> read(const std::string& path) const override {
        std::map<std::string, std::string>::const_iterator found = files_.find(path);
        return found == files_.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<std::string> list(const std::string& dir) const override {
        std::vector<std::string> out;
        for (const std::pair<const std::string, std::string>& entry : files_) {
            if (entry.first.compare(0, dir.size() + 1, dir + "/") == 0) {
                std::string rest = entry.first.substr(dir.size() + 1);
                out.push_back(rest.substr(0, rest.find('/')));
            }
        }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return out;
    }
    std::optional<std::string> link(const std::string& path) const override {
        std::map<std::string, std::string>::const_iterator found = links_.find(path);
        if (found != links_.end()) {
            return found->second;
        }
        bool exists = files_.contains(path) || !list(path).empty();
        return exists ? std::optional(path) : std::nullopt;
    }

private:
    std::map<std::string, std::string> files_;
    std::map<std::string, std::string> links_;
};

}  // namespace mp::facts::testing
