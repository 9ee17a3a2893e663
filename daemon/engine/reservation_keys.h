// SPDX-License-Identifier: GPL-2.0-or-later
// The prkeys file (WWID -> reservation key) as a value. Nothing here touches a file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/policy.h"
#include "daemon/base/ids.h"
#include "daemon/base/result.h"
#include "daemon/engine/naming.h"

namespace mp::engine {

/// "0xabc" or "abc", with ":aptpl" behind it or not. Errors: invalid (no hexadecimal digits, more
/// than 16, or the key 0).
Result<conf::ReservationKey> parse_reservation_key(std::string_view text);
/// "0xabc:aptpl"
std::string render_reservation_key(const conf::ReservationKey& key);

class ReservationKeys {
public:
    /// Reads a whole file. Never fails: what cannot be used is listed in problems() and kept.
    static ReservationKeys parse(std::string_view text);
    static std::string header();

    const std::vector<FileProblem>& problems() const { return problems_; }
    std::optional<conf::ReservationKey> find(const Wwid& wwid) const;
    /// False: that is its key already. Afterwards the file has to be replaced by render().
    bool set(const Wwid& wwid, const conf::ReservationKey& key);
    /// False: it has none.
    bool remove(const Wwid& wwid);
    std::string render() const;

private:
    struct Entry {
        conf::ReservationKey key;
        std::size_t line = 0;
    };
    std::vector<std::string> lines_;
    std::map<Wwid, Entry> entries_;
    std::vector<FileProblem> problems_;
};

}  // namespace mp::engine
