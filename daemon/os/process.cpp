// SPDX-License-Identifier: GPL-2.0-or-later
// When the disk that holds our own pages is the one that lost its paths, a page fault would wait
// for ourselves: so the daemon's memory is locked. Only pages that are really touched are
// (MCL_ONFAULT, mlockall(2)), and malloc keeps few arenas, so that "locked" means what is used.
// Code is the exception: what runs only when paths fail has not been touched before it is needed,
// so it is read in at the start (MADV_POPULATE_READ, madvise(2), since Linux 5.14). The
// out-of-memory killer is told to look elsewhere (proc(5), oom_score_adj).
#include "daemon/os/process.h"

#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "daemon/base/strings.h"
#include "daemon/os/state_file.h"

namespace mp::os {

namespace {

constexpr int kArenas = 2;
constexpr int kTrimThreshold = 128 * 1024;

bool write_text(const char* path, const std::string& text) {
    UniqueFd fd(::open(path, O_WRONLY | O_CLOEXEC));
    return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string refused(const char* what) {
    return std::string(what) + ": " + std::strerror(errno);
}

struct Mapping {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    bool code = false;
    std::string file;
};

// A line of /proc/self/maps (proc(5)): "begin-end perms offset dev inode   file".
std::optional<Mapping> parse_mapping(std::string_view line) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() != 6 || words[5].front() != '/' || words[1].front() != 'r') {
        return std::nullopt;
    }
    const std::size_t dash = words[0].find('-');
    const Result<std::uint64_t> begin = parse_hex(words[0].substr(0, dash));
    const Result<std::uint64_t> end =
        parse_hex(words[0].substr(std::min(dash, words[0].size() - 1) + 1));
    if (!begin || !end || *end <= *begin) {
        return std::nullopt;
    }
    return Mapping{static_cast<std::uintptr_t>(*begin), static_cast<std::uintptr_t>(*end),
                   words[1].substr(1, 2) == "-x", std::string(words[5])};
}

// What runs while paths are failing. Compression and cryptography, which the journal's library
// pulls in, are not among it and would be half of the code.
bool needed_in_an_emergency(const Mapping& mapping, const std::string& program) {
    constexpr std::array<std::string_view, 9> kLibraries = {
        "libc.so",    "libstdc++.so",    "libgcc_s.so", "ld-linux",   "libsystemd.so",
        "libudev.so", "libdevmapper.so", "liburcu.so",  "liburing.so"};
    const std::string_view name =
        std::string_view(mapping.file).substr(mapping.file.rfind('/') + 1);
    return mapping.file == program ||
           (mapping.code && std::ranges::any_of(kLibraries, [&](std::string_view library) {
                return starts_with(name, library);
            }));
}

}  // namespace

Result<PidFile> PidFile::lock(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd) {
        return fail_errno(errno, "cannot open the pid file");
    }
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(fd.get(), F_SETLK, &whole) != 0) {
        bool held = errno == EACCES || errno == EAGAIN;
        return held ? fail(Errc::busy, "another multipathd is running")
                    : fail_errno(errno, "cannot lock the pid file");
    }
    std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd.get(), 0) != 0 ||
        ::write(fd.get(), pid.data(), pid.size()) != static_cast<ssize_t>(pid.size())) {
        return fail_errno(errno, "cannot write the pid file");
    }
    return PidFile(std::move(fd));
}

std::vector<std::string> protect_process() {
    std::vector<std::string> problems;
    mallopt(M_ARENA_MAX, kArenas);
    mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
    if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
        problems.push_back(refused("cannot lock memory"));
    }
    if (!write_text("/proc/self/oom_score_adj", "-1000")) {
        problems.push_back(refused("cannot ask the out-of-memory killer to spare us"));
    }
    return problems;
}

Result<> limit_open_files(std::optional<std::uint64_t> max_fds) {
    if (max_fds == 0U) {
        return {};
    }
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (max_fds) {
        limit.rlim_cur = *max_fds;
    } else {
        const Result<std::string> allowed = read_file("/proc/sys/fs/nr_open");
        const Result<std::uint64_t> number = parse_u64(trim(allowed ? *allowed : ""));
        limit.rlim_cur = number ? *number : limit.rlim_max;
    }
    const rlim_t hard = std::exchange(limit.rlim_max, std::max(limit.rlim_max, limit.rlim_cur));
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        return {};
    }
    const int refused = errno;
    limit = {.rlim_cur = hard, .rlim_max = hard};
    if (max_fds || ::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return fail_errno(refused, "cannot change the limit of open files");
    }
    return {};
}

std::size_t load_code() {
    const Result<std::string> maps = read_file("/proc/self/maps");
    std::array<char, PATH_MAX> link{};
    const ssize_t got = ::readlink("/proc/self/exe", link.data(), link.size());
    if (!maps || got < 0) {
        return 0;
    }
    const std::string program(link.data(), static_cast<std::size_t>(got));
    std::size_t loaded = 0;
    for (const std::string_view line : split(*maps, '\n')) {
        const std::optional<Mapping> mapping = parse_mapping(line);
        if (!mapping || !needed_in_an_emergency(*mapping, program)) {
            continue;
        }
        const std::size_t size = mapping->end - mapping->begin;
        // NOLINTNEXTLINE: the kernel tells addresses as text
        if (::madvise(reinterpret_cast<void*>(mapping->begin), size, MADV_POPULATE_READ) == 0) {
            loaded += size;
        }
    }
    return loaded;
}

Result<> use_real_time_priority() {
    sched_param parameters{};
    parameters.sched_priority = ::sched_get_priority_min(SCHED_RR);
    if (::sched_setscheduler(0, SCHED_RR, &parameters) != 0) {
        return fail_errno(errno, "real-time priority");
    }
    return {};
}

}  // namespace mp::os
