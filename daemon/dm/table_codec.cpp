// SPDX-License-Identifier: GPL-2.0-or-later
// How does a table or status line of the multipath target read, and how is a table written?
//
// Grammar, after Linux drivers/md/dm-mpath.c (multipath_ctr and multipath_status):
//   table:  #features word* #handler word* #groups first_group group*
//   group:  selector #args arg* #paths #path_args (device arg{#path_args})*
//   status: #features word* #handler word* #groups next_group sgroup*
//   sgroup: D|A|E #args arg* #paths #path_args (device A|F fail_count arg{#path_args})*
// The two status features are the queueing flag and the count of group initialisations.
//
// Every count is checked against the words that are left, so absurd numbers cost nothing. What the
// words mean (features that the kernel reorders or drops) is the business of equality.cpp.
#include "daemon/dm/table_codec.h"

#include <cstddef>
#include <limits>
#include <vector>

#include "daemon/base/strings.h"

namespace mp::dm {
namespace {

using model::DmGroupState;
using model::DmPathState;

/// Walks over the words of one line.
class Words {
public:
    explicit Words(std::string_view text) : words_(split_words(text)) {}

    std::size_t left() const { return words_.size() - at_; }

    Result<std::string_view> word(const char* what) {
        if (left() == 0) {
            return fail(Errc::invalid, what);
        }
        return words_[at_++];
    }

    Result<std::uint64_t> number(const char* what) {
        MP_TRY(std::string_view text, word(what));
        Result<std::uint64_t> value = parse_u64(text);
        if (!value) {
            return fail(value.error().code, what);
        }
        return *value;
    }

    /// A number of things that each take at least `words_each` of the words that follow.
    Result<std::size_t> count(const char* what, std::size_t words_each) {
        MP_TRY(std::uint64_t value, number(what));
        if (value > kCountMax) {
            return fail(Errc::limit, what);
        }
        if (value * words_each > left()) {
            return fail(Errc::invalid, what);
        }
        return static_cast<std::size_t>(value);
    }

    Result<std::vector<std::string>> take(std::size_t count, const char* what) {
        std::vector<std::string> taken;
        for (std::size_t i = 0; i < count; ++i) {
            MP_TRY(std::string_view text, word(what));
            taken.emplace_back(text);
        }
        return taken;
    }

    Result<std::vector<std::string>> counted(const char* what) {
        MP_TRY(std::size_t n, count(what, 1));
        return take(n, what);
    }

