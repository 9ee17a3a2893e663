// SPDX-License-Identifier: GPL-2.0-or-later
// When the disk that holds our own pages is the one that lost its paths, a page fault would wait
// for ourselves: so the daemon's memory is locked. Only pages that are really touched are
// (MCL_ONFAULT, mlockall(2)), and malloc keeps few arenas, so that "locked" means what is used. The
// out-of-memory killer is told to look elsewhere (proc(5), oom_score_adj).
#include "daemon/os/process.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

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

std::vector<std::string> protect_process(std::optional<std::uint64_t> max_fds) {
    std::vector<std::string> problems;
    mallopt(M_ARENA_MAX, kArenas);
    mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
    if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
        problems.push_back(refused("cannot lock memory"));
    }
    if (!write_text("/proc/self/oom_score_adj", "-1000")) {
        problems.push_back(refused("cannot ask the out-of-memory killer to spare us"));
    }
    if (!max_fds || *max_fds > 0) {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = max_fds ? *max_fds : limit.rlim_max;
        limit.rlim_max = std::max(limit.rlim_max, limit.rlim_cur);
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            problems.push_back(refused("cannot raise the limit of open files"));
        }
    }
    return problems;
}

}  // namespace mp::os
