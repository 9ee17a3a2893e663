// SPDX-License-Identifier: GPL-2.0-or-later
// What do decisions cost at the size of a large machine? The engine alone, over devices that answer
// at once and a virtual clock: commands sent, lines logged, and CPU time of this machine. What the
// commands themselves cost is the lab bench's matter.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/unit/engine/bench.h"

namespace mp::test {
namespace {

double cpu_seconds() {
    timespec spec{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spec);
    return static_cast<double>(spec.tv_sec) + static_cast<double>(spec.tv_nsec) / 1e9;
}

void figure(const std::string& name, double value, const char* unit) {
    std::printf("%-52s %12.6g %s\n", name.c_str(), value, unit);
}

/// `paths` in all: two adapters, one target port behind each, every disk behind both.
std::unique_ptr<Bench> machine(int paths, const std::string& probing) {
    auto bench = std::make_unique<Bench>("defaults {\n find_multipaths greedy\n path_probing " +
                                         probing + "\n}\n");
    for (int i = 0; i < paths; ++i) {
        std::string disk = kDiskA;
        disk.replace(disk.size() - 5, 5, std::to_string(10000 + i / 2));
        bench->add(scsi_path("sda" + std::to_string(i), static_cast<std::uint32_t>(16 * i), disk,
                             "host" + std::to_string(i % 2)));
    }
    bench->start();
    bench->advance(seconds(120));
    return bench;
}

struct Commands {
    std::uint64_t all = 0;
    std::uint64_t inquiries = 0;
};
Commands commands_of(const Bench& bench) {
    Commands sum;
    for (const std::pair<const std::string, Device>& entry : bench.devices) {
        sum.all += entry.second.tests + entry.second.inquiries;
        sum.inquiries += entry.second.inquiries;
    }
    return sum;
}

void measure_probing(int paths, const std::string& probing) {
    std::unique_ptr<Bench> made = machine(paths, probing);
    Bench& bench = *made;
    constexpr int kMinutes = 10;
    Commands before = commands_of(bench);
    double cpu = cpu_seconds();
    bench.advance(seconds(60 * kMinutes));
    cpu = cpu_seconds() - cpu;
    Commands after = commands_of(bench);
    std::string at = probing + ", " + std::to_string(paths) + " paths: ";
    figure(at + "SCSI commands a minute", static_cast<double>(after.all - before.all) / kMinutes,
           "");
    figure(at + "of these who-are-you",
           static_cast<double>(after.inquiries - before.inquiries) / kMinutes, "");
    figure(at + "decisions, CPU a minute", cpu / kMinutes, "s");
}

void measure_incident(int paths) {
    std::unique_ptr<Bench> made = machine(paths, "every");
    Bench& bench = *made;
    for (std::pair<const std::string, Device>& entry : bench.devices) {
        entry.second.ready = entry.second.facts.adapter.id != "host0";
    }
    std::size_t lines = bench.logs.size();
    Commands before = commands_of(bench);
    double cpu = cpu_seconds();
    bench.kernel_fails(wwid_of(bench.device("sda0").disk), "sda0");
    bench.advance(milliseconds(500));
    cpu = cpu_seconds() - cpu;
    std::string at = "one adapter with " + std::to_string(paths / 2) + " paths dies: ";
    std::size_t failed = 0;
    for (const std::pair<const std::string, Device>& entry : bench.devices) {
        failed += bench.path_state(wwid_of(entry.second.disk), entry.first) == "F" ? 1 : 0;
    }
    figure(at + "paths failed within 0.5 s", static_cast<double>(failed), "");
    figure(at + "log lines",
           static_cast<double>(std::count_if(
               bench.logs.begin() + static_cast<std::ptrdiff_t>(lines), bench.logs.end(),
               [](const model::effect::Log& log) { return log.level <= model::LogLevel::notice; })),
           "");
    figure(at + "SCSI commands", static_cast<double>(commands_of(bench).all - before.all), "");
    figure(at + "decisions, CPU", cpu, "s");
}

}  // namespace
}  // namespace mp::test

int main() {
    for (const char* probing : {"every", "sampled"}) {
        mp::test::measure_probing(10000, probing);
    }
    mp::test::measure_incident(2000);
    return 0;
}
