# SPDX-License-Identifier: GPL-2.0-or-later
"""What does the guest boot from, and when must it be made again?

Three things are kept in the cache, each under a key of the lists that decide it: the kernel with its
modules, the tar of the root file system (mmdebstrap), and the root image with the small initramfs made
of both. Debian's own multipath-tools lies unpacked under /opt/debian-multipath of the image, inactive.
Nothing of this project is in the image: it comes in through the shared folder at every boot.
Needs no root: mmdebstrap uses user namespaces, and fakeroot gives the image root's ownership.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
LAB = HERE.parent
REPO = LAB.parent.parent
MIRROR = os.environ.get("SHORTPATH_MIRROR", "http://deb.debian.org/debian")
ROOT_SIZE_SPARE_MB = 700


class LabError(Exception):
    """The lab cannot start; the text says why."""


def cache_dir():
    path = pathlib.Path(os.environ.get("SHORTPATH_CACHE", REPO / ".cache")) / "lab"
    path.mkdir(parents=True, exist_ok=True)
    return path


def say(text):
    print(f"lab: {text}", flush=True)


def run(argv, what, **options):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    if done.returncode != 0:
        raise LabError(f"{what} failed ({' '.join(map(str, argv[:3]))} ..., exit {done.returncode}):\n"
                       + "\n".join(done.stdout.splitlines()[-15:]))
    return done.stdout


def lines_of(path):
    """Lines of a list, without comments."""
    rows = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [row for row in rows if row]


def image_packages():
    return [row.split()[0] for row in lines_of(LAB / "image-packages.txt")]


def image_modules():
    """(all modules, the early ones in order)."""
    rows = [row.split() for row in lines_of(LAB / "image-modules.txt")]
    early = [row[1] for row in rows if row[0] == "early"]
    return early + [row[0] for row in rows if row[0] != "early"], early


def key_of(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def forget_older(directory, keep, pattern):
    for old in directory.glob(pattern):
        if keep not in old.name:
            shutil.rmtree(old) if old.is_dir() else old.unlink()


def apt_download(packages, into):
    """Fetch packages without installing them."""
    into.mkdir(parents=True, exist_ok=True)
    argv = ["apt-get", "-q", "download", *packages]
    if os.geteuid() == 0:
        argv[1:1] = ["-o", "APT::Sandbox::User=root"]
    run(argv, f"downloading {' '.join(packages)}", cwd=into)


def kernel_package():
    text = run(["apt-cache", "depends", "linux-image-amd64"], "asking apt for the kernel's name")
    names = [line.split()[-1] for line in text.splitlines() if "Depends: linux-image-" in line]
    if not names:
        raise LabError("apt knows no linux-image-amd64: is this Debian 12 with its main archive?")
    return names[0]


def make_root_tar(packages):
    target = cache_dir() / f"root-{key_of(MIRROR, *packages)}.tar"
    if target.exists():
        return target
    say(f"building the guest's root file system, {len(packages)} packages from {MIRROR} (some minutes, once)")
    partial = target.with_suffix(".partial.tar")
    without = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")]
    run(["nice", "mmdebstrap", "--variant=minbase", "--mode=auto", f"--include={','.join(packages)}", *without,
         "bookworm", str(partial), MIRROR], "building the root file system")
    partial.rename(target)
    forget_older(target.parent, target.name, "root-*.tar")
    return target


def make_debs():
    """Kernel and Debian's multipath-tools, unpacked; the kernel's name is part of the folder's content."""
    target = cache_dir() / "debs-1"
    if target.exists():
        return target
    say("downloading the guest's kernel and Debian's multipath-tools")
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    apt_download([kernel_package()], partial / "kernel")
    apt_download(["multipath-tools", "kpartx"], partial / "multipath")
    for group in ("kernel", "multipath"):
        for deb in sorted((partial / group).glob("*.deb")):
            run(["dpkg", "-x", str(deb), str(partial / group / "root")], f"unpacking {deb.name}")
    partial.rename(target)
    return target


def module_name(path):
    return pathlib.PurePath(path).name.split(".ko")[0].replace("-", "_")


