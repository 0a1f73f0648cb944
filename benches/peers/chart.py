"""Draws peers.svg beside a record: what each tool costs, and what it finds.

    chart.py [RECORD.tsv]     without it, the newest record that has peers

Records up to 2026-11-23 have other grades and cannot be drawn any more.
"""

import html
import pathlib
import sys

RECORDS = pathlib.Path(__file__).resolve().parent.parent / "record"
HEADS = ["CPU seconds", "unchanged", "5 % edited", "10 % edited", "20 % edited", "other numbers"]
LEFT, TIME, CELL, ROW, TOP = 176, 190, 86, 26, 74

STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f }
.small { font-size: 11.5px; fill: #57606a }
.ours { font-weight: 600 }
.back { fill: #8c959f; fill-opacity: .18 }
.bar { fill: #8c959f }
.ours-bar { fill: #0969da }
.bad { fill: #cf222e }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .small { fill: #9198a1 }
  .bar { fill: #7d8590 }
  .ours-bar { fill: #4493f8 }
  .bad { fill: #f85149 }
}
"""


def read(path):
    tools, size = {}, 0.0
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if cells[0] != "peers":
            continue
        if cells[1] == "input":
            size = float(cells[3])
        else:
            tools.setdefault(cells[1], {})[cells[2]] = float(cells[3])
    return size, tools


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{html.escape(words)}</text>'


def rect(x, y, width, kind):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="14" rx="2" class="{kind}"/>'


def summary(size, tools):
    parts = [f"{name}: {t['CPU s']:.1f} CPU seconds, finds {100 * t['edit10']:.0f} % of the 10 % edits"
             for name, t in tools.items()]
    return f"Time for {size:.0f} MB and share of planted repeats found. " + "; ".join(parts) + "."


def draw(size, tools):
    columns = ["exact", "edit5", "edit10", "edit20", "trap_numbers"]
    width, height = LEFT + TIME + CELL * len(columns) + 16, TOP + ROW * len(tools) + 34
    # One tool that takes minutes would make all other bars dots: a bar too long is cut, and marked.
    times = sorted(tool["CPU s"] for tool in tools.values())
    longest = min(times[-1], 2 * times[-2]) if len(times) > 1 else times[-1]
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
           f"<title>{html.escape(summary(size, tools))}</title>", f"<style>{STYLE}</style>",
           text(LEFT, 20, f"{HEADS[0]} for {size:.0f} MB", "small"), text(LEFT, 36, "less is better", "small"),
           text(LEFT + TIME, 20, "share of planted paragraphs removed: more is better", "small"),
           text(LEFT + TIME + 4 * CELL, 36, "less is better", "small")]
    out += [text(LEFT + TIME + i * CELL, 56, head, "small") for i, head in enumerate(HEADS[1:])]
    for row, (name, tool) in enumerate(tools.items()):
        y = TOP + row * ROW
        ours = name.startswith("redite")
        bar = "ours-bar" if ours else "bar"
        out.append(text(LEFT - 8, y + 12, name, "ours" if ours else "", "end"))
        length = max(1.5, (TIME - 68) * min(1, tool["CPU s"] / longest))
        label = f"{tool['CPU s']:.1f}" if tool["CPU s"] <= longest else f"⋯ {tool['CPU s']:.0f}"
        out += [rect(LEFT, y, length, bar), text(LEFT + length + 5, y + 12, label, "small")]
        for i, column in enumerate(columns):
            x, share = LEFT + TIME + i * CELL, tool[column]
            out += [rect(x, y, CELL - 44, "back"), text(x + CELL - 40, y + 12, f"{100 * share:.0f} %", "small")]
            if share:
                out.append(rect(x, y, (CELL - 44) * share, "bad" if column == "trap_numbers" else bar))
    note = "One thread each. “Other numbers”: paragraphs that differ in every number, and must stay."
    out += [text(LEFT, height - 12, note, "small"), "</svg>"]
    return "\n".join(out) + "\n"


def main():
    if len(sys.argv) > 1:
        path = pathlib.Path(sys.argv[1])
    else:
        path = max(p for p in RECORDS.glob("20*.tsv") if read(p)[1])
    size, tools = read(path)
    (RECORDS / "peers.svg").write_text(draw(size, tools), encoding="utf-8")
    print(f"benches/record/peers.svg, from {path.name}\nalt text: {summary(size, tools)}")


if __name__ == "__main__":
    main()
