# SPDX-License-Identifier: GPL-2.0-or-later
"""The repository checks itself: tidy.py RULE ROOT prints complaints and fails when there are any."""

import sys

import rules


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in rules.ALL:
        print(f'usage: tidy.py {"|".join(rules.ALL)} ROOT', file=sys.stderr)
        return 2
    complaints = list(rules.ALL[sys.argv[1]](sys.argv[2]))
    for complaint in complaints:
        print(complaint)
    print(f'{sys.argv[1]}: {len(complaints)} complaints')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
