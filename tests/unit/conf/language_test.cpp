// SPDX-License-Identifier: GPL-2.0-or-later
// Is every keyword taken in every section that knows it, each with its values, and printed as tools
// that read the configuration back expect it? language.tsv beside this file says what must hold; it
// is not made from the schema, so a keyword or a value that is lost there is missed here.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "conf/config.h"
#include "conf/schema/keyword.h"
#include "daemon/base/strings.h"

namespace mp::conf {
namespace {

struct Row {
    std::string section;
    std::string keyword;
    std::string value;
    std::string printed;
};

std::vector<Row> rows() {
    std::ifstream in(std::string(MP_TESTS_DIR) + "/unit/conf/language.tsv");
    std::vector<Row> out;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.front() != '#') {
            const std::vector<std::string_view> cells = split(line, '\t');
            EXPECT_EQ(cells.size(), 4U) << line;
            out.push_back({std::string(cells.at(0)), std::string(cells.at(1)),
                           std::string(cells.at(2)), std::string(cells.at(3))});
        }
    }
    return out;
}

/// What an entry of the section needs beside the keyword.
std::string companions(const Row& row) {
    if (row.section == "devices/device") {
        return (row.keyword == "vendor" ? "" : std::string("vendor ZZ\n")) +
               (row.keyword == "product" ? "" : "product YY\n");
    }
    if (row.section == "overrides/protocol" && row.keyword != "type") {
        return "type scsi:fcp\n";
    }
    return row.section == "multipaths/multipath" && row.keyword != "wwid" ? "wwid 3600\n" : "";
}

std::string in_section(const Row& row) {
    std::string begin;
    std::string end;
    for (std::string_view part : split(row.section, '/')) {
        begin += std::string(part) + " {\n";
        end += "}\n";
    }
    return begin + companions(row) + row.keyword + " " + row.value + "\n" + end;
}

/// The lines "keyword value" of the section; of `devices` those of the entry written here.
std::vector<std::string> printed_lines(const std::string& text, const std::string& section) {
    std::string path;
    std::vector<std::vector<std::string>> entries;
    std::vector<std::string> found;
    for (std::string_view raw : split(text, '\n')) {
        const std::string line(trim(raw));
        if (ends_with(line, " {")) {
            path += (path.empty() ? "" : "/") + line.substr(0, line.size() - 2);
            entries.emplace_back();
        } else if (line == "}") {
            const std::vector<std::string>& entry = entries.back();
            const bool ours = section != "devices/device" ||
                              std::ranges::find(entry, "vendor \"ZZ\"") != entry.end() ||
                              std::ranges::find(entry, "product \"YY\"") != entry.end();
            if (path == section && ours) {
                found.insert(found.end(), entry.begin(), entry.end());
            }
            entries.pop_back();
            path.resize(path.find('/') == std::string::npos ? 0 : path.rfind('/'));
        } else if (!line.empty()) {
            entries.back().push_back(line);
        }
    }
    return found;
}

TEST(Language, EveryKeywordIsTakenInItsSectionsAndPrinted) {
    for (const Row& row : rows()) {
        const std::string text = in_section(row);
        const std::shared_ptr<const Config> config = Config::build({{"multipath.conf", text}}, {});
        for (const Diagnostic& diagnostic : config->diagnostics()) {
            EXPECT_EQ(diagnostic.severity, Diagnostic::Severity::note)
                << text << diagnostic.render();
        }
        const std::string name = row.keyword == "checker" ? "path_checker" : row.keyword;
        const std::vector<std::string> lines = printed_lines(config->render(), row.section);
        const std::string wanted = name + " " + row.printed;
        const auto count = std::ranges::count_if(lines, [&](const std::string& line) {
            return row.printed.empty() ? starts_with(line, name + " ") : line == wanted;
        });
        EXPECT_EQ(count, row.printed.empty() ? 0 : 1) << text << "wanted: " << wanted;
    }
}

TEST(Language, KeywordsWithoutEffectAndOldFormsAreNotedOnce) {
    for (const char* keyword : {"multipath_dir", "getuid_callout", "pg_timeout", "bindings_file",
                                "wwids_file", "prkeys_file", "config_dir", "disable_changed_wwids",
                                "delay_watch_checks", "delay_wait_checks"}) {
        const std::shared_ptr<const Config> config = Config::build(
            {{"multipath.conf", "defaults {\n" + std::string(keyword) + " 3\n}\n"}}, {});
        EXPECT_EQ(config->diagnostics().size(), 1U) << keyword;
    }
}

TEST(Language, EveryKeywordOfTheSchemaStandsInTheTable) {
    std::set<std::string> told;
    for (const Row& row : rows()) {
        told.insert(row.section + " " + row.keyword);
    }
    struct Place {
        Scope scope;
        const char* section;
    };
    for (const Place& place :
         {Place{Scope::defaults, "defaults"}, Place{Scope::device, "devices/device"},
          Place{Scope::overrides, "overrides"}, Place{Scope::protocol, "overrides/protocol"},
          Place{Scope::multipath, "multipaths/multipath"}}) {
        for (std::string_view name : keyword_names(place.scope)) {
            EXPECT_TRUE(told.contains(std::string(place.section) + " " + std::string(name)))
                << place.section << " " << name;
        }
    }
}

}  // namespace
}  // namespace mp::conf
