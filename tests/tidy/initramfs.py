#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the scripts in packaging/initramfs bring into an initramfs, and do there?

They run as initramfs-tools and dracut would run them, on a root made here and with functions and
programs that only note what they are asked for."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = sys.argv.pop() if len(sys.argv) > 1 and os.path.isdir(sys.argv[-1]) else os.path.join(HERE, '../..')
SCRIPTS = os.path.join(PROJECT, 'packaging/initramfs')

HOOK_FUNCTIONS = '''
copy_exec() {
    target="$DESTDIR${2:-$1}"
    mkdir -p "${target%/*}" && cp "$1" "$target"
}
manual_add_modules() { echo "$@" >> "$DESTDIR/modules"; }
'''
DRACUT_FUNCTIONS = '''
require_binaries() { for name; do [[ " $HAVE " == *" $name "* ]] || return 1; done; }
dracut_module_included() { [[ " $INCLUDED " == *" $1 "* ]]; }
inst_libdir_file() { for name; do echo "lib $name"; done; }
inst_rules() { for name; do echo "rule $name"; done; }
'''


def our_rules():
    return sorted(os.listdir(os.path.join(PROJECT, 'packaging/udev')))


def late_libraries():
    with open(os.path.join(PROJECT, 'daemon/os/late_library.cpp'), encoding='utf-8') as file:
        return re.findall(r'load_late\("([^"]+)"', file.read())


