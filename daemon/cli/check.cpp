// SPDX-License-Identifier: GPL-2.0-or-later
// Would this configuration do what its author wants? The messages that reading it makes, then the
// risks in what was read, each with place, line and caret, as a compiler prints them; the last line
// counts. It needs no daemon and no privilege and changes nothing, so that a file can be checked on
// another machine before it is installed.
#include "daemon/cli/check.h"

#include <cstdio>
#include <string>
#include <vector>

#include "conf/config.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/files.h"

namespace mp::cli {
namespace {

using conf::Diagnostic;

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

int check_config(const Options& options) {
    std::vector<conf::ConfigFile> files;
    if (options.device.empty()) {
        for (ConfigText& text : read_config_files()) {
            files.push_back({std::move(text.name), std::move(text.content)});
        }
    } else {
        std::optional<std::string> content = read_file(options.device);
        if (!content) {
            std::fprintf(stderr, "multipath: %s cannot be read\n", options.device.c_str());
            return 1;
        }
        files.push_back({options.device, std::move(*content)});
    }
    std::shared_ptr<const conf::Config> config = conf::Config::build(files, read_environment(true));
    std::size_t counts[3] = {};
    for (const std::vector<Diagnostic>* list : {&config->diagnostics(), &config->advice()}) {
        for (const Diagnostic& diagnostic : *list) {
            ++counts[static_cast<std::size_t>(diagnostic.severity)];
            std::fputs(diagnostic.render().c_str(), stdout);
        }
    }
    std::size_t errors = counts[static_cast<std::size_t>(Diagnostic::Severity::error)];
    std::string summary =
        counted(files.size(), "file") + ": " + counted(errors, "error") + ", " +
        counted(counts[static_cast<std::size_t>(Diagnostic::Severity::warning)], "warning") + ", " +
        counted(counts[static_cast<std::size_t>(Diagnostic::Severity::note)], "note");
    std::printf("%s\n", summary.c_str());
    return std::fflush(stdout) == 0 && errors == 0 ? 0 : 1;
}

}  // namespace mp::cli
