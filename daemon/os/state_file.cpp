// SPDX-License-Identifier: GPL-2.0-or-later
// How is a state file changed so that a crash at any moment leaves a usable one? Replaced as a
// whole: temporary file, fsync, rename, fsync of the directory (rename(2) is atomic for readers,
// the two syncs make it so for a power cut). Extended at the end: one write in append mode and
// fdatasync; a torn tail can then only be the last line, which readers of these formats ignore, and
// which the next append ends with a newline first.
#include "daemon/os/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/os/unique_fd.h"

namespace mp::os {

namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kMarkerDirectoryMode = 0700;

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

Result<> make_directory(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        return fail_errno(errno, "create the directory");
    }
    return {};
}

Result<> write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return fail_errno(errno, "write the file");
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<> sync_directory(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        return fail_errno(errno, "sync the directory");
    }
    return {};
}

Result<> write_new_file(const std::string& path, std::string_view content) {
    const UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!fd) {
        return fail_errno(errno, "create the temporary file");
    }
    MP_CHECK(write_all(fd.get(), content));
    if (::fsync(fd.get()) != 0) {
        return fail_errno(errno, "sync the file");
    }
    return {};
}

/// What has to stand before an addition: nothing, or the newline that the last line lacks.
Result<std::string> separator(int fd, off_t size) {
    char last = '\n';
    if (size > 0 && ::pread(fd, &last, 1, size - 1) != 1) {
        return fail_errno(errno, "read the end of the file");
    }
    return std::string(last == '\n' ? "" : "\n");
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        return fail_errno(errno, "open the file");
    }
    std::string content;
    char buffer[16384];
    for (;;) {
        const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail_errno(errno, "read the file");
        }
        if (got == 0) {
            return content;
        }
        if (content.size() + static_cast<std::size_t>(got) > kFileMax) {
            return fail(Errc::limit, "the file is absurdly long");
        }
        content.append(buffer, static_cast<std::size_t>(got));
    }
}

Result<> replace_file(const std::string& path, std::string_view content) {
    const std::string directory = directory_of(path);
    MP_CHECK(make_directory(directory, kDirectoryMode));
    const std::string temporary = path + ".new";
    // What a crash left behind belongs to nobody.
    ::unlink(temporary.c_str());
    Result<> outcome = write_new_file(temporary, content);
    if (outcome && ::rename(temporary.c_str(), path.c_str()) != 0) {
        outcome = fail_errno(errno, "rename the temporary file");
    }
    if (!outcome) {
        ::unlink(temporary.c_str());
        return outcome;
    }
    return sync_directory(directory);
}

Result<> append_to_file(const std::string& path, std::string_view header,
                        std::string_view content) {
    const std::string directory = directory_of(path);
    MP_CHECK(make_directory(directory, kDirectoryMode));
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kFileMode));
    if (!fd) {
        return fail_errno(errno, "open the file");
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) {
        return fail_errno(errno, "look at the file");
    }
    const bool fresh = status.st_size == 0;
    std::string addition(header);
    if (!fresh) {
        MP_TRY(addition, separator(fd.get(), status.st_size));
    }
    addition += content;
    const ssize_t written = ::write(fd.get(), addition.data(), addition.size());
    const int error = written < 0 ? errno : ENOSPC;
    if (written < 0 || static_cast<std::size_t>(written) != addition.size()) {
        // Half an entry is worse than none; if this fails too the next append ends the torn line.
        [[maybe_unused]] const int rc = ::ftruncate(fd.get(), status.st_size);
        return fail_errno(error, "write the file");
    }
    if (::fdatasync(fd.get()) != 0) {
        return fail_errno(errno, "sync the file");
    }
    if (fresh) {
        return sync_directory(directory);
    }
    return {};
}

Result<> set_marker(const std::string& directory, const std::string& name, bool present) {
    if (name.empty() || name == "." || name == ".." || name.size() > 255 ||
        name.find('/') != std::string::npos || name.find('\0') != std::string::npos) {
        return fail(Errc::invalid, "not a file name");
    }
    const std::string path = directory + "/" + name;
    if (!present) {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
            return fail_errno(errno, "remove the marker");
        }
        return {};
    }
    MP_CHECK(make_directory(directory_of(directory), kMarkerDirectoryMode));
    MP_CHECK(make_directory(directory, kMarkerDirectoryMode));
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!fd) {
        return fail_errno(errno, "create the marker");
    }
    return {};
}

}  // namespace mp::os
