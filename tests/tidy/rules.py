# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules. Each takes the root of the repository and returns its complaints, 'file:line: text'."""

import concurrent.futures
import os
import re
import shutil
import subprocess

import source

HERE = os.path.dirname(os.path.abspath(__file__))

# ------------------------------------------------------------------------------------- layers

# Programs and suites have no mp_folder line. A prefix ending in '/' is a folder; main.cpp is the
# composition root, so it may include everything.
PROGRAMS = {
    'daemon/main.cpp': None,
    'daemon/cli/': ['base', 'model', 'conf', 'dm', 'api', 'engine', 'facts', 'runtime', 'ports', 'os',
                    'scsi'],
}
OS_HEADERS = re.compile(
    r'^(?:sys/.*|linux/.*|scsi/.*|netinet/.*|arpa/.*|unistd\.h|fcntl\.h|poll\.h|signal\.h|csignal|dlfcn\.h|'
    r'pthread\.h|sched\.h|dirent\.h|libudev\.h|libdevmapper\.h|liburing\.h|systemd/.*|urcu.*|time\.h|ctime|'
    r'thread|mutex|shared_mutex|condition_variable|future|random|fstream|filesystem|iostream|stop_token|'
    r'semaphore|barrier|latch)$')
# file -> system headers it may include against the rule, with the reason
OS_HEADER_EXCEPTIONS = {
    'daemon/runtime/published.h': ('urcu', 'the one place where readers and the writer meet'),
    'daemon/runtime/published.cpp': ('urcu', 'the one place where readers and the writer meet'),
    'conf/grammar/regex.cpp': ('regex', 'POSIX regular expressions'),
}


def _folder_of(table, name):
    best = None
    for folder in table:
        if name.startswith(folder.path + '/') and (best is None or len(folder.path) > len(best.path)):
            best = folder
    return best


