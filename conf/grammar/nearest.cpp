// SPDX-License-Identifier: GPL-2.0-or-later
// Which known word was probably meant? The one with the smallest edit distance, where inserting,
// dropping, changing a letter or swapping two neighbours counts one each (optimal string
// alignment). A third of the letters may be wrong; beyond that a suggestion would be noise, and so
// it would be for a single letter. Words longer than any keyword are not looked at, so the cost per
// unknown word has a bound.
#include "conf/grammar/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace mp::conf {
namespace {

constexpr std::size_t kMaxWord = 48;

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::array<std::array<std::size_t, kMaxWord + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) {
        rows[0][j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::array<std::size_t, kMaxWord + 1>& row = rows[i % 3];
        const std::array<std::size_t, kMaxWord + 1>& above = rows[(i - 1) % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
            }
        }
    }
    return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.size() < 2 || word.size() > kMaxWord) {
        return {};
    }
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (std::string_view candidate : candidates) {
        if (candidate.size() > kMaxWord) {
            continue;
        }
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace mp::conf
