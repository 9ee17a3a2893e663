# SPDX-License-Identifier: GPL-2.0-or-later
"""The path selector, built by kbuild for the kernel that the guest boots.

The headers of exactly that kernel are downloaded once and unpacked in the cache, so nothing has to
be installed for them and no other version can be taken by mistake. A warning is a failure.
"""
import re
import shutil

from . import image

SOURCE = image.REPO / "dm-target"
MODULE = "dm-numa-distance.ko"


def release():
    """Of the guest's kernel, as uname -r tells it there."""
    return next((image.make_debs() / "kernel/root/lib/modules").iterdir()).name


def make_headers(version):
    """The folder to give to make -C."""
    target = image.cache_dir() / f"headers-{version}"
    tree = f"usr/src/linux-headers-{version}"
    if not target.exists():
        image.say(f"downloading the headers of {version}")
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        text = image.run(["apt-cache", "depends", f"linux-headers-{version}"], "asking apt for the kernel's headers")
        needs = re.findall(r"Depends: (linux-(?:headers|kbuild)-\S+)", text)
        image.apt_download([f"linux-headers-{version}", *needs], partial)
        for deb in sorted(partial.glob("*.deb")):
            image.run(["dpkg", "-x", str(deb), str(partial / "root")], f"unpacking {deb.name}")
        # The package's makefile names its other half by its place on an installed system.
        makefile = partial / "root" / tree / "Makefile"
        makefile.write_text(makefile.read_text().replace("/usr/src/", f"{target}/root/usr/src/"))
        partial.rename(target)
        image.forget_older(target.parent, target.name, "headers-*")
    return target / "root" / tree


def build(overlay, work):
    """Puts the module where modprobe of the guest looks for what was built for this kernel."""
    version = release()
    headers = make_headers(version)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for path in [*SOURCE.glob("*.[ch]"), SOURCE / "Kbuild"]:
        shutil.copyfile(path, work / path.name)
    said = image.run(["nice", "make", "-C", str(headers), f"M={work}", "W=1", "modules"], "building the path selector")
    if re.search(r"warning:|WARNING", said):
        raise image.LabError(f"building the path selector gave warnings:\n{said}")
    place = overlay / "usr/lib/modules" / version / "updates"
    place.mkdir(parents=True)
    shutil.copyfile(work / MODULE, place / MODULE)
