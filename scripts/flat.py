"""Tells whether samples of a long run are flat, for ./dev bench soak: a table of them, and the rule applied to each column.

usage: flat.py <SAMPLES   tab-separated with a heading; the first column is the time
exit status: 1 when a column is not flat
"""
import statistics
import sys

MOST_ROWS = 24
RULE = """The first third warms up. Flat is what has at most {:.0%} more in the last third than in the second, by their medians, or
one more where it is small."""
MORE = 0.05


def main():
    (time, *names), *rows = [row.rstrip("\n").split("\t") for row in sys.stdin]
    if len(rows) < 6:
        sys.exit("flat.py: at least six samples are needed")
    names = [name.split("|")[0] for name in names]
    print(f"| {time} | {' | '.join(names)} |\n|--:|{'--:|' * len(names)}")
    for row in rows[:: -(-len(rows) // MOST_ROWS)]:
        print(f"| {' | '.join(row)} |")
    print("\n" + RULE.format(MORE) + "\n")
    third = len(rows) // 3
    is_flat = True
    for name, column in zip(names, list(zip(*rows))[1:]):
        values = [float(cell) for cell in column]
        before, after = statistics.median(values[third : 2 * third]), statistics.median(values[2 * third :])
        flat = after <= max(before * (1 + MORE), before + 1)
        is_flat = is_flat and flat
        print(f"* {name}: {before:g}, then {after:g}: {'flat' if flat else 'NOT flat'}")
    return 0 if is_flat else 1


sys.exit(main())
