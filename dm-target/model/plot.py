#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""selector_model curve | plot.py > model.svg: throughput and remote share against load, per policy."""
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 420, 260, 56, 40, 70
COLOURS = {"round-robin": "#b2182b", "queue-length": "#ef8a62", "nearest": "#67a9cf", "numa-distance": "#1b7837"}


def read(lines):
    names = lines[0].split()[1:]
    rows = [[float(word) for word in line.split()] for line in lines[1:]]
    loads = [row[0] for row in rows]
    return loads, {name: ([row[1 + 2 * i] for row in rows], [row[2 + 2 * i] for row in rows])
                   for i, name in enumerate(names)}


class Chart:
    """One chart: x is the load, y goes from 0 to most."""

    def __init__(self, left, title, loads, most, ticks):
        self.left, self.title, self.loads, self.most, self.ticks = left, title, loads, most, ticks

    def at(self, load, value):
        return (self.left + WIDTH * load / self.loads[-1], TOP + HEIGHT * (1 - value / self.most))

    def frame(self):
        yield f'<text x="{self.left}" y="{TOP - 14}" font-weight="bold">{self.title}</text>'
        for value, text in self.ticks:
            x, y = self.at(0, value)
            yield f'<line x1="{x}" y1="{y:.1f}" x2="{x + WIDTH}" y2="{y:.1f}" stroke="#ddd"/>'
            yield f'<text x="{x - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        for load in range(0, int(self.loads[-1]) + 1, 32):
            x, y = self.at(load, 0)
            yield f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{load}</text>'
        x, y = self.at(self.loads[-1] / 2, 0)
        yield f'<text x="{x:.1f}" y="{y + 34:.1f}" text-anchor="middle">I/Os in flight from one of two nodes</text>'

    def line(self, name, values):
        points = " ".join("%.1f,%.1f" % self.at(load, value) for load, value in zip(self.loads, values))
        return f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>'


def main():
    loads, curves = read(sys.stdin.read().strip().split("\n"))
    charts = (Chart(LEFT, "kIOPS", loads, 1400, [(v, str(v)) for v in range(0, 1401, 200)]),
              Chart(LEFT + WIDTH + GAP, "I/O to the other node", loads, 0.6, [(v / 10, f"{v}0 %") for v in range(0, 7)]))
    width, height = LEFT + 2 * WIDTH + GAP + 20, TOP + HEIGHT + 70
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
           "<!-- SPDX-License-Identifier: GPL-2.0-or-later; made by model/plot.py -->",
           f'<rect width="{width}" height="{height}" fill="white"/>']
    for index, chart in enumerate(charts):
        out += chart.frame()
        out += [chart.line(name, values[index]) for name, values in curves.items()]
    for i, name in enumerate(curves):
        x, y = LEFT + 180 * i, TOP + HEIGHT + 58
        out.append(f'<line x1="{x}" y1="{y - 4}" x2="{x + 24}" y2="{y - 4}" stroke="{COLOURS[name]}" stroke-width="3"/>')
        out.append(f'<text x="{x + 30}" y="{y}">{name}</text>')
    print("\n".join(out + ["</svg>"]))


main()