    Result<DevT> device(const char* what) {
        MP_TRY(std::string_view text, word(what));
        Result<DevT> devt = parse_devt(text);
        if (!devt) {
            return fail(Errc::invalid, what);
        }
        return *devt;
    }

private:
    std::vector<std::string_view> words_;
    std::size_t at_ = 0;
};

Result<std::uint32_t> group_number(Words& words, std::size_t groups, const char* what) {
    MP_TRY(std::uint64_t number, words.number(what));
    if (number > groups || (number == 0 && groups != 0)) {
        return fail(Errc::invalid, what);
    }
    return static_cast<std::uint32_t>(number);
}

Result<model::TableGroup> table_group(Words& words) {
    model::TableGroup group;
    MP_TRY(std::string_view selector, words.word("table: path selector is missing"));
    group.selector = std::string(selector);
    MP_TRY(group.selector_args, words.counted("table: wrong count of selector arguments"));
    MP_TRY(std::size_t paths, words.count("table: wrong count of paths", 1));
    MP_TRY(std::size_t args, words.count("table: wrong count of path arguments", paths));
    if (paths == 0 || paths * (args + 1) > words.left()) {
        return fail(Errc::invalid, "table: wrong count of paths");
    }
    for (std::size_t i = 0; i < paths; ++i) {
        model::TablePath path;
        MP_TRY(path.devt, words.device("table: path is not a major:minor"));
        MP_TRY(path.args, words.take(args, "table: path arguments are missing"));
        group.paths.push_back(std::move(path));
    }
    return group;
}

Result<DmGroupState> group_state(std::string_view word) {
    if (word == "A") {
        return DmGroupState::active;
    }
    if (word == "E") {
        return DmGroupState::enabled;
    }
    if (word == "D") {
        return DmGroupState::disabled;
    }
    return fail(Errc::invalid, "status: group state is not A, E or D");
}

Result<DmPathState> path_state(std::string_view word) {
    if (word == "A") {
        return DmPathState::active;
    }
    if (word == "F") {
        return DmPathState::failed;
    }
    return fail(Errc::invalid, "status: path state is not A or F");
}

Result<model::StatusGroup> status_group(Words& words) {
    model::StatusGroup group;
    MP_TRY(std::string_view state, words.word("status: group state is missing"));
    MP_TRY(group.state, group_state(state));
    MP_TRY(group.selector_status, words.counted("status: wrong count of selector words"));
    MP_TRY(std::size_t paths, words.count("status: wrong count of paths", 3));
    MP_TRY(std::size_t args, words.count("status: wrong count of path words", paths));
    if (paths * (args + 3) > words.left()) {
        return fail(Errc::invalid, "status: wrong count of paths");
    }
    for (std::size_t i = 0; i < paths; ++i) {
        model::StatusPath path;
        MP_TRY(path.devt, words.device("status: path is not a major:minor"));
        MP_TRY(std::string_view letter, words.word("status: path state is missing"));
        MP_TRY(path.state, path_state(letter));
        MP_TRY(path.fail_count, words.number("status: fail count is not a number"));
        MP_TRY(path.selector_status, words.take(args, "status: path words are missing"));
        group.paths.push_back(std::move(path));
    }
    return group;
}

void append_word(std::string& out, std::string_view word) {
    if (!out.empty()) {
        out += ' ';
    }
    out += word;
}

char group_letter(DmGroupState state) {
    switch (state) {
        case DmGroupState::active:
            return 'A';
        case DmGroupState::disabled:
            return 'D';
        case DmGroupState::enabled:
        case DmGroupState::undef:
            return 'E';
    }
    MP_ASSERT(false);
}

}  // namespace

Result<model::MultipathTable> parse_table(std::string_view text, std::uint64_t size_sectors) {
    Words words(text);
    model::MultipathTable table;
    table.size_sectors = size_sectors;
    MP_TRY(table.features, words.counted("table: wrong count of features"));
    MP_TRY(table.hw_handler, words.counted("table: wrong count of hardware handler words"));
    MP_TRY(std::size_t groups, words.count("table: wrong count of groups", 1));
    MP_TRY(table.initial_group, group_number(words, groups, "table: wrong first group"));
    for (std::size_t i = 0; i < groups; ++i) {
        MP_TRY(model::TableGroup group, table_group(words));
        table.groups.push_back(std::move(group));
    }
    if (words.left() != 0) {
        return fail(Errc::invalid, "table: words after the last group");
    }
    return table;
}

std::string render_counted(const std::vector<std::string>& words) {
    std::string out = std::to_string(words.size());
    for (const std::string& word : words) {
        append_word(out, word);
    }
    return out;
}

std::string render_table(const model::MultipathTable& table) {
    std::string out = render_counted(table.features);
    append_word(out, render_counted(table.hw_handler));
    append_word(out, std::to_string(table.groups.size()));
    append_word(out, std::to_string(table.initial_group));
    for (const model::TableGroup& group : table.groups) {
        std::size_t args = group.paths.empty() ? 0 : group.paths.front().args.size();
        append_word(out, group.selector);
        append_word(out, render_counted(group.selector_args));
        append_word(out, std::to_string(group.paths.size()));
        append_word(out, std::to_string(args));
        for (const model::TablePath& path : group.paths) {
            MP_ASSERT(path.args.size() == args);
            append_word(out, path.devt.str());
            for (const std::string& arg : path.args) {
                append_word(out, arg);
            }
        }
    }
    return out;
}

Result<model::MultipathStatus> parse_status(std::string_view text) {
    Words words(text);
    model::MultipathStatus status;
    MP_TRY(std::size_t features, words.count("status: wrong count of features", 1));
    if (features < 2) {
        return fail(Errc::invalid, "status: wrong count of features");
    }
    MP_TRY(status.queue_size, words.number("status: queue size is not a number"));
    MP_TRY(status.pg_init_count, words.number("status: group init count is not a number"));
    MP_TRY(std::vector<std::string> unknown,
           words.take(features - 2, "status: wrong count of features"));
    MP_TRY(std::vector<std::string> handler,
           words.counted("status: wrong count of hardware handler words"));
    MP_TRY(std::size_t groups, words.count("status: wrong count of groups", 1));
    MP_TRY(status.next_group, group_number(words, groups, "status: wrong next group"));
    for (std::size_t i = 0; i < groups; ++i) {
        MP_TRY(model::StatusGroup group, status_group(words));
        status.groups.push_back(std::move(group));
    }
    if (words.left() != 0) {
        return fail(Errc::invalid, "status: words after the last group");
    }
    return status;
}

std::string render_status(const model::MultipathStatus& status) {
    std::string out = "2";
    append_word(out, std::to_string(status.queue_size));
    append_word(out, std::to_string(status.pg_init_count));
    append_word(out, "0");
    append_word(out, std::to_string(status.groups.size()));
    append_word(out, std::to_string(status.next_group));
    for (const model::StatusGroup& group : status.groups) {
        std::size_t args = group.paths.empty() ? 0 : group.paths.front().selector_status.size();
        append_word(out, std::string(1, group_letter(group.state)));
        append_word(out, render_counted(group.selector_status));
        append_word(out, std::to_string(group.paths.size()));
        append_word(out, std::to_string(args));
        for (const model::StatusPath& path : group.paths) {
            MP_ASSERT(path.selector_status.size() == args);
            append_word(out, path.devt.str());
            append_word(out, path.state == DmPathState::failed ? "F" : "A");
            append_word(out, std::to_string(path.fail_count));
            for (const std::string& word : path.selector_status) {
                append_word(out, word);
            }
        }
    }
    return out;
}

bool has_feature(const model::MultipathTable& table, std::string_view word) {
    for (const std::string& feature : table.features) {
        if (feature == word) {
            return true;
        }
    }
    return false;
}

}  // namespace mp::dm
