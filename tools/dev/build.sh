# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Configuring, building, installing.

# configure PRESET: when there is no build tree yet or the presets changed; ninja sees all other changes.
configure() {
    mkdir -p build
    [ "build/$1/build.ninja" -nt CMakePresets.json ] || cmake --preset "$1" >"build/$1.log" 2>&1 || {
        cat "build/$1.log" >&2
        die "cmake --preset $1 failed"
    }
}

# build_preset PRESET [target...]
build_preset() {
    local preset=$1
    shift
    configure "$preset"
    nice cmake --build "build/$preset" -j "$JOBS" ${1:+--target "$@"} || die "the build of preset '$preset' failed"
}

dev_build() {
    local preset=release
    while [ $# -gt 0 ]; do
        case "$1" in
            --preset) preset=${2:?--preset needs a name}; shift ;;
            *) die "build: unknown option '$1' (--preset NAME is the only one)" ;;
        esac
        shift
    done
    if [ "$preset" = release ]; then need_packages build; else need_packages build check; fi
    timed "building ($preset)" build_preset "$preset"
    [ "$preset" != release ] || printf '    programs are in build/release/bin\n'
}

dev_install() {
    local prefix=/usr destdir=
    while [ $# -gt 0 ]; do
        case "$1" in
            --prefix) prefix=${2:?--prefix needs a folder}; shift ;;
            --destdir) destdir=${2:?--destdir needs a folder}; shift ;;
            *) die "install: unknown option '$1' (--prefix DIR, --destdir DIR)" ;;
        esac
        shift
    done
    need_packages build
    timed "building (release)" build_preset release
    if [ -n "$destdir" ]; then
        DESTDIR=$destdir cmake --install build/release --prefix "$prefix"
    else
        as_root "install into $prefix" cmake --install build/release --prefix "$prefix"
        say_what_is_next
    fi
}

# Nothing is started or enabled by an installation: the daemon takes over disks.
say_what_is_next() {
    if dpkg-query -W -f '${Status}' multipath-tools 2>/dev/null | grep -q ' installed$'; then
        printf '    note: the package multipath-tools owns some of these files too, and puts its own back when it is upgraded\n'
    fi
    printf '    to use it now and after each boot:\n'
    printf '      systemctl daemon-reload && udevadm control --reload && systemd-tmpfiles --create\n'
    printf '      systemctl enable multipathd.service multipathd-queueing.service && systemctl restart multipathd.service\n'
}