def module_closure(modules_dir, wanted):
    """Files of the wanted modules and of all they need, needed ones first."""
    needs, softdeps = {}, {}
    for line in (modules_dir / "modules.dep").read_text().splitlines():
        path, _, deps = line.partition(":")
        needs[module_name(path)] = (path, [module_name(dep) for dep in reversed(deps.split())])
    for line in (modules_dir / "modules.softdep").read_text().splitlines():
        words = line.split()
        if len(words) > 2 and words[0] == "softdep":
            softdeps[words[1].replace("-", "_")] = [word.replace("-", "_") for word in words[2:]
                                                    if not word.endswith(":")]
    ordered = {}

    def add(name, soft_chain=()):
        if name in ordered or name not in needs:
            return
        path, deps = needs[name]
        for dep in deps:
            add(dep, soft_chain)
        ordered.setdefault(name, path)
        for dep in softdeps.get(name, []):
            if dep not in soft_chain:
                add(dep, (*soft_chain, name))

    for name in wanted:
        name = name.replace("-", "_")
        if name not in needs:
            builtin = (modules_dir / "modules.builtin").read_text()
            if f"/{name}.ko" not in builtin.replace("-", "_"):
                raise LabError(f"the kernel has no module {name} (tests/lab/image-modules.txt)")
        add(name)
    return list(ordered.values())


def copy_modules(modules_dir, release, wanted, root):
    target = root / "lib/modules" / release
    for path in module_closure(modules_dir, wanted):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules_dir / path, target / path)
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copyfile(modules_dir / name, target / name)
    run(["depmod", "-b", str(root), release], "listing the guest's modules")


def make_initramfs(modules_dir, early, target, work):
    root = work / "initramfs"
    for name in ("bin", "modules", "proc", "sys", "dev", "newroot"):
        (root / name).mkdir(parents=True)
    shutil.copyfile("/bin/busybox", root / "bin/busybox")
    (root / "bin/busybox").chmod(0o755)
    order = []
    for path in module_closure(modules_dir, early):
        name = pathlib.PurePath(path).name
        shutil.copyfile(modules_dir / path, root / "modules" / name)
        order.append(name)
    (root / "modules/order").write_text("\n".join(order) + "\n")
    shutil.copyfile(LAB / "guest/initramfs-init", root / "init")
    (root / "init").chmod(0o755)
    run(["sh", "-c", f"cd '{root}' && find . | cpio -o -H newc -R 0:0 --quiet | gzip -1 > '{target}'"],
        "packing the initramfs")


def make_root_image(tar, debs, extra, target, work):
    """fakeroot keeps root's ownership between unpacking and mke2fs."""
    script = work / "pack"
    script.write_text(f"""set -e
mkdir root; tar -C root -xf '{tar}' --exclude=./dev/*
cp -a --no-preserve=ownership '{extra}/.' root/
mkdir -p root/share root/opt/debian-multipath
cp -a --no-preserve=ownership '{debs}/multipath/root/.' root/opt/debian-multipath/
rm -rf root/opt/debian-multipath/usr/share root/opt/debian-multipath/usr/include
rm -rf root/var/cache/apt/* root/var/lib/apt/lists/*
size=$(du -sm root | cut -f1)
truncate -s $((size + {ROOT_SIZE_SPARE_MB}))M root.img
mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1 -d root root.img
""")
    run(["nice", "fakeroot", "sh", str(script)], "packing the root image", cwd=work)
    (work / "root.img").rename(target)


def prepare():
    """The folder with vmlinuz, initramfs.gz and root.img, made when it is not there."""
    packages, (modules, early) = image_packages(), image_modules()
    sources = [path.read_text() for path in (LAB / "guest/initramfs-init", pathlib.Path(__file__))]
    target = cache_dir() / f"image-{key_of(MIRROR, *packages, *modules, *sources)}"
    if target.exists():
        return target
    tar, debs = make_root_tar(packages), make_debs()
    say("packing the root image and the initramfs")
    work = target.with_suffix(".partial")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    modules_dir = next((debs / "kernel/root/lib/modules").iterdir())
    release = modules_dir.name
    if not (modules_dir / "modules.dep").exists():
        run(["depmod", "-b", str(debs / "kernel/root"), release], "listing the kernel's modules")
    copy_modules(modules_dir, release, modules, work / "extra/usr")
    make_initramfs(modules_dir, early, work / "initramfs.gz", work)
    make_root_image(tar, debs, work / "extra", work / "root.img.new", work)
    (work / "root.img.new").rename(work / "root.img")
    shutil.copyfile(debs / f"kernel/root/boot/vmlinuz-{release}", work / "vmlinuz")
    for name in ("root", "extra", "initramfs"):
        shutil.rmtree(work / name, ignore_errors=True)
    work.rename(target)
    forget_older(target.parent, target.name, "image-*")
    return target
