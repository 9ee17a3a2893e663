# SPDX-License-Identifier: GPL-2.0-or-later
"""A rule that cannot fail protects nothing: each is shown a small repository that breaks it."""

import os
import sys
import tempfile
import unittest

import rules
import source

GOOD = {
    'CMakeLists.txt': '# SPDX-License-Identifier: GPL-2.0-or-later\n'
                      'mp_folder(base daemon/base)\nmp_folder(engine daemon/engine base)\n'
                      'mp_folder(os daemon/os base SYSTEM PkgConfig::udev)\n',
    'ARCHITECTURE.md': '<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n'
                       '| daemon/base | mp_base | nothing of ours |\n| daemon/engine | mp_engine | base |\n'
                       '| daemon/os | mp_os | base |\n',
    'daemon/base/a.h': '// SPDX-License-Identifier: GPL-2.0-or-later\n#pragma once\n',
    'daemon/engine/b.cpp': '// SPDX-License-Identifier: GPL-2.0-or-later\n// Why this is here,\n// in two lines.\n'
                           '#include "daemon/base/a.h"\n',
}
CPP = '// SPDX-License-Identifier: GPL-2.0-or-later\n// Why this is here,\n// in two lines.\n'


class Rules(unittest.TestCase):
    def complaints(self, rule, extra):
        with tempfile.TemporaryDirectory() as root:
            for name, text in {**GOOD, **extra}.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(text)
            return list(rules.ALL[rule](root))

    def test_good_repository_is_accepted(self):
        for rule in ('layers', 'words', 'unordered', 'spdx', 'sizes', 'prose', 'alone', 'format'):
            self.assertEqual(self.complaints(rule, {}), [], rule)

    def test_include_against_the_layers(self):
        bad = {'daemon/base/a.h': GOOD['daemon/base/a.h'] + '#include "daemon/engine/b.cpp"\n'}
        self.assertIn('daemon/base may not include daemon/engine', self.complaints('layers', bad)[0])

    def test_system_header_outside_os(self):
        bad = {'daemon/engine/b.cpp': CPP + '#include <unistd.h>\n'}
        self.assertIn('only daemon/os', self.complaints('layers', bad)[0])

    def test_document_that_differs_from_cmake(self):
        bad = {'ARCHITECTURE.md': GOOD['ARCHITECTURE.md'].replace('mp_engine | base', 'mp_engine | base, os')}
        self.assertEqual(len(self.complaints('layers', bad)), 1)

    def test_banned_words(self):
        for text in ('auto t = std::chrono::steady_clock::now();', 'int x = rand();', 'std::mutex m;',
                     'getenv("A");', 'int fd = ::open("x", 0);', 'usleep(1);'):
            self.assertEqual(len(self.complaints('words', {'daemon/engine/b.cpp': CPP + text + '\n'})), 1, text)

    def test_words_in_comments_strings_and_members_are_fine(self):
        for text in ('// std::mutex', 'call("std::mutex");', 'kernel_.open(3);', 'retime(0);'):
            self.assertEqual(self.complaints('words', {'daemon/engine/b.cpp': CPP + text + '\n'}), [], text)

    def test_iteration_over_unordered(self):
        text = 'std::unordered_map<int, int> seen_;\nvoid f() { for (const auto& e : seen_) {} }\n'
        self.assertEqual(len(self.complaints('unordered', {'daemon/engine/b.cpp': CPP + text})), 1)

    def test_missing_licence(self):
        self.assertEqual(len(self.complaints('spdx', {'daemon/base/c.h': '#pragma once\n'})), 1)

    def test_sizes(self):
        long_file = CPP + 'int x;\n' * 800
        long_function = CPP + 'int f(int a) {\n' + '    a++;\n' * 140 + '    return a;\n}\n'
        self.assertEqual(len(self.complaints('sizes', {'daemon/base/c.cpp': long_file})), 1)
        self.assertEqual(len(self.complaints('sizes', {'daemon/base/c.cpp': long_function})), 1)
        self.assertEqual(len(self.complaints('sizes', {'daemon/base/c.cpp': CPP + 'int ' + 'x' * 100 + ';\n'})), 1)

    def test_prose_and_format_and_alone(self):
        self.assertEqual(len(self.complaints('prose', {'daemon/base/c.cpp': '// SPDX\nint x;\n'})), 1)
        self.assertEqual(len(self.complaints('alone', {'daemon/base/c.h': '// see /ho' + 'me/me/x\n'})), 1)
        self.assertEqual(len(self.complaints('alone', {'daemon/base/c.h': '// see other-notes.md\n'})), 1)

    def test_function_lengths(self):
        text = 'void A::f(int x) const {\n  if (x) {\n  }\n}\nstruct S {\n  int g() { return 1; }\n};\n'
        self.assertEqual([(f.name, f.length) for f in source.functions(text)], [('A::f', 4), ('g', 1)])


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-q'])
