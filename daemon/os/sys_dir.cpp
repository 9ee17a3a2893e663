// SPDX-License-Identifier: GPL-2.0-or-later
// How is sysfs read? With openat below one root descriptor, so that a test, or a daemon that looks
// at a recorded machine, needs no privileges and no mount. Attributes are read in one go: a sysfs
// attribute is whole in one read, and a second read only confirms the end.
#include "daemon/os/sys_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace mp::os {

namespace {

bool climbs(std::string_view path) {
    std::size_t at = 0;
    while (at <= path.size()) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        if (path.substr(at, end - at) == "..") {
            return true;
        }
        at = end + 1;
    }
    return false;
}

// "" and "/" are the root itself.
Result<std::string> relative(std::string_view path) {
    while (!path.empty() && path.front() == '/') {
        path.remove_prefix(1);
    }
    if (climbs(path) || path.find('\0') != std::string_view::npos) {
        return fail(Errc::invalid, "path leaves the tree");
    }
    return std::string(path.empty() ? "." : path);
}

// What the kernel calls the file behind a descriptor, links resolved.
Result<std::string> path_of(int fd) {
    const std::string name = "/proc/self/fd/" + std::to_string(fd);
    std::array<char, PATH_MAX> target{};
    const ssize_t got = ::readlink(name.c_str(), target.data(), target.size());
    if (got < 0) {
        return fail_errno(errno, "follow a link");
    }
    return std::string(target.data(), static_cast<std::size_t>(got));
}

Result<std::string> read_all(int fd) {
    std::string text;
    std::size_t size = 0;
    for (;;) {
        if (text.size() - size < 4096) {
            text.resize(text.empty() ? 4096 : text.size() * 4);
        }
        const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fail_errno(errno, "read an attribute");
        }
        if (got == 0) {
            text.resize(size);
            return text;
        }
        size += static_cast<std::size_t>(got);
        if (size > SysDir::kAttributeMax) {
            return fail(Errc::limit, "attribute is too long");
        }
        // A text attribute ends with a newline and is shorter than a page.
        if (size < 4096 && text[size - 1] == '\n') {
            text.resize(size);
            return text;
        }
    }
}

}  // namespace

Result<std::shared_ptr<const SysDir>> SysDir::open(const std::string& root) {
    UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "open the sysfs mount");
    }
    return std::shared_ptr<const SysDir>(new SysDir(std::move(fd)));
}

Result<UniqueFd> SysDir::open_attribute(std::string_view path) const {
    MP_TRY(const std::string name, relative(path));
    UniqueFd fd(::openat(root_.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "open an attribute");
    }
    return fd;
}

Result<std::string> SysDir::read(std::string_view path) const {
    MP_TRY(const UniqueFd fd, open_attribute(path));
    return read_all(fd.get());
}

Result<std::string> KeptAttribute::read(const SysDir& sysfs) {
    if (fd_) {
        Result<std::string> text = read_open(sysfs);
        if (text) {
            return text;
        }
        fd_.reset();
    }
    MP_TRY(fd_, sysfs.open_attribute(path_));
    return read_open(sysfs);
}

Result<std::string> KeptAttribute::read_open(const SysDir& sysfs) const {
    std::array<char, 4096> buffer;
    const ssize_t got = ::pread(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) {
        return fail_errno(errno, "read an attribute");
    }
    const auto size = static_cast<std::size_t>(got);
    // What fills the buffer may be longer than a page.
    return size < buffer.size() ? std::string(buffer.data(), size) : sysfs.read(path_);
}

Result<UniqueFd> SysDir::open_directory(std::string_view path) const {
    MP_TRY(const std::string name, relative(path));
    UniqueFd fd(::openat(root_.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "open a directory");
    }
    return fd;
}

Result<std::string> SysDir::read_in(const UniqueFd& directory, const std::string& name) {
    if (name.empty() || name == ".." || name.find('/') != std::string::npos) {
        return fail(Errc::invalid, "attribute name");
    }
    const UniqueFd fd(::openat(directory.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "open an attribute");
    }
    return read_all(fd.get());
}

Result<> SysDir::write(std::string_view path, std::string_view value) const {
    MP_TRY(const std::string name, relative(path));
    const UniqueFd fd(::openat(root_.get(), name.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "open an attribute for writing");
    }
    const ssize_t written = ::write(fd.get(), value.data(), value.size());
    if (written < 0) {
        return fail_errno(errno, "write an attribute");
    }
    if (static_cast<std::size_t>(written) != value.size()) {
        return fail(Errc::io, "attribute took only a part of the value");
    }
    return {};
}

Result<std::vector<std::string>> SysDir::list(std::string_view path) const {
    MP_TRY(const std::string name, relative(path));
    UniqueFd fd(::openat(root_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "open a directory");
    }
    DIR* const dir = ::fdopendir(fd.get());
    if (dir == nullptr) {
        return fail_errno(errno, "list a directory");
    }
    static_cast<void>(fd.release());  // closedir closes it
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* const entry = ::readdir(dir)) {
        const std::string_view found(entry->d_name);
        if (found != "." && found != "..") {
            names.emplace_back(found);
        }
    }
    const int error = errno;
    ::closedir(dir);
    if (error != 0) {
        return fail_errno(error, "list a directory");
    }
    std::ranges::sort(names);
    return names;
}

Result<std::string> SysDir::resolve(std::string_view path) const {
    MP_TRY(const std::string name, relative(path));
    const UniqueFd fd(::openat(root_.get(), name.c_str(), O_PATH | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, "follow a link");
    }
    MP_TRY(const std::string root, path_of(root_.get()));
    MP_TRY(const std::string target, path_of(fd.get()));
    if (target == root) {
        return std::string("/");
    }
    if (target.size() <= root.size() || target.compare(0, root.size(), root) != 0 ||
        target[root.size()] != '/') {
        return fail(Errc::invalid, "link leaves the tree");
    }
    return target.substr(root.size());
}

}  // namespace mp::os
