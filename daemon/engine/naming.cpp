// SPDX-License-Identifier: GPL-2.0-or-later
// What is a map called, and how is that remembered? Names go, in this order: the alias that the
// configuration gives; without user-friendly names the WWID; the name bound to the WWID in the
// bindings file; the name that its map already has, when it looks like an allocated one; else the
// lowest free name of the prefix, mpatha to mpathz, then mpathaa, a count in bijective base 26.
//
// A name that moves from one disk to another is how data is lost, so the bindings file only grows:
// each new binding is one line to append, and no line is ever dropped, moved or reused. Faulty
// lines are named and left alone. When one name stands beside two WWIDs the first line counts; when
// one WWID has two names the first is used and the second stays reserved.
#include "daemon/engine/naming.h"

#include <algorithm>

#include "daemon/base/assert.h"
#include "daemon/base/strings.h"

namespace mp::engine {
namespace {

constexpr std::size_t kMaxName = 127;  // device-mapper and WWID buffers hold 128 with the NUL
constexpr std::uint64_t kLetters = 26;

/// Non-empty, not too long, and safe in a line of a state file.
bool printable_word(std::string_view text) {
    return !text.empty() && text.size() <= kMaxName &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// Calls `visit(line, number)` for each line; true when the last one has no line end.
template <class Visit>
bool for_each_line(std::string_view text, Visit visit) {
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        visit(text.substr(0, end), ++number);
        if (end == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(end + 1);
    }
    return false;
}

std::string shown(std::string_view text) {
    std::string out(text.substr(0, kMaxName));
    for (char& c : out) {
        c = c > ' ' && c <= '~' ? c : '?';
    }
    return "'" + out + "'";
}

}  // namespace

bool valid_alias(std::string_view alias) {
    return !alias.empty() && alias.size() <= kMaxName && trim(alias) == alias &&
           std::ranges::all_of(alias, [](char c) { return c >= ' ' && c <= '~' && c != '/'; });
}

std::string alias_suffix(std::uint64_t id) {
    MP_ASSERT(id >= 1);
    std::string letters;
    while (id > 0) {
        --id;
        letters += static_cast<char>('a' + id % kLetters);
        id /= kLetters;
    }
    std::ranges::reverse(letters);
    return letters;
}

bool has_binding_form(std::string_view alias, std::string_view prefix) {
    return starts_with(alias, prefix) && alias.size() > prefix.size() &&
           std::ranges::all_of(alias.substr(prefix.size()),
                               [](char c) { return c >= 'a' && c <= 'z'; });
}

Bindings Bindings::parse(std::string_view text) {
    Bindings bindings;
    bindings.line_open_ = for_each_line(
        text, [&](std::string_view line, int number) { bindings.parse_line(line, number); });
    return bindings;
}

std::string Bindings::header() {
    return "# Multipath bindings, Version : 1.0\n"
           "# Written by the multipath daemon, one line for each map with a user-friendly name.\n"
           "# A name belongs to its disk for good; lines are only added.\n"
           "# To give a disk a name of your choice use an alias in multipath.conf instead.\n"
           "#\n"
           "# alias wwid\n"
           "#\n";
}

void Bindings::parse_line(std::string_view line, int number) {
    line = line.substr(0, line.find('#'));
    const std::vector<std::string_view> words = split_words(line);
    if (words.empty()) {
        return;
    }
    if (words.size() < 2) {
        problems_.push_back({number, "no WWID stands behind " + shown(words[0])});
        return;
    }
    if (!valid_alias(words[0]) || !printable_word(words[1])) {
        problems_.push_back(
            {number, "not a name and a WWID: " + shown(words[0]) + " " + shown(words[1])});
        return;
    }
    if (words.size() > 2) {
        problems_.push_back({number, "words behind the WWID are ignored"});
    }
    const std::string alias(words[0]);
    const Wwid wwid{std::string(words[1])};
    const auto [bound, fresh] = by_alias_.emplace(alias, wwid);
    if (!fresh) {
        problems_.push_back({number, bound->second == wwid
                                         ? shown(alias) + " is bound to the same WWID twice"
                                         : shown(alias) + " is bound to " +
                                               shown(bound->second.str()) +
                                               " before; this line is not used"});
        return;
    }
    const auto [name, first] = by_wwid_.emplace(wwid, alias);
    if (!first) {
        problems_.push_back({number, "the WWID has the name " + shown(name->second) + " before; " +
                                         shown(alias) + " is kept reserved"});
    }
}

const std::string* Bindings::alias_of(const Wwid& wwid) const {
    const auto found = by_wwid_.find(wwid);
    return found == by_wwid_.end() ? nullptr : &found->second;
}

const Wwid* Bindings::wwid_of(const std::string& alias) const {
    const auto found = by_alias_.find(alias);
    return found == by_alias_.end() ? nullptr : &found->second;
}

Result<std::string> Bindings::add(const std::string& alias, const Wwid& wwid) {
    if (!valid_alias(alias) || alias.find_first_of(" #") != std::string::npos) {
        return fail(Errc::invalid, "not a name for a map");
    }
    if (!printable_word(wwid.str()) || wwid.str().find('#') != std::string::npos) {
        return fail(Errc::invalid, "not a WWID");
    }
    if (by_alias_.contains(alias) || by_wwid_.contains(wwid)) {
        return fail(Errc::busy, "bound already");
    }
    by_alias_.emplace(alias, wwid);
    by_wwid_.emplace(wwid, alias);
    std::string text = (line_open_ ? "\n" : "") + alias + " " + wwid.str() + "\n";
    line_open_ = false;
    return text;
}

std::string Bindings::lowest_free(const std::string& prefix,
                                  const std::function<bool(const std::string&)>& taken) {
    std::uint64_t& first = first_free_.emplace(prefix, 1).first->second;
    while (by_alias_.contains(prefix + alias_suffix(first))) {
        ++first;
    }
    std::uint64_t id = first;
    std::string alias = prefix + alias_suffix(id);
    while (by_alias_.contains(alias) || taken(alias)) {
        alias = prefix + alias_suffix(++id);
    }
    return alias;
}

KnownWwids KnownWwids::parse(std::string_view text) {
    KnownWwids known;
    known.line_open_ = for_each_line(text, [&](std::string_view line, int number) {
        known.lines_.emplace_back(line);
        const std::string_view word = trim(line.substr(0, line.find('#')));
        if (word.empty()) {
            return;
        }
        const bool framed = word.size() > 2 && word.front() == '/' && word.back() == '/';
        const std::string_view wwid = framed ? word.substr(1, word.size() - 2) : "";
        if (!printable_word(wwid) || wwid.find('/') != std::string_view::npos) {
            known.problems_.push_back({number, "not a WWID between slashes: " + shown(word)});
            return;
        }
        known.line_of_[Wwid(std::string(wwid))].push_back(known.lines_.size() - 1);
    });
    return known;
}

std::string KnownWwids::header() {
    return "# Multipath wwids, Version : 1.0\n"
           "# Written by multipath and multipathd: the disks for which a map is made.\n"
           "# `multipath -a` adds a disk and `multipath -w` removes one.\n"
           "#\n"
           "# Valid WWIDs:\n";
}

bool KnownWwids::contains(const Wwid& wwid) const {
    return line_of_.contains(wwid);
}

std::string KnownWwids::add(const Wwid& wwid) {
    if (!printable_word(wwid.str()) || wwid.str().find_first_of("/#") != std::string::npos ||
        contains(wwid)) {
        return {};
    }
    const std::string line = "/" + wwid.str() + "/";
    const bool was_open = line_open_;
    lines_.push_back(line);
    line_of_[wwid].push_back(lines_.size() - 1);
    line_open_ = false;
    return (was_open ? "\n" : "") + line + "\n";
}

bool KnownWwids::remove(const Wwid& wwid) {
    const auto found = line_of_.find(wwid);
    if (found == line_of_.end()) {
        return false;
    }
    for (std::size_t index : found->second) {
        lines_[index] = "#" + wwid.str() + "/";
    }
    line_of_.erase(found);
    line_open_ = false;  // render() ends every line
    return true;
}

std::string KnownWwids::render() const {
    std::string out = lines_.empty() ? header() : std::string();
    for (const std::string& line : lines_) {
        out += line + "\n";
    }
    return out;
}

void KnownWwids::reset(const std::vector<Wwid>& wwids) {
    *this = parse(header());
    for (const Wwid& wwid : wwids) {
        static_cast<void>(add(wwid));
    }
}

AliasChoice choose_alias(const AliasRequest& request, Bindings& bindings,
                         const std::function<bool(const std::string&)>& taken) {
    AliasChoice choice;
    if (!request.configured.empty()) {
        if (valid_alias(request.configured) && !taken(request.configured)) {
            choice.alias = request.configured;
            return choice;
        }
        choice.problem = "alias " + shown(request.configured) +
                         (valid_alias(request.configured) ? " is the name of another disk's map"
                                                          : " cannot be the name of a map");
    }
    choice.alias = request.wwid.str();
    if (!request.user_friendly_names) {
        return choice;
    }
    if (const std::string* bound = bindings.alias_of(request.wwid)) {
        if (!taken(*bound)) {
            choice.alias = *bound;
            return choice;
        }
        choice.problem = "the bound name " + shown(*bound) + " is the name of another disk's map";
        return choice;
    }
    const bool keep = has_binding_form(request.existing, request.prefix) &&
                      bindings.wwid_of(request.existing) == nullptr && !taken(request.existing);
    if (request.read_only) {
        choice.alias = keep ? request.existing : choice.alias;
        return choice;
    }
    const std::string alias = keep ? request.existing : bindings.lowest_free(request.prefix, taken);
    Result<std::string> append = bindings.add(alias, request.wwid);
    if (!append) {
        choice.problem = "no binding for " + shown(alias) + ": " + append.error().what;
        return choice;
    }
    choice.alias = alias;
    choice.append = std::move(*append);
    return choice;
}

}  // namespace mp::engine
