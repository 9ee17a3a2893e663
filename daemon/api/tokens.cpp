// SPDX-License-Identifier: GPL-2.0-or-later
// How is a request cut into words? By the rules of the configuration file, because clients have
// always quoted formats that way: a quoted word keeps its blanks, "" inside it is one quote, and
// outside quotes '#' and '!' begin a comment. A quote also ends the word before it, so that
// `format "%d %t"` and `format"%d %t"` mean the same. Clients send requests with a NUL, with a
// newline or bare; a NUL ends the request here and a newline is a blank.
#include "daemon/api/tokens.h"

namespace mp::api {
namespace {

bool separates(char c) {
    unsigned char byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte >= 0x7f;
}

/// `at` is behind the opening quote; afterwards it is behind the closing one.
std::string take_quoted(std::string_view request, std::size_t& at) {
    std::string word;
    while (at < request.size()) {
        char c = request[at++];
        if (c == '"') {
            if (at >= request.size() || request[at] != '"') {
                return word;
            }
            ++at;
        }
        word += c;
    }
    return word;
}

}  // namespace

std::vector<std::string> split_request(std::string_view request) {
    request = request.substr(0, request.find('\0'));
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < request.size()) {
        char c = request[at];
        if (c == '#' || c == '!') {
            break;
        }
        if (c == '"') {
            ++at;
            words.push_back(take_quoted(request, at));
            continue;
        }
        if (separates(c)) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        while (at < request.size() && !separates(request[at]) && request[at] != '"' &&
               request[at] != '#' && request[at] != '!') {
            ++at;
        }
        words.emplace_back(request.substr(begin, at - begin));
    }
    return words;
}

}  // namespace mp::api
