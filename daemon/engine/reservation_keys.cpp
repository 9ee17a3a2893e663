// SPDX-License-Identifier: GPL-2.0-or-later
// Which reservation key does a disk have? The prkeys file has one line per disk, "0x<key> <wwid>"
// with sixteen digits; "0X" instead of "0x" says that the registration outlives a loss of power
// (APTPL). Lines that are not understood are reported and kept, a key that is forgotten becomes a
// comment, and of two lines for one disk the first counts, so that the file never loses what
// somebody wrote into it.
#include "daemon/engine/reservation_keys.h"

#include <algorithm>
#include <cstdio>

#include "daemon/base/strings.h"

namespace mp::engine {
namespace {

constexpr std::string_view kAptpl = ":aptpl";
constexpr std::size_t kDigitsMax = 16;

std::string line_of(const Wwid& wwid, const conf::ReservationKey& key) {
    char digits[kDigitsMax + 1];
    (void)std::snprintf(digits, sizeof(digits), "%016llx",
                        static_cast<unsigned long long>(key.key));
    return std::string(key.aptpl ? "0X" : "0x") + digits + " " + wwid.str();
}

}  // namespace

Result<conf::ReservationKey> parse_reservation_key(std::string_view text) {
    conf::ReservationKey out;
    out.aptpl = ends_with(text, kAptpl);
    text.remove_suffix(out.aptpl ? kAptpl.size() : 0);
    MP_TRY(out.key, parse_hex(text));
    if (out.key == 0) {
        return fail(Errc::invalid, "0 is not a reservation key");
    }
    return out;
}

std::string render_reservation_key(const conf::ReservationKey& key) {
    char digits[kDigitsMax + 1];
    (void)std::snprintf(digits, sizeof(digits), "%llx", static_cast<unsigned long long>(key.key));
    return std::string("0x") + digits + (key.aptpl ? std::string(kAptpl) : "");
}

ReservationKeys ReservationKeys::parse(std::string_view text) {
    ReservationKeys out;
    int number = 0;
    while (!text.empty()) {
        std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        out.lines_.emplace_back(line);
        std::string_view said = trim(line.substr(0, line.find('#')));
        if (said.empty()) {
            continue;
        }
        std::vector<std::string_view> words = split_words(said);
        bool upper = starts_with(said, "0X");
        Result<conf::ReservationKey> key = parse_reservation_key(words.front());
        bool marked = upper || starts_with(said, "0x");
        if (words.size() != 2 || !marked || !key || key->aptpl) {
            out.problems_.push_back({number, "not a key and a WWID"});
            continue;
        }
        key->aptpl = upper;
        Wwid wwid{std::string(words[1])};
        if (!out.entries_.emplace(wwid, Entry{*key, out.lines_.size() - 1}).second) {
            out.problems_.push_back({number, "a second key for " + wwid.str() + "; unused"});
        }
    }
    return out;
}

std::string ReservationKeys::header() {
    return "# Multipath persistent reservation keys, Version : 1.0\n"
           "# Written by multipathd: the key that a disk's paths are registered with.\n"
           "# `multipathd setprkey` sets one and `multipathd unsetprkey` removes it.\n"
           "#\n"
           "# Format:\n"
           "# prkey wwid\n"
           "#\n";
}

std::optional<conf::ReservationKey> ReservationKeys::find(const Wwid& wwid) const {
    std::map<Wwid, Entry>::const_iterator found = entries_.find(wwid);
    return found == entries_.end() ? std::nullopt : std::optional(found->second.key);
}

bool ReservationKeys::set(const Wwid& wwid, const conf::ReservationKey& key) {
    std::map<Wwid, Entry>::iterator found = entries_.find(wwid);
    if (found == entries_.end()) {
        if (lines_.empty()) {
            *this = parse(header());
        }
        lines_.push_back(line_of(wwid, key));
        entries_[wwid] = {key, lines_.size() - 1};
        return true;
    }
    if (found->second.key == key) {
        return false;
    }
    found->second.key = key;
    lines_[found->second.line] = line_of(wwid, key);
    return true;
}

bool ReservationKeys::remove(const Wwid& wwid) {
    std::map<Wwid, Entry>::iterator found = entries_.find(wwid);
    if (found == entries_.end()) {
        return false;
    }
    std::string& line = lines_[found->second.line];
    line = "#" + line.substr(1);
    entries_.erase(found);
    return true;
}

std::string ReservationKeys::render() const {
    std::string out = lines_.empty() ? header() : "";
    for (const std::string& line : lines_) {
        out += line + "\n";
    }
    return out;
}

}  // namespace mp::engine
