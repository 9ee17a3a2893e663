#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs lab scenarios: each is one bash file that is executed inside a guest with a real kernel.

A scenario's first lines tell what it shows and what guest it needs:
    # shows: one sentence
    # guest: mode=fast|systemd memory=MiB limit=SECONDS machine=plain|numa|numa-wide|numa-four append=KERNEL,WORDS
             programs=OF,THE,DEV,BUILD (then no daemon is installed) selector=yes (its module is there)
             daemon=debian (whatever was asked for) source=PACKAGE (tests of Debian's source, in /share/source)
The verdict is the scenario's exit code, brought out in results/exit; a guest that ends without one
is a failure.
"""
import argparse
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

from host import guest, image, module, numa, source

LAB = pathlib.Path(__file__).resolve().parent
REPO = LAB.parent.parent
SCENARIO_DIRS = (LAB, REPO / "tests/bench")
PROGRAMS = ("multipathd", "multipath", "multipathc", "mpathpersist")


def find_scenario(name):
    for folder in SCENARIO_DIRS:
        for candidate in (folder / name, folder / f"{name}.sh"):
            if candidate.is_file():
                return candidate
    raise image.LabError(f"no scenario '{name}'; ./dev lab --list names them")


def scenarios():
    """All but the demonstration, which shows what the others assert."""
    return sorted(path for path in LAB.glob("*.sh") if path.stem != "demo")


def header(path):
    """The 'shows' sentence and the guest's properties."""
    shows, wish = "", {"mode": "fast", "memory": "1024", "limit": "420", "machine": "plain", "append": "",
                       "programs": "", "selector": "no", "daemon": "", "source": ""}
    for line in path.read_text().splitlines()[:12]:
        if line.startswith("# shows: "):
            shows = line[len("# shows: "):]
        if line.startswith("# guest: "):
            for word in shlex.split(line[len("# guest: "):]):
                name, _, value = word.partition("=")
                if name not in wish:
                    raise image.LabError(f"{path.name}: unknown guest property '{name}'")
                wish[name] = value
    if not shows:
        raise image.LabError(f"{path.name}: the line '# shows: ...' is missing")
    return shows, wish


def install_ours(overlay, bin_dir):
    """Our programs (without debug information), rules and units, as a package would place them."""
    sbin = overlay / "usr/sbin"
    sbin.mkdir(parents=True)
    for name in PROGRAMS:
        if (bin_dir / name).exists():
            subprocess.run(["strip", "-g", "-o", sbin / name, bin_dir / name], check=True)
    for folder, where in (("udev", "usr/lib/udev/rules.d"), ("systemd", "usr/lib/systemd/system"),
                          ("tmpfiles.d", "usr/lib/tmpfiles.d"), ("modules-load.d", "usr/lib/modules-load.d")):
        ours = REPO / "packaging" / folder
        if ours.is_dir():
            shutil.copytree(ours, overlay / where)
    if not (sbin / "multipathd").exists():
        raise image.LabError(f"there is no {bin_dir}/multipathd: ./dev build makes it")


def install_programs(overlay, names):
    """Test programs of the dev build, for scenarios that need no daemon."""
    sbin = overlay / "usr/sbin"
    sbin.mkdir(parents=True)
    for name in names:
        program = REPO / "build/dev/bin" / name
        if not program.exists():
            raise image.LabError(f"there is no {program}: ./dev test makes it")
        subprocess.run(["strip", "-g", "-o", sbin / name, program], check=True)


def make_share(path, wish, options, work):
    """What the guest sees under /share."""
    shutil.rmtree(work, ignore_errors=True)
    share = work / "share"
    overlay = share / "overlay"
    overlay.mkdir(parents=True)
    shutil.copytree(LAB / "guest", share / "guest")
    shutil.copyfile(path, share / "scenario")
    results = share / "results"
    results.mkdir()
    (share / "environment").write_text("".join(
        f"export {name}={shlex.quote(value)}\n" for name, value in
        {"LAB_DAEMON": options.daemon, "LAB_MODE": wish["mode"], **options.environment}.items()))
    if wish["programs"]:
        install_programs(overlay, wish["programs"].split(","))
    elif options.daemon == "ours" and not (options.both and options.environment.get("LAB_BENCH_ORDER") == "theirs"):
        install_ours(share / "ours" if options.both else overlay, options.bin)
    if wish["selector"] == "yes":
        module.build(overlay, work / "selector")
    if wish["source"]:
        shutil.copytree(source.tests_of(wish["source"]), share / "source")
    etc = overlay / "etc"
    etc.mkdir(exist_ok=True)
    shutil.copyfile(LAB / "guest/multipath.conf", etc / "multipath.conf")
    if wish["mode"] == "systemd":
        add_units(etc / "systemd/system", with_daemon=not options.both)
    return share, results


def add_units(units, with_daemon):
    """The job, the daemon, and nothing that a guest has no use for."""
    shutil.copytree(LAB / "guest/units", units)
    wants = [("multi-user.target.wants", "/etc/systemd/system/lab-job.service")]
    if with_daemon:
        wants.append(("sysinit.target.wants", "/lib/systemd/system/multipathd.service"))
    for target, unit in wants:
        (units / target).mkdir(exist_ok=True)
        (units / target / pathlib.PurePath(unit).name).symlink_to(unit)
    for name in ("systemd-timesyncd.service", "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer",
                 "fstrim.timer", "e2scrub_all.timer", "e2scrub_reap.service", "logrotate.timer", "getty@tty1.service",
                 "serial-getty@ttyS0.service", "open-iscsi.service", "iscsid.service", "nbd-client.service",
                 "nbd-server.service", "nvmf-autoconnect.service", "nvmefc-boot-connections.service",
                 "systemd-journal-flush.service", "systemd-update-utmp.service", "systemd-random-seed.service",
                 "tgt.service"):
        if not (units / name).exists():
            (units / name).symlink_to("/dev/null")


def run_one(path, options):
    shows, wish = header(path)
    if wish["daemon"]:
        options = argparse.Namespace(**{**vars(options), "daemon": wish["daemon"]})
    work = (options.work or REPO / "build/lab") / path.stem
    share, results = make_share(path, wish, options, work)
    machine = {"init": "/sbin/init" if wish["mode"] == "systemd" else "/share/guest/fast-init",
               "append": wish["append"].replace(",", " ") + (" lab.debian" if options.daemon == "debian" and not options.both
                                                             else ""), "memory_mb": int(wish["memory"]),
               "limit_s": int(wish["limit"]), "processors": "2", "devices": []}
    if wish["machine"] != "plain":
        if wish["machine"] not in numa.LAYOUTS:
            raise image.LabError(f"{path.name}: unknown machine '{wish['machine']}'")
        machine["processors"] = numa.processors(wish["machine"])
        machine["devices"] = numa.devices(wish["machine"], work)
    print(f"lab: {path.stem}: {shows} [{options.daemon}]", flush=True)
    started = time.monotonic()
    guest.boot(share, results, machine, options.quiet)
    verdict = (results / "exit").read_text().strip() if (results / "exit").exists() else "none"
    seconds = time.monotonic() - started
    if verdict != "0":
        print(f"lab: FAILED {path.stem} (exit {verdict}) after {seconds:.0f} s; all it left is in {results}",
              flush=True)
        report = results / "report.log"
        for line in report.read_text(errors="replace").splitlines() if report.exists() else []:
            if "FAILED" in line:  # once more at the end, where a reader looks first
                print(f"lab: {line}", flush=True)
        if verdict == "none":
            print(guest.tail(results / "console.log", 25), flush=True)
        return False
    print(f"lab: passed {path.stem} in {seconds:.0f} s", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(prog="./dev lab", description="Runs scenarios on a real kernel in a guest.")
    parser.add_argument("scenario", nargs="*", help="names or files; all when none is given")
    parser.add_argument("--list", action="store_true", help="name the scenarios and what they show")
    parser.add_argument("--image", action="store_true", help="only prepare the guest's image")
    parser.add_argument("--daemon", choices=("ours", "debian"), default=os.environ.get("LAB_DAEMON", "ours"),
                        help="whose multipathd is installed in the guest")
    parser.add_argument("--bin", type=pathlib.Path, default=REPO / "build/release/bin", help="where our programs are")
    parser.add_argument("--work", type=pathlib.Path, help="where runs leave their files (build/lab)")
    parser.add_argument("--quiet", action="store_true", help="do not show the guest's report")
    options = parser.parse_args()
    options.both, options.environment = False, {}
    try:
        if options.list:
            for path in scenarios():
                print(f"{path.stem:34} {header(path)[0]}")
            return 0
        if options.image:
            image.prepare()
            return 0
        paths = [find_scenario(name) for name in options.scenario] or scenarios()
        failed = [path.stem for path in paths if not run_one(path, options)]
        if failed and len(paths) > 1:
            print(f"lab: {len(failed)} of {len(paths)} failed: {' '.join(failed)}")
        return 1 if failed else 0
    except image.LabError as error:
        return guest.main_error(error)


if __name__ == "__main__":
    sys.exit(main())
