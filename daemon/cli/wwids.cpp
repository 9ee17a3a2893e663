// SPDX-License-Identifier: GPL-2.0-or-later
// Which disks may become maps? The wwids file says so, and these options edit it. A WWID is added
// by one append; removing and resetting replace the file by a new one (temporary file, fsync,
// rename), so that a crash leaves the old or the new file and never half of one. A lock keeps two
// tools apart.
#include "daemon/cli/wwids.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "daemon/base/strings.h"
#include "daemon/cli/configuration.h"
#include "daemon/cli/files.h"
#include "daemon/cli/local.h"
#include "daemon/engine/naming.h"

namespace mp::cli {
namespace {

using engine::KnownWwids;

constexpr mode_t kFileMode = 0600;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

Result<> write_all(int fd, const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        ssize_t wrote = ::write(fd, text.data() + done, text.size() - done);
        if (wrote < 0 && errno != EINTR) {
            return fail_errno(errno, "write the wwids file");
        }
        done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
    }
    if (::fsync(fd) != 0) {
        return fail_errno(errno, "write the wwids file to disk");
    }
    return {};
}

/// Opened for appending, locked; waits a few seconds for another tool.
Result<int> open_locked(const std::string& path) {
    constexpr int kTries = 40;
    constexpr useconds_t kPause = 100000;
    (void)::mkdir(path.substr(0, path.rfind('/')).c_str(), 0755);
    int fd = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, kFileMode);
    if (fd < 0) {
        return fail_errno(errno, "open the wwids file");
    }
    for (int i = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++i) {
        if (i == kTries) {
            ::close(fd);
            return fail(Errc::busy, "the wwids file is locked by another program");
        }
        ::usleep(kPause);
    }
    return fd;
}

Result<> replace(const std::string& path, const std::string& text) {
    std::string fresh = path + ".new";
    {
        Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode));
        if (file.get() < 0) {
            return fail_errno(errno, "create the new wwids file");
        }
        MP_CHECK(write_all(file.get(), text));
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) {
        return fail_errno(errno, "put the new wwids file in place");
    }
    return {};
}

/// The WWID that the caller means: of a map, of a path, or written out. Unset: there is no such
/// thing.
std::optional<Wwid> wwid_meant(const Options& options, Daemon& daemon) {
    Daemon::Reply map = daemon.ask_map(options.device, "%w");
    if (map.outcome == Daemon::Outcome::ok) {
        return Wwid(map.text);
    }
    SysfsTree sysfs(rooted("/sys"));
    std::vector<KernelMap> maps = kernel_maps(sysfs);
    if (const KernelMap* found = find_kernel_map(maps, options.device)) {
        return found->wwid;
    }
    Result<model::BlockDevice> device = read_device(sysfs, kernel_name_of(options.device, sysfs));
    if (device) {
        return wwid_of_device(*read_configuration(), *device);
    }
    bool written_out = !starts_with(options.device, "/") &&
                       options.device.find_first_of(" /\t") == std::string::npos;
    return written_out ? std::optional<Wwid>(Wwid(options.device)) : std::nullopt;
}

int report(const Options& options, const Error& error) {
    complain(options, error.text());
    return 1;
}

int reset(const Options& options, Daemon& daemon) {
    std::vector<Wwid> wwids;
    Daemon::Reply maps = daemon.ask("show maps raw format %w");
    for (std::string_view wwid : split_words(maps.text)) {
        wwids.emplace_back(std::string(wwid));
    }
    if (maps.outcome != Daemon::Outcome::ok) {
        wwids.clear();
        for (const KernelMap& map : kernel_maps(SysfsTree(rooted("/sys")))) {
            wwids.push_back(map.wwid);
        }
    }
    Result<> done = reset_wwids(rooted(kWwidsFile), wwids);
    if (!done) {
        return report(options, done.error());
    }
    std::printf("successfully reset wwids\n");
    return 0;
}

int change_one(const Options& options, const Wwid& wwid) {
    if (options.mode == Mode::add_wwid) {
        Result<> added = add_wwid(rooted(kWwidsFile), wwid);
        if (!added) {
            return report(options, added.error());
        }
        std::printf("wwid '%s' added\n", wwid.str().c_str());
        return 0;
    }
    Result<bool> removed = remove_wwid(rooted(kWwidsFile), wwid);
    if (!removed) {
        return report(options, removed.error());
    }
    std::printf(*removed ? "wwid '%s' removed\n" : "wwid '%s' not in wwids file\n",
                wwid.str().c_str());
    return *removed ? 0 : 1;
}

}  // namespace

Result<> add_wwid(const std::string& path, const Wwid& wwid) {
    MP_TRY(int fd, open_locked(path));
    Descriptor file(fd);
    std::string content = read_file(path).value_or("");
    std::string line = KnownWwids::parse(content).add(wwid);
    if (line.empty()) {
        return KnownWwids::parse(content).contains(wwid)
                   ? Result<>{}
                   : Result<>(fail(Errc::invalid, "this is not a WWID"));
    }
    return write_all(file.get(), content.empty() ? KnownWwids::header() + line : line);
}

Result<bool> remove_wwid(const std::string& path, const Wwid& wwid) {
    MP_TRY(int fd, open_locked(path));
    Descriptor file(fd);
    KnownWwids known = KnownWwids::parse(read_file(path).value_or(""));
    if (!known.remove(wwid)) {
        return false;
    }
    MP_CHECK(replace(path, known.render()));
    return true;
}

Result<> reset_wwids(const std::string& path, const std::vector<Wwid>& wwids) {
    MP_TRY(int fd, open_locked(path));
    Descriptor file(fd);
    KnownWwids known = KnownWwids::parse(KnownWwids::header());
    known.reset(wwids);
    return replace(path, known.render());
}

int change_wwids(const Options& options, Daemon& daemon) {
    if (options.mode == Mode::reset_wwids) {
        return reset(options, daemon);
    }
    std::optional<Wwid> wwid = wwid_meant(options, daemon);
    if (!wwid) {
        complain(options, "'" + options.device + "' is not a valid argument");
        return 1;
    }
    return change_one(options, *wwid);
}

}  // namespace mp::cli
