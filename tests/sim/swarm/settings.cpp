// SPDX-License-Identifier: GPL-2.0-or-later
// The dice of the swarm: which hardware and which configuration a seed gets. Most worlds are small,
// so that many of them fit into a minute; a few are as large as the limits allow.
#include "tests/sim/swarm/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mp::sim {
namespace {

constexpr int kPathsMax = 128;

template <std::size_t N>
std::string one_of(Prng& prng, const std::array<const char*, N>& words) {
    return words.at(prng.below(N));
}

int between(Prng& prng, int low, int high) {
    return static_cast<int>(
        prng.between(static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high)));
}

// Limits for paths that bounce, and timers of the ports.
void pick_more(Prng& prng, Settings& settings) {
    const auto line = [&settings](const char* key, int value) {
        settings.more += fmt::format("    {} {}\n", key, value);
    };
    const std::uint64_t dice = prng.below(10);
    if (dice < 2) {
        line("san_path_err_threshold", between(prng, 1, 3));
        line("san_path_err_forget_rate", between(prng, 1, 6));
        line("san_path_err_recovery_time", between(prng, 5, 60));
        settings.judgement = seconds(60);
    } else if (dice == 2) {
        line("marginal_path_err_sample_time", 120);
        line("marginal_path_err_rate_threshold", between(prng, 1, 500));
        line("marginal_path_err_recheck_gap_time", between(prng, 5, 20));
        line("marginal_path_double_failed_time", between(prng, 10, 60));
        settings.judgement = seconds(120 + 20 + 120);  // a bad round, the gap, a good one
    }
    if (prng.chance(300)) {
        settings.more += "    marginal_pathgroups on\n";
        settings.judgement = std::max<Duration>(settings.judgement, seconds(60));
    }
    if (prng.chance(300)) {
        line("dev_loss_tmo", between(prng, 1, 900));
        line("fast_io_fail_tmo", between(prng, 0, 700));
    }
    if (prng.chance(250)) {
        settings.more += "    path_probing sampled\n";  // a new rank may be learnt late
        settings.judgement = std::max<Duration>(settings.judgement, 10 * settings.max_polling());
    }
}

}  // namespace

std::string Settings::render() const {
    std::string out = "defaults {\n";
    const auto line = [&out](const char* key, const std::string& value) {
        out += fmt::format("    {} \"{}\"\n", key, value);
    };
    line("polling_interval", std::to_string(polling_s));
    line("max_polling_interval", std::to_string(max_polling_s));
    line("checker_timeout", std::to_string(checker_timeout_s));
    line("path_checker", checker);
    line("detect_checker", "no");
    line("path_grouping_policy", grouping);
    line("detect_pgpolicy", "no");
    line("failback", failback);
    if (!no_path_retry.empty()) {
        line("no_path_retry", no_path_retry);
    }
    line("path_selector", selector);
    if (!prio.empty()) {
        line("prio", prio);
        line("detect_prio", "no");
    }
    line("find_multipaths", find_multipaths);
    line("user_friendly_names", user_friendly_names ? "yes" : "no");
    line("flush_on_last_del", flush_on_last_del);
    line("deferred_remove", deferred_remove ? "yes" : "no");
    return out + more + "}\n";
}

Topology pick_topology(Prng& prng) {
    Topology out;
    out.adapters = between(prng, 1, 4);
    out.ports = between(prng, 1, 4);
    const int room = std::max(1, kPathsMax / (out.adapters * out.ports));
    const int most = prng.chance(150) ? 32 : 6;
    out.lus = between(prng, 1, std::min(most, room));
    constexpr std::array kModels = {ArrayModel::symmetric, ArrayModel::alua_implicit,
                                    ArrayModel::alua_explicit};
    out.model = kModels.at(prng.below(3));
    if (out.ports == 1) {
        out.model = ArrayModel::symmetric;  // one port is one group: nothing to be asymmetric with
    }
    for (int i = 0; i < out.lus; ++i) {
        const std::uint64_t dice = prng.below(10);
        out.ids.push_back(dice == 0 ? IdKind::eui64 : (dice == 1 ? IdKind::t10 : IdKind::naa6));
    }
    return out;
}

Settings pick_settings(Prng& prng, const Topology& topology) {
    Settings out;
    out.polling_s = between(prng, 1, 5);
    out.max_polling_s = between(prng, out.polling_s, 4 * out.polling_s);
    out.checker_timeout_s = between(prng, 2, 10);
    out.checker = one_of(prng, std::array{"tur", "tur", "tur", "readsector0", "directio"});
    if (topology.model == ArrayModel::alua_explicit) {
        out.checker = "tur";  // the others cannot see a standby path as usable
    }
    out.grouping = one_of(prng, std::array{"failover", "multibus", "group_by_prio", "group_by_prio",
                                           "group_by_node_name", "group_by_serial"});
    if (topology.model == ArrayModel::alua_explicit) {
        out.grouping = "group_by_prio";
    }
    out.failback = one_of(prng, std::array{"manual", "immediate", "immediate", "followover", "5"});
    out.no_path_retry = one_of(prng, std::array{"", "fail", "queue", "queue", "3", "12"});
    out.selector = one_of(prng, std::array{"service-time 0", "round-robin 0", "queue-length 0",
                                           "numa-distance 0", "auto"});
    out.prio = topology.model == ArrayModel::symmetric
                   ? one_of(prng, std::array{"", "const"})
                   : one_of(prng, std::array{"", "alua", "sysfs"});
    const bool many = topology.adapters * topology.ports >= 2;
    out.find_multipaths = many ? one_of(prng, std::array{"greedy", "off", "on", "smart"})
                               : one_of(prng, std::array{"greedy", "off"});
    out.user_friendly_names = prng.chance(700);
    out.flush_on_last_del = one_of(prng, std::array{"unused", "always", "never"});
    out.deferred_remove = prng.chance(200);
    out.numa_module = one_of(prng, std::array{"missing", "there", "there", "refused"});
    pick_more(prng, out);
    return out;
}

}  // namespace mp::sim
