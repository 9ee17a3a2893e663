// SPDX-License-Identifier: GPL-2.0-or-later
// The simulation as a program: one seed, a range, or as many as fit into some minutes of real time.
// A seed that fails is printed with the command that replays it; the exit code says whether all
// were good.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "daemon/base/strings.h"
#include "tests/sim/swarm/swarm.h"

namespace {

struct Arguments {
    std::uint64_t first = 1;
    std::uint64_t last = 300;
    std::uint64_t minutes = 0;
    bool twice = false;
    bool quiet = false;
    mp::sim::SwarmOptions options;
};

int usage() {
    std::fprintf(stderr,
                 "usage: sim_run [--seed N] [--seeds A-B] [--minutes N] [--trouble SECONDS] "
                 "[--twice] [--verbose] [--quiet]\n"
                 "  --seed N      one world\n"
                 "  --seeds A-B   these worlds (default 1-300)\n"
                 "  --minutes N   worlds from A on, until N minutes of real time have passed\n"
                 "  --trouble N   virtual seconds with faults (default 90)\n"
                 "  --twice       run each world twice and compare everything that happened\n"
                 "  --verbose     print every event\n"
                 "  --quiet       print only what fails\n");
    return 2;
}

bool parse(int argc, char** argv, Arguments& out) {
    for (int i = 1; i < argc; ++i) {
        const std::string option = argv[i];
        if (option == "--verbose") {
            out.options.verbose = true;
            continue;
        }
        if (option == "--twice" || option == "--quiet") {
            (option == "--twice" ? out.twice : out.quiet) = true;
            continue;
        }
        if (i + 1 >= argc) {
            return false;
        }
        const std::string value = argv[++i];
        const std::size_t dash = value.find('-');
        const mp::Result<std::uint64_t> first = mp::parse_u64(value.substr(0, dash));
        const mp::Result<std::uint64_t> last =
            dash == std::string::npos ? first : mp::parse_u64(value.substr(dash + 1));
        if (!first || !last) {
            return false;
        }
        if (option == "--seed" || option == "--seeds") {
            out.first = *first;
            out.last = *last;
        } else if (option == "--minutes") {
            out.minutes = *first;
        } else if (option == "--trouble") {
            out.options.trouble = std::chrono::seconds(*first);
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    if (!parse(argc, argv, arguments)) {
        return usage();
    }
    mp::sim::install_assert_report();
    const auto begin = std::chrono::steady_clock::now();
    const auto in_time = [&] {
        return std::chrono::steady_clock::now() - begin < std::chrono::minutes(arguments.minutes);
    };
    std::uint64_t worlds = 0;
    std::uint64_t bad = 0;
    for (std::uint64_t seed = arguments.first;
         arguments.minutes > 0 ? in_time() : seed <= arguments.last; ++seed) {
        const mp::sim::SwarmResult result = mp::sim::run_seed(seed, arguments.options);
        ++worlds;
        bool good = result.good;
        if (!good) {
            std::printf("%s", result.report.c_str());
        } else if (!arguments.quiet) {
            std::printf("seed %llu good: %s\n", static_cast<unsigned long long>(seed),
                        result.summary.c_str());
        }
        if (arguments.twice && mp::sim::run_seed(seed, arguments.options).hash != result.hash) {
            std::printf("seed %llu: two runs differ\n", static_cast<unsigned long long>(seed));
            good = false;
        }
        bad += good ? 0 : 1;
        std::fflush(stdout);
    }
    std::printf("%llu worlds, %llu bad\n", static_cast<unsigned long long>(worlds),
                static_cast<unsigned long long>(bad));
    return bad == 0 ? 0 : 1;
}
