"""Draws columns of figures as lines, for ./dev bench: one panel for each quantity, one line for each series. Fits dark and light pages.

usage: plot.py X-LABEL <TABLE >FILE.svg   TABLE: tab-separated; the first column is x, the others have the heading QUANTITY|SERIES
"""
import html
import math
import sys

WIDTH, HEIGHT = 420, 300  # of a panel
IN_A_ROW = 2
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 44, 48
STYLE = """
  .ground { fill: #ffffff } text { fill: #1f2328; font: 12px sans-serif } .title { font-weight: bold; font-size: 13px }
  .grid { stroke: #d0d7de } .axis { stroke: #656d76 } .line { fill: none; stroke-width: 2 }
  .s0 { stroke: #0969da } .s1 { stroke: #bc4c00; stroke-dasharray: 6 4 } .d0 { fill: #0969da } .d1 { fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .axis { stroke: #8b949e }
    .s0 { stroke: #58a6ff } .s1 { stroke: #f0883e } .d0 { fill: #58a6ff } .d1 { fill: #f0883e }
  }
"""


def ticks(most):
    """Round numbers from 0 to at least `most`, about five."""
    raw = most / 5 or 1
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw)
    return [step * i for i in range(math.ceil(most / step - 1e-9) + 1 or 2)]


def text(x, y, content, anchor="middle", kind=""):
    attribute = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{attribute}>{html.escape(content)}</text>'


def line(kind, x1, y1, x2, y2):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def panel(left, top, title, x_label, xs, series):
    """`series`: name -> values"""
    x_ticks, y_ticks = ticks(max(xs)), ticks(max(max(values) for values in series.values()))
    bottom = top + HEIGHT - BOTTOM

    def across(x):
        return left + LEFT + x / x_ticks[-1] * (WIDTH - LEFT - RIGHT)

    def up(y):
        return bottom - y / y_ticks[-1] * (bottom - top - TOP)

    out = [text(left + LEFT, top + 20, title, "start", "title")]
    for y in y_ticks:
        out += [line("grid" if y else "axis", across(0), up(y), across(x_ticks[-1]), up(y))]
        out += [text(across(0) - 6, up(y) + 4, f"{y:g}", "end")]
    out += [text(across(x), bottom + 16, f"{x:,g}") for x in x_ticks]
    out += [text(across(x_ticks[-1] / 2), bottom + 36, x_label)]
    for number, (name, values) in enumerate(series.items()):
        points = [(across(x), up(y)) for x, y in zip(xs, values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        out += [f'<polyline class="line s{number}" points="{path}"/>']
        if len(points) <= 12:
            out += [f'<circle class="d{number}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
        if len(series) > 1:
            place = left + LEFT + 110 * number
            out += [line(f"line s{number}", place, top + 32, place + 22, top + 32), text(place + 28, top + 36, name, "start")]
    return out


def main():
    (_, *headings), *rows = [row.rstrip("\n").split("\t") for row in sys.stdin]
    xs, *columns = [[float(cell) for cell in column] for column in zip(*rows)]
    panels = {}
    for heading, values in zip(headings, columns):
        quantity, name = heading.split("|")
        panels.setdefault(quantity, {})[name] = values
    width, height = WIDTH * min(len(panels), IN_A_ROW), HEIGHT * -(-len(panels) // IN_A_ROW)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">')
    print(f'<title>{html.escape(", ".join(panels))}</title>')
    print(f'<style>{STYLE}</style>\n<rect class="ground" width="{width}" height="{height}"/>')
    for number, (quantity, series) in enumerate(panels.items()):
        row, column = divmod(number, IN_A_ROW)
        print("\n".join(panel(WIDTH * column, HEIGHT * row, quantity, sys.argv[1], xs, series)))
    print("</svg>")


main()
