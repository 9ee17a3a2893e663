# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that come with the source of a Debian package: fetched when they are run, kept in the cache.

Only the packaging part of the source package is downloaded, through apt, which checks its signature.
Nothing of it is kept in this repository.
"""
import shutil

from . import image

SUITE = "bookworm"


def tests_of(package):
    """The folder debian/tests of the package's source."""
    target = image.cache_dir() / f"source-{package}-1"
    if not target.exists():
        image.say(f"downloading the tests of Debian's {package}")
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        (partial / "lists/partial").mkdir(parents=True)
        source_list = partial / "sources.list"
        source_list.write_text(f"deb-src {image.MIRROR} {SUITE} main\n")
        apt = ["apt-get", "-q", "-o", f"Dir::Etc::SourceList={source_list}", "-o", "Dir::Etc::SourceParts=/dev/null",
               "-o", f"Dir::State::Lists={partial}/lists", "-o", f"Dir::Cache={partial}/cache",
               "-o", "APT::Sandbox::User="]
        image.run([*apt, "update"], "reading the list of source packages")
        image.run([*apt, "source", "--download-only", "--diff-only", package], f"downloading the source of {package}",
                  cwd=partial)
        archive = next(partial.glob("*.debian.tar.*"))
        image.run(["tar", "-C", str(partial), "-xf", str(archive), "debian/tests"], f"unpacking {archive.name}")
        shutil.rmtree(partial / "lists")
        shutil.rmtree(partial / "cache", ignore_errors=True)
        partial.rename(target)
    return target / "debian/tests"
