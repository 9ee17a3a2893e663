# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading the repository: its files, C++ without comments and strings, the layer table of CMake."""

import os
import re
import subprocess
from dataclasses import dataclass, field

CPP = ('.cpp', '.h')


def files(root):
    """Every file of the project, as paths relative to its root; build trees and caches excluded."""
    try:
        out = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], cwd=root, check=True,
                             capture_output=True, text=True).stdout.split('\n')
        found = [name for name in out if name and os.path.isfile(os.path.join(root, name))]
        if found:
            return sorted(set(found))
    except (OSError, subprocess.CalledProcessError):
        pass
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in ('build', '.git', '.cache', '__pycache__')]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def cpp_files(root):
    return [name for name in files(root) if name.endswith(CPP)]


def read(root, name):
    with open(os.path.join(root, name), 'rb') as file:
        return file.read().decode('utf-8', errors='replace')


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'", re.S)


def code_only(text):
    """The text with comments and literals blanked; every line and column stays where it was."""
    def blank(match):
        piece = match.group(0)
        if piece.startswith('"') and text[:match.start()].endswith('#include '):
            return piece
        return re.sub(r'[^\n]', ' ', piece)
    return _TOKEN.sub(blank, text)


@dataclass
class Folder:
    name: str
    path: str
    deps: list = field(default_factory=list)


def layer_table(root):
    """The mp_folder lines of CMakeLists.txt: what each folder may include."""
    text = re.sub(r'#[^\n]*', '', read(root, 'CMakeLists.txt'))
    table = []
    for body in re.findall(r'mp_folder\(([^)]*)\)', text):
        words = body.split()
        if 'SYSTEM' in words:
            words = words[:words.index('SYSTEM')]
        table.append(Folder(words[0], words[1], words[2:]))
    return table


@dataclass
class Function:
    name: str
    line: int
    length: int


_SIGNATURE_END = re.compile(
    r'\)\s*(?:const|noexcept|override|final|mutable|&|&&|->\s*[\w:<>,&*\s]+|:\s.*)*\s*$', re.S)
_CONTROL = re.compile(r'^\s*(?:\}\s*)?(?:else\s+)?(?:if|for|while|switch|catch)\b')


def functions(text):
    """Function definitions with their lengths in lines, from the signature to the closing brace."""
    code = re.sub(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*',
                  lambda m: re.sub(r'[^\n]', ' ', m.group(0)), code_only(text), flags=re.M)
    found, stack, start, line = [], [], 0, 1
    for at, char in enumerate(code):
        if char == '\n':
            line += 1
        elif char == '{':
            head = code[start:at]
            inside = any(kind == 'function' for kind, *_ in stack)
            is_function = (not inside and '(' in head and _SIGNATURE_END.search(head)
                           and not _CONTROL.match(head) and '=' not in head.split('(')[0])
            first = line - head.lstrip().count('\n')
            stack.append(('function' if is_function else 'other', first, head))
            start = at + 1
        elif char == '}':
            if stack:
                kind, first, head = stack.pop()
                if kind == 'function':
                    name = re.findall(r'([~\w:]+)\s*\(', head)
                    found.append(Function(name[0] if name else '?', first, line - first + 1))
            start = at + 1
        elif char == ';':
            start = at + 1
    return found