def layers(root):
    table = source.layer_table(root)
    known = {folder.name for folder in table}
    complaints = []
    for folder in table:
        complaints += [f'CMakeLists.txt: mp_folder({folder.name}) uses {dep}, which is declared later or not at all'
                       for dep in folder.deps
                       if dep not in [f.name for f in table[:table.index(folder)]]]
    for name in source.cpp_files(root):
        folder = _folder_of(table, name)
        text = source.read(root, name)
        for number, line in enumerate(text.split('\n'), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if match:
                complaints += [f'{name}:{number}: {why}'
                               for why in _include(root, table, known, folder, name, *match.groups())]
    return complaints + list(_documented_layers(root, table))


def _include(root, table, known, folder, name, kind, target):
    if kind == '<':
        exception = OS_HEADER_EXCEPTIONS.get(name, ('',))[0]
        if folder and folder.name != 'os' and OS_HEADERS.match(target) \
                and not (exception and target.startswith(exception)):
            yield f'<{target}> in {folder.path}: only daemon/os talks to the system'
        return
    if not os.path.isfile(os.path.join(root, target)):
        yield f'"{target}" is not a file below the root of the repository'
        return
    there = _folder_of(table, target)
    if folder:
        if there is None:
            yield f'{folder.path} may not include "{target}", which is in no folder of the layer table'
        elif there.name != folder.name and there.name not in folder.deps:
            yield f'{folder.path} may not include {there.path} (CMakeLists.txt says: {" ".join(folder.deps) or "nothing"})'
        return
    if name.startswith('tests/sim/') and there and there.name == 'os':
        yield 'the simulation may not include daemon/os'
    for program, allowed in PROGRAMS.items():
        matches = name.startswith(program) if program.endswith('/') else name == program
        if matches and allowed is not None and there and there.name not in allowed:
            yield f'{program} may not include {there.path}'


def _documented_layers(root, table):
    """ARCHITECTURE.md repeats the table for people; both must say the same."""
    rows = {}
    for line in source.read(root, 'ARCHITECTURE.md').split('\n'):
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
        if line.startswith('|') and len(cells) >= 3 and cells[1].startswith('mp_'):
            for path, target in zip(cells[0].split(', '), cells[1].split(', ')):
                rows[target] = (path.strip('`'), re.split(r'[;(]', cells[2])[0])
    for folder in table:
        if f'mp_{folder.name}' not in rows:
            yield f'ARCHITECTURE.md: the layer table has no row for mp_{folder.name}'
            continue
        path, text = rows.pop(f'mp_{folder.name}')
        if path != folder.path:
            yield f'ARCHITECTURE.md: mp_{folder.name} is in {folder.path}, not {path}'
        said = set(re.findall(r'[a-z]+', text)) & {f.name for f in table}
        if said != set(folder.deps):
            yield (f'ARCHITECTURE.md: mp_{folder.name} may include {" ".join(sorted(said)) or "nothing"}, '
                   f'CMakeLists.txt says {" ".join(sorted(folder.deps)) or "nothing"}')
    for target in rows:
        yield f'ARCHITECTURE.md: {target} is not in CMakeLists.txt'


# -------------------------------------------------------------------------------------- words

BANNED = [
    (r'\b(?:steady_clock|system_clock|high_resolution_clock)\b', 'asks a clock; time is a parameter'),
    (r'\b(?:clock_gettime|gettimeofday|timespec_get)\b', 'asks a clock; time is a parameter'),
    (r'(?<![\w.>:])(?:std::)?time\s*\(\s*(?:NULL|nullptr|0|&)', 'asks a clock; time is a parameter'),
    (r'\b(?:sleep_for|sleep_until|nanosleep|usleep)\b|(?<![\w.>:])sleep\s*\(', 'waits'),
    (r'(?<![\w.>:])(?:std::)?s?rand\s*\(|\brandom_device\b|\bgetrandom\b', 'is not repeatable; use base/prng.h'),
    (r'\b(?:secure_)?getenv\b', 'reads the environment'),
    (r'\bstd::(?:jthread|thread|mutex|shared_mutex|recursive_mutex|condition_variable|async|future)\b|\bpthread_',
     'threads live in daemon/os'),
    (r'(?<![\w.>])(?:::)?(?:open|openat|ioctl|fopen|popen|system|fork|socket)\s*\(', 'touches the system'),
    (r'\bstd::(?:i|o)?fstream\b|\bstd::filesystem\b', 'touches files'),
    (r'\bthrow\b(?!\s*\()', 'throws; errors are values'),
]
WORD_EXCEPTIONS = {}  # (file, reason of the ban) -> why


def _pure(name, table):
    folder = _folder_of(table, name)
    return folder is not None and folder.name != 'os'


def words(root):
    table = source.layer_table(root)
    for name in source.cpp_files(root):
        if not _pure(name, table):
            continue
        for number, line in enumerate(source.code_only(source.read(root, name)).split('\n'), 1):
            for pattern, why in BANNED:
                match = re.search(pattern, line)
                if match and (name, why) not in WORD_EXCEPTIONS:
                    yield f'{name}:{number}: "{match.group(0).strip()}" {why}'


def unordered(root):
    """Iterating over an unordered container makes decisions depend on a hash."""
    for name in source.cpp_files(root):
        if not name.startswith(('daemon/engine/', 'daemon/dm/', 'tests/sim/')):
            continue
        folder = os.path.dirname(name)
        declared = set()
        for other in source.cpp_files(root):
            if os.path.dirname(other) == folder:
                text = source.code_only(source.read(root, other))
                declared |= set(re.findall(r'\bunordered_(?:multi)?(?:map|set)\s*<[^;{}]*>\s+(\w+)\s*[;={]', text))
        for number, line in enumerate(source.code_only(source.read(root, name)).split('\n'), 1):
            for variable in declared:
                if re.search(rf'\bfor\s*\([^;]*:\s*(?:[\w.]+(?:->|\.))?{variable}\s*\)|\b{variable}\s*\.\s*begin\s*\(', line):
                    yield f'{name}:{number}: iterates over the unordered container {variable}'


# --------------------------------------------------------------------------------------- form

SPDX = 'SPDX-License-Identifier: GPL-2.0-or-later'
# Kernel code is GPL-2.0 like the kernel.
SPDX_KERNEL = 'SPDX-License-Identifier: GPL-2.0'
NO_COMMENT = ('.json', '.bin', '.hex', '.png', '.gz', '.xz', '.zst', '.cast')
DATA = ('tests/golden/', 'tests/recorded/', 'tests/fuzz/corpus/', 'tests/corpus/')


def spdx(root):
    for name in source.files(root):
        if name == 'COPYING' or name.endswith(NO_COMMENT) or name.startswith(DATA) or '/corpus/' in name \
                or name in ('.gitignore', '.gitattributes', '.shellcheckrc'):
            continue
        text = source.read(root, name)
        head = '\n'.join(text.split('\n')[:3])
        if text.strip() and SPDX not in head and not (name.startswith('dm-target/') and SPDX_KERNEL in head):
            yield f'{name}:1: no "{SPDX}" in the first lines'


FILE_LINES, FUNCTION_LINES, COLUMNS = 800, 140, 100
FILE_LINES_SOFT, FUNCTION_LINES_SOFT = 400, 70


def sizes(root):
    soft = []
    for name in source.cpp_files(root):
        text = source.read(root, name)
        lines = text.rstrip('\n').split('\n')
        if len(lines) > FILE_LINES:
            yield f'{name}: {len(lines)} lines, the limit is {FILE_LINES}'
        elif len(lines) > FILE_LINES_SOFT:
            soft.append(f'{name}: {len(lines)} lines')
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS and 'http' not in line and 'R"' not in line:
                yield f'{name}:{number}: {len(line)} columns, the limit is {COLUMNS}'
        for function in source.functions(text):
            if function.length > FUNCTION_LINES:
                yield f'{name}:{function.line}: {function.name} has {function.length} lines, the limit is {FUNCTION_LINES}'
            elif function.length > FUNCTION_LINES_SOFT:
                soft.append(f'{name}:{function.line}: {function.name} has {function.length} lines')
    for line in soft:
        print('note:', line)


def prose(root):
    """Every source file of ours opens with at least three lines of prose after the licence."""
    for name in source.files(root):
        if not name.endswith('.cpp') or name.startswith('tests/'):
            continue
        lines = source.read(root, name).split('\n')
        count = 0
        for line in lines[1:]:
            if not line.startswith('//'):
                break
            count += 1
        if count < 2:
            yield f'{name}:2: does not say why it exists'


def format(root):  # pylint: disable=redefined-builtin
    tool = shutil.which('clang-format')
    if tool is None:
        yield 'clang-format is not installed'
        return
    names = source.cpp_files(root)
    chunks = [names[i::8] for i in range(8) if names[i::8]]

    def run(chunk):
        return subprocess.run([tool, '--dry-run', '-Werror'] + chunk, cwd=root, capture_output=True, text=True,
                              check=False).stderr
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for output in pool.map(run, chunks):
            for line in output.split('\n'):
                if 'error:' in line:
                    yield line + ' (./dev fix)'


# ------------------------------------------------------------------------------- completeness

UNIT_ROOTS = ('daemon/', 'conf/', 'checkers/', 'prioritizers/')


def units(root):
    """daemon/engine/x.cpp has tests/unit/engine/x_test.cpp, or stands in units_without_test.txt."""
    listed = {}
    for line in source.read(HERE, 'units_without_test.txt').split('\n'):
        if line and not line.startswith('#'):
            name, _, reason = line.partition(' ')
            listed[name] = reason.strip()
    names = set(source.files(root))
    table = source.layer_table(root)
    for name in sorted(names):
        if not name.endswith('.cpp') or not name.startswith(UNIT_ROOTS):
            continue
        folder = _folder_of(table, name)
        inner = name[len(folder.path) + 1:] if folder else os.path.basename(name)
        test = f'tests/unit/{folder.name if folder else "cli"}/{inner[:-4]}_test.cpp'
        if test in names:
            if name in listed:
                yield f'tests/tidy/units_without_test.txt: {name} has a test now, drop the line'
        elif not listed.get(name):
            yield f'{name}: no {test}, and no reason in tests/tidy/units_without_test.txt'
    for name in listed:
        if name not in names:
            yield f'tests/tidy/units_without_test.txt: {name} does not exist'
        for mention in re.findall(r'tests/\S+\.cpp', listed[name]):
            if mention not in names:
                yield f'tests/tidy/units_without_test.txt: {mention} does not exist'


def registry(root):
    """A plugin that is not in its registry does not exist; an entry is there once, in order."""
    for folder, type_name in (('checkers', 'CheckerType'), ('prioritizers', 'PrioritizerType')):
        listed = re.search(r'=\s*\{([^}]*)\}', source.code_only(source.read(root, f'{folder}/registry.cpp')))
        entries = re.findall(r'&(\w+)', listed.group(1)) if listed else []
        if entries != sorted(entries, key=str.lower):
            yield f'{folder}/registry.cpp: not sorted by name'
        defined = {}
        for name in source.cpp_files(root):
            if name.startswith(folder + '/') and name.endswith('.h'):
                for plugin in re.findall(rf'\bextern\s+const\s+{type_name}\s+(k\w+)', source.read(root, name)):
                    defined[plugin] = name
        for plugin, name in defined.items():
            if entries.count(plugin) != 1:
                yield f'{name}: {plugin} is {entries.count(plugin)} times in {folder}/registry.cpp'
        if not defined:
            yield f'{folder}: no plugins found; this rule looks for "extern const {type_name} k..."'


# -------------------------------------------------------------------------------------- alone

# Paths of build machines, and documents that are not part of the project.
MACHINE_PATH = re.compile(r'(?<![\w./$}-])/(?:home|root|work|build|Users)/[\w.-]+')
GUEST_PATH = ('tests/lab/', 'tests/bench/', 'tools/')  # /root and /build there are paths inside the guest
DOCUMENT = re.compile(r'\b([A-Za-z][\w-]*\.md)\b')


def alone(root):
    names = source.files(root)
    documents = {os.path.basename(name) for name in names}
    for name in names:
        if name == 'COPYING' or name.startswith(DATA) or name.endswith(NO_COMMENT) or '/corpus/' in name \
                or name.startswith('tests/tidy/'):
            continue
        for number, line in enumerate(source.read(root, name).split('\n'), 1):
            for match in DOCUMENT.findall(line):
                if match not in documents:
                    yield f'{name}:{number}: speaks of {match}, which is not part of the project'
            match = MACHINE_PATH.search(line)
            if match and not name.startswith(GUEST_PATH):
                yield f'{name}:{number}: {match.group(0)} is a path of some machine'
            if name.endswith(source.CPP) and re.search(r'\b(?:TODO|FIXME)\b(?!\(#\d+\))', line):
                yield f'{name}:{number}: unfinished work without an issue number'


ALL = {'layers': layers, 'words': words, 'unordered': unordered, 'spdx': spdx, 'sizes': sizes, 'prose': prose,
       'units': units, 'registry': registry, 'format': format, 'alone': alone}
