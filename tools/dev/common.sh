# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every subcommand needs: progress, errors, packages.

export SHORTPATH_CACHE=${SHORTPATH_CACHE:-$PWD/.cache}
export JOBS=${SHORTPATH_JOBS:-$(nproc)}

say() { printf '==> %s\n' "$*"; }
die() {
    printf 'dev: error: %s\n' "$*" >&2
    exit 1
}

# timed TEXT COMMAND...: runs a step and says how long it took.
timed() {
    local text=$1 start=$SECONDS
    shift
    say "$text"
    "$@" || return $?
    printf '    %s: done in %s s\n' "$text" $((SECONDS - start))
}

# packages_of SET...: the packages of the sets, each once.
packages_of() {
    awk -v sets=" $* " '!/^#/ && NF && index(sets, " " $1 " ") { print $2 }' tools/packages.txt | sort -u
}

# missing_packages PACKAGE...: those that are not installed.
missing_packages() {
    local installed
    # dpkg-query fails when it does not know a package at all; what it printed still counts.
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
    comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# as_root TEXT COMMAND...: runs the command as root; says for what when it has to ask.
as_root() {
    local text=$1
    shift
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        say "root is needed once, to $text"
        sudo "$@"
    else
        die "root is needed to $text, and there is no sudo; run this as root: $*"
    fi
}

# need_packages SET...: installs what is missing; does nothing, quickly, when all is there.
need_packages() {
    command -v dpkg-query >/dev/null || die "this is not a Debian system (no dpkg); tools/packages.txt lists what is needed"
    local wanted missing
    mapfile -t wanted < <(packages_of "$@")
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    [ ${#missing[@]} = 0 ] || [ -z "${missing[0]}" ] && return 0
    say "installing ${#missing[@]} packages: ${missing[*]}"
    as_root "install packages with apt-get (tools/packages.txt gives a reason for each)" \
        sh -c 'export DEBIAN_FRONTEND=noninteractive; apt-get -q -o DPkg::Lock::Timeout=300 update &&
               apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"' sh "${missing[@]}" ||
        die "apt-get could not install: ${missing[*]}"
}
