# SPDX-License-Identifier: GPL-2.0-or-later
"""How is one guest booted, watched and ended?

A guest gets the cached root as a disk that forgets everything it wrote, a shared folder, a console
for the kernel and a second serial line for its report. It has two time limits: until it says that
it is up (it is then started once more, because a busy machine can lose a boot), and until it has
ended. Only the process started here is ever ended. One guest runs at a time on a machine: a lock
file is held while it lives.
"""
import ctypes
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from . import image

QEMU = "qemu-system-x86_64"
TCG = ["-accel", "tcg,thread=multi", "-cpu", "max,-la57"]
KVM = ["-accel", "kvm", "-cpu", "host"]
UP_WORD = "lab-guest-is-up"
LOCK_FILE = os.environ.get("SHORTPATH_GUEST_LOCK", "/tmp/guest.lock")
# An emulated time-stamp counter cannot be calibrated on a busy machine: clocks would run at the wrong speed.
TCG_WORDS = "tsc=unstable clocksource=hpet"
KERNEL_WORDS = ("console=ttyS0 quiet loglevel=4 panic=1 mitigations=off no_timer_check apparmor=0 audit=0 "
                "cryptomgr.notests nowatchdog rcupdate.rcu_cpu_stall_suppress=1 random.trust_cpu=on "
                "net.ifnames=0")


class OneGuest:
    """Held while a guest runs."""

    def __enter__(self):
        try:
            self.fd = os.open(LOCK_FILE, os.O_RDONLY | os.O_CREAT, 0o666)
        except PermissionError:
            self.fd = os.open(LOCK_FILE, os.O_RDONLY)
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            image.say(f"another guest holds {LOCK_FILE}: waiting for it to end")
            fcntl.flock(self.fd, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        os.close(self.fd)


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A QEMU of ours; leaves nothing running behind, even when we are killed."""

    def __init__(self, argv, log):
        self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                      preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def ended(self):
        return self.child.poll() is not None

    def end(self):
        if not self.ended():
            self.child.terminate()
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


def base_argv(files, accel, words):
    return [QEMU, *accel, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", str(files / "vmlinuz"), "-initrd", str(files / "initramfs.gz"),
            "-append", f"{KERNEL_WORDS} {words}"]


def kvm_really_boots(files):
    """/dev/kvm can exist on a machine where no guest gets past its first instructions."""
    with tempfile.TemporaryDirectory() as work:
        report = pathlib.Path(work) / "report"
        argv = base_argv(files, KVM, "lab.hello") + ["-M", "q35", "-m", "256", "-smp", "2",
                                                     "-serial", "null", "-serial", f"file:{report}"]
        with Process(argv, subprocess.DEVNULL) as guest:
            limit = time.monotonic() + 12
            while time.monotonic() < limit and not guest.ended():
                if report.exists() and UP_WORD in report.read_text(errors="replace"):
                    return True
                time.sleep(0.1)
        return report.exists() and UP_WORD in report.read_text(errors="replace")


def choose_accel(files):
    """KVM where a guest was seen to boot on it since this machine started, else emulation."""
    wish = os.environ.get("SHORTPATH_ACCEL", "")
    if wish in ("kvm", "tcg"):
        return KVM if wish == "kvm" else TCG
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return TCG
    this_boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    note = image.cache_dir() / "accel"
    if note.exists() and note.read_text().split()[0] == this_boot:
        return KVM if note.read_text().split()[1] == "kvm" else TCG
    image.say("testing whether a guest boots with KVM")
    good = kvm_really_boots(files)
    note.write_text(f"{this_boot} {'kvm' if good else 'tcg'}\n")
    image.say("KVM works" if good else "KVM does not boot a guest here: using emulation, which is slower")
    return KVM if good else TCG


def full_argv(files, accel, share, results, machine):
    words = TCG_WORDS if accel is TCG else ""
    argv = base_argv(files, accel, f"{words} root=/dev/vda lab.init={machine['init']} {machine['append']}")
    argv += ["-M", "q35", "-m", str(machine["memory_mb"]), "-smp", machine["processors"]]
    argv += ["-drive", f"if=none,id=root,file={files / 'root.img'},format=raw,snapshot=on,cache=unsafe",
             "-device", "virtio-blk-pci,drive=root,bus=pcie.0,addr=0x3",
             "-fsdev", f"local,id=share,path={share},security_model=none",
             "-device", "virtio-9p-pci,fsdev=share,mount_tag=share,bus=pcie.0,addr=0x4",
             "-serial", f"file:{results / 'console.log'}", "-serial", f"file:{results / 'report.log'}"]
    return argv + machine["devices"]


class Report:
    """Prints the guest's report as it grows."""

    def __init__(self, path, quiet):
        self.path, self.quiet, self.at, self.rest = path, quiet, 0, ""
        self.up = False

    def pump(self):
        if not self.path.exists():
            return
        with self.path.open(errors="replace") as file:
            file.seek(self.at)
            text = file.read()
            self.at = file.tell()
        lines = (self.rest + text.replace("\r", "")).split("\n")
        self.rest = lines.pop()
        for line in lines:
            if UP_WORD in line:
                self.up = True
            elif not self.quiet:
                print(line, flush=True)


def tail(path, count):
    if not path.exists():
        return "(nothing)"
    return "\n".join(path.read_text(errors="replace").replace("\r", "").splitlines()[-count:])


def one_boot(argv, results, limits, quiet):
    """'up' when the guest said it is up and then ended by itself, else what went wrong."""
    for name in ("console.log", "report.log"):
        (results / name).unlink(missing_ok=True)
    report = Report(results / "report.log", quiet)
    started = time.monotonic()
    with (results / "qemu.log").open("w") as log, Process(argv, log) as guest:
        while not guest.ended():
            time.sleep(0.05)
            report.pump()
            age = time.monotonic() - started
            if not report.up and age > limits["boot"]:
                return f"the guest did not come up in {limits['boot']} s"
            if age > limits["run"]:
                report.pump()
                return f"the guest did not end in {limits['run']} s"
    report.pump()
    return "up" if report.up else "the guest ended before it came up"


def boot(share, results, machine, quiet=False):
    """Boots until the guest ends by itself. Raises LabError when it never does."""
    if not shutil.which(QEMU):
        raise image.LabError(f"{QEMU} is not installed: ./dev lab installs it")
    files = image.prepare()
    with OneGuest():
        accel = choose_accel(files)
        slow = accel is TCG
        limits = {"boot": 240 if slow else 60, "run": machine["limit_s"]}
        for attempt in (1, 2):
            verdict = one_boot(full_argv(files, accel, share, results, machine), results, limits, quiet)
            if verdict == "up":
                return
            if verdict.startswith("the guest did not end"):
                break
            if attempt == 1:
                image.say(f"{verdict}: starting it once more")
    raise image.LabError(f"{verdict}\n--- end of its console\n{tail(results / 'console.log', 25)}\n"
                         f"--- QEMU\n{tail(results / 'qemu.log', 10)}")


def main_error(error):
    print(f"lab: error: {error}", file=sys.stderr, flush=True)
    return 1
