// SPDX-License-Identifier: GPL-2.0-or-later
// Text to value and back. Every parser takes the whole text or refuses it: a number with trailing
// garbage is an error, because "30x" read as 30 has surprised people for years.
#include "daemon/base/strings.h"

#include <charconv>
#include <limits>
#include <system_error>

namespace mp {
namespace {

bool blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

template <class T>
Result<T> parse_number(std::string_view text, int base) {
    T value{};
    const char* end = text.data() + text.size();
    std::from_chars_result got = std::from_chars(text.data(), end, value, base);
    if (got.ec == std::errc::result_out_of_range) {
        return fail(Errc::limit, "number out of range");
    }
    if (text.empty() || got.ec != std::errc{} || got.ptr != end) {
        return fail(Errc::invalid, "not a number");
    }
    return value;
}

Result<std::uint32_t> parse_u32(std::string_view text) {
    MP_TRY(std::uint64_t value, parse_u64(text));
    if (value > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Errc::limit, "number out of range");
    }
    return static_cast<std::uint32_t>(value);
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while (at < text.size()) {
        if (blank(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && !blank(text[end])) {
            ++end;
        }
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    while (true) {
        std::size_t end = text.find(separator, begin);
        if (end == std::string_view::npos) {
            parts.push_back(text.substr(begin));
            return parts;
        }
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

bool ends_with(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return out;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0) {
            out += separator;
        }
        out += parts[i];
    }
    return out;
}

Result<std::uint64_t> parse_u64(std::string_view text) {
    return parse_number<std::uint64_t>(text, 10);
}

Result<std::int64_t> parse_i64(std::string_view text) {
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
        if (!text.empty() && text.front() == '-') {
            return fail(Errc::invalid, "not a number");
        }
    }
    return parse_number<std::int64_t>(text, 10);
}

Result<std::uint64_t> parse_hex(std::string_view text) {
    if (starts_with(text, "0x") || starts_with(text, "0X")) {
        text.remove_prefix(2);
    }
    return parse_number<std::uint64_t>(text, 16);
}

Result<DevT> parse_devt(std::string_view text) {
    std::vector<std::string_view> parts = split(text, ':');
    if (parts.size() != 2) {
        return fail(Errc::invalid, "not a major:minor");
    }
    MP_TRY(std::uint32_t major, parse_u32(parts[0]));
    MP_TRY(std::uint32_t minor, parse_u32(parts[1]));
    return DevT{major, minor};
}

Result<Hctl> parse_hctl(std::string_view text) {
    std::vector<std::string_view> parts = split(text, ':');
    if (parts.size() != 4) {
        return fail(Errc::invalid, "not a host:channel:target:lun");
    }
    MP_TRY(std::uint32_t host, parse_u32(parts[0]));
    MP_TRY(std::uint32_t channel, parse_u32(parts[1]));
    MP_TRY(std::uint32_t target, parse_u32(parts[2]));
    MP_TRY(std::uint64_t lun, parse_u64(parts[3]));
    return Hctl{host, channel, target, lun};
}

}  // namespace mp