class Initramfs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = os.path.join(self.folder, 'root')
        self.image = os.path.join(self.folder, 'image')
        self.log = os.path.join(self.folder, 'log')
        self.bin = os.path.join(self.folder, 'bin')
        os.makedirs(self.image)
        self.put('/usr/share/initramfs-tools/hook-functions', HOOK_FUNCTIONS)
        self.put('/usr/sbin/multipathd', '', executable=True)
        self.note('/usr/sbin/multipath')
        for rules in our_rules():
            self.put('/usr/lib/udev/rules.d/' + rules, 'rules')
        libraries = ''.join(f'\t{name} (libc6,x86-64) => {self.root}/lib/{name}\n' for name in late_libraries())
        for name in late_libraries():
            self.put('/lib/' + name, 'library')
        self.put('../bin/ldconfig', f"#!/bin/sh\ncat << 'END'\n{libraries}END\n", executable=True)
        for program in ('modprobe', 'udevadm'):
            self.note('../bin/' + program)

    def put(self, name, text, executable=False):
        path = os.path.normpath(os.path.join(self.root, name.lstrip('/')))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        if executable:
            os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def note(self, name):
        """A program that only notes how it was called."""
        program = os.path.basename(name)
        self.put(name, f'#!/bin/sh\necho "{program} $*" >> {self.log}\n', executable=True)

    def run_script(self, name, *arguments, shell='sh', prefix='', **variables):
        environment = {'PATH': self.bin + ':' + os.environ['PATH'], 'SHORTPATH_ROOT': self.root,
                       'DESTDIR': self.image, **variables}
        script = os.path.join(SCRIPTS, name)
        command = [shell, script, *arguments]
        if prefix:
            command = [shell, '-c', prefix.replace('SCRIPT', script)]
        return subprocess.run(command, env=environment, check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)

    def run_hook(self):
        result = self.run_script('initramfs-tools-hook')
        self.assertEqual((result.returncode, result.stdout), (0, ''))

    def in_image(self):
        found = []
        for folder, _, files in os.walk(self.image):
            found += [os.path.join(folder, name)[len(self.image):] for name in files]
        return found

    def noted(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding='utf-8') as file:
            return file.read().splitlines()

    def test_programs_and_what_they_load_are_copied(self):
        self.put('/sbin/kpartx', '', executable=True)
        self.run_hook()
        wanted = ['/usr/sbin/multipath', '/usr/sbin/multipathd', '/sbin/kpartx']
        self.assertLessEqual(set(wanted), set(self.in_image()))
        self.assertGreaterEqual(len(late_libraries()), 3)
        for name in late_libraries():
            self.assertIn(f'{self.root}/lib/{name}', self.in_image())

    def test_all_rules_are_copied(self):
        self.run_hook()
        self.assertLessEqual({'/lib/udev/rules.d/' + name for name in our_rules()}, set(self.in_image()))

    def test_configuration_and_names_are_copied_as_far_as_they_are_there(self):
        self.run_hook()
        self.assertEqual([name for name in self.in_image() if name.startswith('/etc')], [])
        names = ['/etc/multipath.conf', '/etc/multipath/wwids', '/etc/multipath/bindings', '/etc/multipath/prkeys',
                 '/etc/multipath/conf.d/site.conf']
        for name in names + ['/etc/multipath/conf.d/site.conf.bak']:
            self.put(name, name)
        self.run_hook()
        self.assertEqual(sorted(name for name in self.in_image() if name.startswith('/etc')), sorted(names))

    def test_modules_are_added(self):
        self.run_hook()
        with open(os.path.join(self.image, 'modules'), encoding='utf-8') as file:
            modules = file.read().split()
        self.assertLessEqual({'dm-multipath', 'dm-service-time', 'dm-round-robin', 'scsi_dh_alua'}, set(modules))

    def test_without_the_programs_nothing_is_copied(self):
        os.remove(os.path.join(self.root, 'usr/sbin/multipathd'))
        self.run_hook()
        self.assertEqual(self.in_image(), [])

    def test_what_must_run_before_is_said_and_nothing_done(self):
        for script in ('initramfs-tools-hook', 'initramfs-tools-script'):
            result = self.run_script(script, 'prereqs')
            self.assertEqual(result.returncode, 0)
            self.assertIn('udev', result.stdout.split())
        self.assertEqual(self.in_image() + self.noted(), [])

    def test_maps_are_made_once_the_disks_are_known(self):
        self.put('/proc/cmdline', 'root=/dev/mapper/mpatha ro quiet\n')
        self.assertEqual(self.run_script('initramfs-tools-script').returncode, 0)
        noted = self.noted()
        self.assertIn('modprobe -q dm-multipath', noted)
        self.assertEqual(noted[-3:], ['udevadm settle --timeout=10', 'multipath -B -v0', 'udevadm settle --timeout=10'])

    def test_a_failure_does_not_end_the_boot(self):
        self.put('/proc/cmdline', 'ro\n')
        self.put('/usr/sbin/multipath', '#!/bin/sh\nexit 1\n', executable=True)
        self.assertEqual(self.run_script('initramfs-tools-script', '/dev/mapper/mpatha').returncode, 0)

    def test_the_kernel_command_line_switches_it_off(self):
        for word in ('nompath', 'multipath=off'):
            self.put('/proc/cmdline', f'ro {word} quiet\n')
            self.assertEqual(self.run_script('initramfs-tools-script').returncode, 0)
            self.assertEqual(self.noted(), [])

    def dracut(self, call, **variables):
        return self.run_script('dracut-module-setup.sh', shell='bash',
                               prefix=DRACUT_FUNCTIONS + '. SCRIPT\n' + call, **variables)

    def test_dracut_follows_its_own_module(self):
        for have, included, code in (('multipathd', 'dm multipath', 0), ('multipathd', 'dm', 255),
                                     ('', 'multipath', 1)):
            self.assertEqual(self.dracut('check', HAVE=have, INCLUDED=included).returncode, code)
        self.assertEqual(self.dracut('depends').stdout.split(), ['multipath'])

    def test_dracut_gets_the_libraries_and_rules(self):
        lines = self.dracut('install').stdout.splitlines()
        for name in late_libraries():
            self.assertIn(f'lib {name}*', lines)
        for name in our_rules():
            self.assertIn(f'rule {name}', lines)


if __name__ == '__main__':
    unittest.main()
