// SPDX-License-Identifier: GPL-2.0-or-later
// The bindings file (name of a map -> WWID) and the wwids file (WWIDs that get a map) as values,
// and the choice of a map's name. Nothing here touches a file: each change says which text to
// append.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/ids.h"
#include "daemon/base/result.h"

namespace mp::engine {

/// What is wrong with one line of a state file. The line is not used, or only in part as `text`
/// says.
struct FileProblem {
    int line = 0;  ///< 1-based
    std::string text;
};

/// True when a map may have this name: 1 to 127 printable bytes, no '/', no blank at the ends.
/// A name that is bound must not hold a blank at all.
bool valid_alias(std::string_view alias);
/// 1 -> "a", 26 -> "z", 27 -> "aa": the letters behind the prefix. id >= 1.
std::string alias_suffix(std::uint64_t id);
/// True for the prefix followed by lower-case letters only: the form of an allocated name.
bool has_binding_form(std::string_view alias, std::string_view prefix);

/// The bindings file. Look-ups cost O(log n); names are never freed.
class Bindings {
public:
    /// Reads a whole file. Never fails: what cannot be used is listed in problems().
    static Bindings parse(std::string_view text);
    /// What a new file begins with.
    static std::string header();

    const std::vector<FileProblem>& problems() const { return problems_; }
    std::size_t size() const { return by_wwid_.size(); }
    const std::string* alias_of(const Wwid& wwid) const;  ///< null: none
    const Wwid* wwid_of(const std::string& alias) const;  ///< null: free

    /// Binds a name. Returns the text to append to the file.
    /// Errors: invalid (not a name, or no WWID), busy (the name or the WWID is bound already).
    Result<std::string> add(const std::string& alias, const Wwid& wwid);
    /// The lowest name of the prefix that is not bound and that `taken` does not refuse.
    std::string lowest_free(const std::string& prefix,
                            const std::function<bool(const std::string&)>& taken);

private:
    void parse_line(std::string_view line, int number);

    std::map<std::string, Wwid> by_alias_;
    std::map<Wwid, std::string> by_wwid_;
    std::map<std::string, std::uint64_t> first_free_;  ///< per prefix: all smaller ids are bound
    std::vector<FileProblem> problems_;
    bool line_open_ = false;  ///< the file does not end with a line end
};

/// The wwids file. Look-ups cost O(log n).
class KnownWwids {
public:
    static KnownWwids parse(std::string_view text);
    static std::string header();

    const std::vector<FileProblem>& problems() const { return problems_; }
    std::size_t size() const { return line_of_.size(); }
    bool contains(const Wwid& wwid) const;
    /// The text to append to the file; "" when it is known already or not a WWID.
    std::string add(const Wwid& wwid);
    /// False when it is not known. Afterwards the file has to be replaced by render().
    bool remove(const Wwid& wwid);
    /// The whole file; lines that were not understood, and comments, are kept.
    std::string render() const;
    /// Forgets all but these. Afterwards the file has to be replaced by render().
    void reset(const std::vector<Wwid>& wwids);

private:
    std::vector<std::string> lines_;
    std::map<Wwid, std::vector<std::size_t>> line_of_;
    std::vector<FileProblem> problems_;
    bool line_open_ = false;
};

/// What decides about the name of one map.
struct AliasRequest {
    Wwid wwid;
    std::string configured;  ///< alias of the multipath section, or empty
    bool user_friendly_names = false;
    std::string prefix = "mpath";
    std::string existing;    ///< name of the map that exists for the WWID, or empty
    bool read_only = false;  ///< no new binding may be made
};

struct AliasChoice {
    std::string alias;    ///< never empty
    std::string append;   ///< text to append to the bindings file, or empty
    std::string problem;  ///< why another name was not used; empty when all is well
};

/// `taken`: another WWID has a map, or an alias in the configuration, with this name.
AliasChoice choose_alias(const AliasRequest& request, Bindings& bindings,
                         const std::function<bool(const std::string&)>& taken);

}  // namespace mp::engine
