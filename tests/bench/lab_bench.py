#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""./dev bench: ours and Debian's multipath-tools, one after the other in one guest, as a table and as JSON.

The figures come from lab_side_by_side.sh, which runs in the guest; this file only boots it and prints.
"""
import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parent.parent
sys.path.insert(0, str(REPO / "tests/lab"))

import lab  # noqa: E402
from host import guest, image  # noqa: E402

FIGURES = (("start_to_maps", "daemon start to 64 complete maps"), ("start_to_settled", "daemon start to udev settled"),
           ("daemon_cpu", "CPU of the daemon until idle"), ("rss", "resident memory"),
           ("multipath_ll", "multipath -ll"), ("show_maps_json", "multipathd show maps json"),
           ("idle_cpu", "CPU of the idle daemon"), ("offline_to_failed", "adapter offline until all its paths failed"),
           ("back_to_used", "adapter back until all are used again"),
           ("kill9_to_ready", "kill -9 until all paths are ready"), ("multipath_u_cpu", "CPU of one multipath -u"))


def read_figures(path):
    values, units = {}, {}
    for line in path.read_text().splitlines():
        who, name, unit, value = line.split("\t")
        values[who, name] = float(value)
        units[name] = unit
    return values, units


def figure_rows(values, units):
    rows = []
    for name, _ in FIGURES:
        ours, theirs = values.get(("ours", name)), values.get(("theirs", name))
        ratio = round(ours / theirs, 3) if ours is not None and theirs else None
        rows.append({"name": name, "unit": units.get(name, ""), "ours": ours, "theirs": theirs, "ratio": ratio})
    return rows


def print_table(rows):
    texts = dict(FIGURES)
    show = lambda value: "-" if value is None else f"{value:g}"
    print(f"\n{'figure':46} {'unit':11} {'ours':>9} {'theirs':>9} {'ratio':>7}")
    for row in rows:
        print(f"{texts[row['name']]:46} {row['unit']:11} {show(row['ours']):>9} {show(row['theirs']):>9} "
              f"{show(row['ratio']):>7}")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write the figures to FILE")
    parser.add_argument("--only", choices=("ours", "theirs"), help="measure only one of them")
    parser.add_argument("--luns", type=int, default=64, help="disks behind the two adapters (64)")
    parser.add_argument("--bin", type=pathlib.Path, default=REPO / "build/release/bin", help="where our programs are")
    parser.add_argument("--work", type=pathlib.Path, help="where the run leaves its files (build/lab)")
    options = parser.parse_args()
    options.daemon, options.quiet = "ours", False
    options.both = True
    options.environment = {"LAB_BENCH_LUNS": str(options.luns)}
    if options.only:
        options.environment["LAB_BENCH_ORDER"] = options.only
    scenario = HERE / "lab_side_by_side.sh"
    try:
        passed = lab.run_one(scenario, options)
    except image.LabError as error:
        return guest.main_error(error)
    results = (options.work or REPO / "build/lab") / scenario.stem / "share/results/figures.tsv"
    if results.exists():
        rows = figure_rows(*read_figures(results))
        print_table(rows)
        if options.json:
            options.json.write_text(json.dumps({"figures": rows}, indent=2) + "\n")
            print(f"\nwritten to {options.json}")
    if not passed or (not options.only and any(row["ratio"] is None for row in rows)):
        print("lab: error: the bench is not complete", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
