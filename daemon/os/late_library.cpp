// SPDX-License-Identifier: GPL-2.0-or-later
// What does a client command cost before it has sent a byte? With all libraries of the daemon
// linked in, ten times its own work: nineteen shared objects (libsystemd alone brings seven) are
// found, mapped and relocated before main(). So the three large ones are loaded by the adapters
// that use them, when these are created. All symbols are found then and never later: while paths
// are failing nothing may be looked up in a file that may have to be read from a lost disk.
#include "daemon/os/late_library.h"

#include <dlfcn.h>

#include <cstring>
#include <string>

#include "daemon/os/late_devmapper.h"
#include "daemon/os/late_systemd.h"
#include "daemon/os/late_udev.h"

namespace mp::os {

namespace {

tl::unexpected<Error> missing(const std::string& why) {
    return fail(Errc::unsupported, ::strdup(why.c_str()));  // errors point to text that stays
}

}  // namespace

Result<> load_late(const char* soname, std::span<const LateSymbol> symbols) {
    void* const library = ::dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
        return missing(std::string("cannot load ") + ::dlerror());
    }
    for (const LateSymbol& symbol : symbols) {
        void* const found = ::dlsym(library, symbol.name);
        if (found == nullptr) {
            return missing(std::string(soname) + " has no function " + symbol.name);
        }
        static_assert(sizeof found == sizeof(void (*)()));
        std::memcpy(symbol.slot, &found, sizeof found);
    }
    return {};
}

#define MP_LATE_SYMBOL(name) LateSymbol{#name, &name},

Result<> load_systemd() {
    static const LateSymbol symbols[] = {MP_LATE_SYSTEMD(MP_LATE_SYMBOL)};
    static const Result<> loaded = load_late("libsystemd.so.0", symbols);
    return loaded;
}

Result<> load_udev() {
    static const LateSymbol symbols[] = {MP_LATE_UDEV(MP_LATE_SYMBOL)};
    static const Result<> loaded = load_late("libudev.so.1", symbols);
    return loaded;
}

Result<> load_devmapper() {
    static const LateSymbol symbols[] = {MP_LATE_DEVMAPPER(MP_LATE_SYMBOL)};
    static const Result<> loaded = load_late("libdevmapper.so.1.02.1", symbols);
    return loaded;
}

}  // namespace mp::os
