// SPDX-License-Identifier: GPL-2.0-or-later
// Which weight did the administrator give this path? The arguments say what is compared (hbtl: the
// SCSI address "2:0:0:1", devname: the kernel name, serial: the serial number, wwn: host node, host
// port, target node and target port with colons between) and then pairs of an expression and a
// number. The first expression (POSIX extended, unanchored) that matches gives its number; none
// gives 0. No command is sent. Expressions are compiled once; forms that can cost more than memory
// and time in proportion to their length are refused.
#include "prioritizers/weightedpath.h"

#include <regex.h>

#include <algorithm>
#include <array>

#include "daemon/base/strings.h"

namespace mp::prioritizers {
namespace {

constexpr std::size_t kExpressionMax = 255;
constexpr std::size_t kPairsMax = 256;
constexpr std::uint64_t kWeightMax = 1000000;
constexpr std::array<std::string_view, 4> kKinds = {"hbtl", "devname", "serial", "wwn"};

class Expression {
public:
    explicit Expression(const std::string& text)
        : good_(::regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0) {}
    ~Expression() {
        if (good_) {
            ::regfree(&compiled_);
        }
    }
    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;

    bool good() const { return good_; }
    bool matches(const std::string& text) const {
        return ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
    }

private:
    regex_t compiled_{};
    bool good_;
};

struct Weight {
    std::unique_ptr<Expression> expression;
    int value = 0;
};

std::string subject_of(std::string_view kind, const model::BlockDevice& device) {
    if (kind == "hbtl") {
        return device.hctl ? device.hctl->str() : "";
    }
    if (kind == "devname") {
        return device.name;
    }
    if (kind == "serial") {
        return device.serial;
    }
    return device.host_wwnn + ":" + device.host_wwpn + ":" + device.target_wwnn + ":" +
           device.target_wwpn;
}

class Weightedpath final : public Prioritizer {
public:
    Weightedpath(std::string_view kind, std::vector<Weight> weights)
        : kind_(kind), weights_(std::move(weights)) {}

    NextStep begin(const model::BlockDevice& device) override {
        std::string subject = subject_of(kind_, device);
        for (const Weight& weight : weights_) {
            if (weight.expression->matches(subject)) {
                return Priority{.value = weight.value};
            }
        }
        return Priority{.value = 0};
    }
    NextStep on_reply(const model::ProbeReply&) override { return Priority{}; }

private:
    std::string_view kind_;
    std::vector<Weight> weights_;
};

bool affordable(std::string_view expression) {
    return expression.size() <= kExpressionMax &&
           expression.find_first_of("{\\") == std::string::npos;
}

Result<std::unique_ptr<Prioritizer>> create(std::string_view args) {
    std::vector<std::string_view> words = split_words(args);
    const auto kind = words.empty() ? kKinds.end() : std::ranges::find(kKinds, words[0]);
    if (kind == kKinds.end()) {
        return fail(Errc::invalid, "the arguments must begin with hbtl, devname, serial or wwn");
    }
    if (words.size() < 3 || words.size() % 2 == 0 || words.size() > 2 * kPairsMax) {
        return fail(Errc::invalid, "pairs of an expression and a number must follow");
    }
    std::vector<Weight> weights;
    for (std::size_t at = 1; at < words.size(); at += 2) {
        if (!affordable(words[at])) {
            return fail(Errc::invalid,
                        "expressions may have 255 characters, no '{' and no backslash");
        }
        Weight weight{std::make_unique<Expression>(std::string(words[at])), 0};
        Result<std::uint64_t> number = parse_u64(words[at + 1]);
        if (!weight.expression->good()) {
            return fail(Errc::invalid, "an expression cannot be compiled");
        }
        if (!number || *number > kWeightMax) {
            return fail(Errc::invalid, "a weight must be a number from 0 to 1000000");
        }
        weight.value = static_cast<int>(*number);
        weights.push_back(std::move(weight));
    }
    return std::unique_ptr<Prioritizer>(std::make_unique<Weightedpath>(*kind, std::move(weights)));
}

}  // namespace

const PrioritizerType kWeightedpath{
    .name = "weightedpath",
    .doc = "Weights by expression; arguments hbtl|devname|serial|wwn and pairs EXPRESSION NUMBER.",
    .create = create};

}  // namespace mp::prioritizers
