#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a corpus of configurations with our `multipath -t` and with Debian's and compares what they understood.

What a program prints for the empty file is its own base; compared is what each configuration changes
in it, so that defaults and array tables of different age do not hide anything. A difference that
rules.tsv explains is counted; any other is printed and makes the run fail, as does a rule that
explains nothing.

  compare.py --ours build/release/bin/multipath [--theirs FOLDER] [--only TEXT] [--verbose]

FOLDER is the unpacked multipath-tools package of Debian; without one it is fetched with apt-get. Each
program gets a root or an /etc of its own; nothing of this machine is read or changed."""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import corpus  # noqa: E402


class Understood:
    """Sections as {path: value}; a path names its section and, for entries, what they are for."""

    def __init__(self, text, code):
        self.code = code
        self.values = {}
        self.lists = {}
        self.parse(text)

    def parse(self, text):
        stack = []
        entry = []
        for line in text.splitlines():
            words = line.split(None, 1)
            if not words:
                continue
            if len(words) == 2 and words[1] == '{':
                stack.append(words[0])
                entry.append([])
                continue
            if words[0] == '}':
                section = stack.pop() if stack else ''
                lines = entry.pop() if entry else []
                self.finish(stack, section, lines)
                continue
            if entry:
                entry[-1].append((words[0], words[1] if len(words) > 1 else ''))

    def finish(self, stack, section, lines):
        if section in ('blacklist', 'blacklist_exceptions'):
            self.lists.setdefault(section, []).extend(sorted(f'{key} {value}' for key, value in lines))
            return
        identity = ''
        if section in ('device', 'protocol', 'multipath'):
            names = ('vendor', 'product', 'revision', 'type', 'wwid')
            identity = ' '.join(value for key, value in lines if key in names)
            if stack and stack[0].startswith('blacklist'):
                self.lists.setdefault(stack[0] + ' device', []).append(identity)
                return
        where = '/'.join(stack + [section]) + (f'[{identity}]' if identity else '')
        if section in ('device', 'protocol', 'multipath'):
            self.values[(where, '')] = 'present'
        for key, value in lines:
            self.values[(where, key)] = value

    def changes_from(self, base):
        out = {}
        for place in set(self.values) | set(base.values):
            if self.values.get(place) != base.values.get(place):
                out[place] = self.values.get(place)
        for name in set(self.lists) | set(base.lists):
            mine, other = self.lists.get(name, []), base.lists.get(name, [])
            for value in mine:
                if value not in other:
                    out[(name, value)] = 'listed'
            for value in other:
                if value not in mine:
                    out[(name, value)] = 'gone'
        return out


ACCOUNTS = {'passwd': 'root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n', 'group': 'root:x:0:\ndisk:x:6:\n'}


def make_etc(folder, text):
    os.makedirs(folder)
    for name, content in [*ACCOUNTS.items(), ('multipath.conf', text)]:
        with open(os.path.join(folder, name), 'w', encoding='utf-8', newline='') as file:
            file.write(content)


def output_of(command, environment):
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    return Understood(done.stdout.decode('utf-8', 'replace'), done.returncode)


def read_ours(program, text):
    with tempfile.TemporaryDirectory() as root:
        make_etc(root + '/etc', text)
        os.makedirs(root + '/proc/sys/fs')
        shutil.copy('/proc/sys/fs/nr_open', root + '/proc/sys/fs/nr_open')
        return output_of([program, '-t'], {'SHORTPATH_ROOT': root})


def read_theirs(folder, text):
    libraries = ':'.join(f'{folder}/{place}' for place in ('lib', 'lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'))
    with tempfile.TemporaryDirectory() as root:
        make_etc(root + '/etc', text)
        script = f'mount --bind {root}/etc /etc && exec {folder}/sbin/multipath -t'
        user = [] if os.geteuid() == 0 else ['--map-root-user']
        return output_of(['unshare', *user, '--mount', 'sh', '-c', script],
                         {'LD_LIBRARY_PATH': libraries, 'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})


def fetch_theirs(folder):
    for package in ('multipath-tools', 'libaio1'):
        subprocess.run(['apt-get', 'download', '-q', package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for name in os.listdir(folder):
        if name.endswith('.deb'):
            subprocess.run(['dpkg', '-x', name, 'root'], cwd=folder, check=True)
    return os.path.join(folder, 'root')


class Rules:
    """rules.tsv: id, expression for the configuration's name, expression for the place, why."""

    def __init__(self):
        self.rules = []
        self.used = {}
        with open(os.path.join(HERE, 'rules.tsv'), encoding='utf-8') as file:
            for line in file:
                if line.strip() and not line.startswith('#'):
                    name, case, place, why = line.rstrip('\n').split('\t')
                    self.rules.append((name, re.compile(case), re.compile(place), why))

    def explain(self, case, place):
        for name, case_rule, place_rule, _ in self.rules:
            if case_rule.search(case) and place_rule.search(place):
                self.used[name] = self.used.get(name, 0) + 1
                return name
        return None


def differences_of(ours, theirs, base):
    if (ours.code == 0) != (theirs.code == 0):
        return [('exit code', ours.code, theirs.code)]
    mine, others = ours.changes_from(base[0]), theirs.changes_from(base[1])
    out = []
    for place in sorted(set(mine) | set(others), key=str):
        same_value = place in ours.values and ours.values[place] == theirs.values.get(place)
        if not same_value and mine.get(place) != others.get(place):
            out.append((' '.join(place).strip(), mine.get(place), others.get(place)))
    return out


def compare(texts, ours, theirs, verbose):
    """The number of differences that nothing explains, and the rules that were of use."""
    rules = Rules()
    base = (read_ours(ours, ''), read_theirs(theirs, ''))
    unexplained = explained = equal = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        read = pool.map(lambda text: (read_ours(ours, text), read_theirs(theirs, text)), texts.values())
        for name, pair in zip(texts, read):
            differences = differences_of(*pair, base)
            equal += not differences
            for place, mine, other in differences:
                rule = rules.explain(name, place)
                explained += rule is not None
                unexplained += rule is None
                if rule is None or verbose:
                    print(f'{name}\n    {place}: ours {mine}, theirs {other}' + (f' ({rule})' if rule else ''))
    print(f'{len(texts)} configurations, {equal} understood alike; differences: {explained} explained, '
          f'{unexplained} unexplained')
    for name in sorted(rules.used):
        print(f'  {rules.used[name]:5} {name}')
    return unexplained, [rule[0] for rule in rules.rules if rule[0] not in rules.used]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--ours', required=True)
    parser.add_argument('--theirs')
    parser.add_argument('--only', default='')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    texts = {name: text for name, text in corpus.corpus().items() if options.only in name}
    with tempfile.TemporaryDirectory() as scratch:
        theirs = os.path.abspath(options.theirs) if options.theirs else fetch_theirs(scratch)
        unexplained, idle = compare(texts, os.path.abspath(options.ours), theirs, options.verbose)
    if idle and not options.only:
        print('rules that explain nothing: ' + ' '.join(idle))
        return 1
    return 1 if unexplained else 0


if __name__ == '__main__':
    sys.exit(main())
