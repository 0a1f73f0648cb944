"""Runs each tool on the same text in turn, and prints what it costs and what it finds. Started by run.sh.

Cost: user and system CPU seconds, wall seconds and peak memory of the process with its children, as the system tells
them when it ends (wait4); medians of the rounds, in which the tools take turns. Found: a planted set, scored by
`redite evaluate --score`. README.md beside this file says how each tool is driven.
"""

import argparse
import datetime
import gzip
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
GRADES = ["exact", "punct", "edit5", "edit10", "swap", "edit20"]
THRESHOLD = 0.6


class Text:
    """A file of articles in the dress that each tool wants."""

    def __init__(self, jsonl, folder):
        self.jsonl, self.folder = jsonl, folder
        self.lines = folder / "paragraphs.txt"
        self.dolma = folder / "dolma"

    def articles(self):
        with open(self.jsonl, encoding="utf-8") as file:
            for number, line in enumerate(file):
                record = json.loads(line)
                yield str(record.get("id", number)), record["text"]

    def paragraphs(self):
        """(article, first byte, end, text on one line), in the order of the file."""
        for article, text in self.articles():
            at = 0
            for piece in text.split("\n\n"):
                size = len(piece.encode())
                line = " ".join(piece.split("\n")).replace("\r", " ")
                if line.strip():
                    yield article, at, at + size, line
                at += size + 2

    def prepare(self):
        """Not timed: no tool is charged for it. Gives the bytes of text."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.dolma / "documents").mkdir(parents=True)
        with open(self.lines, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(line + "\n" for _, _, _, line in self.paragraphs())
        size = 0
        with gzip.open(self.dolma / "documents" / "part-0.json.gz", "wt", compresslevel=1, encoding="utf-8") as out:
            for article, text in self.articles():
                size += len(text.encode())
                out.write(json.dumps({"id": article, "text": text, "source": "x"}, ensure_ascii=False) + "\n")
        return size


class Tool:
    """How a tool is run, and how what it wrote is read. `found` gives (article, first byte, end) of what it removes."""

    def __init__(self, name, command, found, there=True):
        self.name, self.command, self.found, self.there = name, command, found, there


def kept_lines(text, out):
    """Of a tool that writes the lines that stay, in order: those that do not come next are removed."""
    with open(out, encoding="utf-8", newline="\n") as file:
        kept = next(file, None)
        for article, start, end, line in text.paragraphs():
            if kept == line + "\n":
                kept = next(file, None)
            else:
                yield article, start, end
    assert kept is None, f"{out}: a line that was not in the input, or in another order"


def distinct_lines(text, out):
    """Of a tool that sorts: each line stays once, and it is not said which; taken for the first."""
    with open(out, encoding="utf-8", newline="\n") as file:
        left = {line.rstrip("\n") for line in file}
    for article, start, end, line in text.paragraphs():
        if line in left:
            left.discard(line)
        else:
            yield article, start, end


def numbered_lines(text, out):
    """Of our own drivers: the numbers of the lines that are removed."""
    with open(out, encoding="utf-8") as file:
        gone = {int(line) for line in file}
    for number, (article, start, end, _) in enumerate(text.paragraphs()):
        if number in gone:
            yield article, start, end


def dolma_spans(text, _out):
    """Spans in characters of the paragraphs that were seen before."""
    path = text.dolma / "attributes" / "dedupe" / "part-0.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for (article, whole), line in zip(text.articles(), file, strict=True):
            record = json.loads(line)
            assert record["id"] == article
            for spans in record["attributes"].values():
                for start, end, _ in spans:
                    first = len(whole[:start].encode())
                    yield article, first, first + len(whole[start:end].encode())


def redite_units(_text, out):
    with open(out / "removed.jsonl", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield str(record["article"]), *record["bytes"]


def tools(scratch):
    python = scratch / "venv" / "bin" / "python"
    dolma, runiq = scratch / "venv" / "bin" / "dolma", scratch / "cargo" / "bin" / "runiq"
    redite = pathlib.Path("target/release/redite")

    def has(module):
        if not python.exists():
            return False
        return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0

    def clean(*options):
        def command(text, out):
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            return [redite, "clean", text.jsonl, "-o", out / "cleaned.jsonl", "--removed", out / "removed.jsonl",
                    "--threads", "1", "--quiet", *options]
        return command

    def dedupe(text, _out):
        shutil.rmtree(text.dolma / "attributes", ignore_errors=True)
        size = text.lines.stat().st_size
        return [dolma, "dedupe", "--documents", text.dolma / "documents" / "*.gz", "--dedupe.name", "dedupe",
                "--dedupe.paragraphs.attribute_name", "seen", "--dedupe.skip_empty", "--processes", "1",
                "--bloom_filter.file", text.dolma / f"bloom-{time.monotonic_ns()}.bin",
                "--bloom_filter.estimated_doc_count", str(max(size // 100, 1000)),
                "--bloom_filter.desired_false_positive_rate", "0.00001", "--no-bloom_filter.read_only"]

    def driver(name):
        return lambda text, _out: [python, HERE / "minhash.py", name, str(THRESHOLD), text.lines]

    return [
        Tool("redite", clean(), redite_units),
        Tool("redite --unit paragraph", clean("--unit", "paragraph"), redite_units),
        Tool("awk", lambda text, _: ["awk", "!seen[$0]++", text.lines], kept_lines, shutil.which("awk")),
        Tool("sort -u", lambda text, _: ["sort", "--parallel=1", "-u", text.lines], distinct_lines, shutil.which("sort")),
        Tool("runiq", lambda text, _: [runiq, text.lines], kept_lines, runiq.exists()),
        Tool("dolma", dedupe, dolma_spans, dolma.exists()),
        Tool("rensa", driver("rensa"), numbered_lines, has("rensa")),
        Tool("datasketch", driver("datasketch"), numbered_lines, has("datasketch")),
    ]


def slug(name):
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def run(tool, text, work):
    """CPU seconds, wall seconds, peak bytes, and where the output is."""
    out = work / f"out-{slug(tool.name)}"
    command = [os.fspath(part) for part in tool.command(text, out)]
    sink = out / "stdout" if out.is_dir() else out
    environment = dict(os.environ, LC_ALL="C", RAYON_NUM_THREADS="1", OMP_NUM_THREADS="1")
    with open(sink, "wb") as stdout, open(work / "stderr", "wb") as stderr:
        start = time.monotonic()
        pid = os.posix_spawnp(command[0], command, environment, file_actions=[
            (os.POSIX_SPAWN_DUP2, stdout.fileno(), 1), (os.POSIX_SPAWN_DUP2, stderr.fileno(), 2)])
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - start
    if status:
        tail = (work / "stderr").read_text(errors="replace")[-500:]
        raise RuntimeError(f"{tool.name} ended with {os.waitstatus_to_exitcode(status)}: {tail}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024, out


def score(tool, planted, out, work):
    """The share of each grade that was found, and what went beyond the planted."""
    removed = work / "removed.jsonl"
    with open(removed, "w", encoding="utf-8") as file:
        for article, start, end in tool.found(planted, out):
            # Most tools do not say what a unit repeats; the score asks for it, but recall does not look at it.
            kept = {"article": article, "bytes": [start, start]}
            line = {"article": article, "unit": "paragraph", "bytes": [start, end], "kept": kept}
            file.write(json.dumps(line) + "\n")
    command = ["target/release/redite", "evaluate", "--score", planted.jsonl.parent, removed, "--format", "json",
               "--quiet"]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    ran = answer["runs"][0]
    shares = {f["grade"]: f["share"] or 0 for f in ran["figures"] if f["lang"] is None and f["unit"] == "paragraph"}
    shares["beyond in 1,000"] = 1000 * ran["beyond_planted"] / answer["set"]["pars"]
    return shares


def cpu():
    try:
        info = pathlib.Path("/proc/cpuinfo").read_text()
        return re.search(r"model name\s*:\s*(.+)", info).group(1).strip()
    except (OSError, AttributeError):
        return platform.machine()


def record(rows):
    """As the modules write it (benches/README.md): rows of peers replace the older ones of the day."""
    path = HERE.parent / "record" / f"{datetime.datetime.now(datetime.UTC).date()}-{slug(cpu())}.tsv"
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    head = [line for line in old if line.startswith(("#", "bench\t"))]
    if not head:
        meta = json.loads(subprocess.run(["cargo", "metadata", "--no-deps", "--format-version", "1"], check=True,
                                         capture_output=True).stdout)
        version = meta["packages"][0]["version"]
        system = f"{os.cpu_count()} threads, {platform.machine()} {platform.system().lower()}"
        head = [f"# redite {version}, {cpu()}, {system}", "bench\tcase\tfigure\tvalue"]
    rest = [line for line in old if line not in head and not line.startswith("peers\t")]
    lines = head + rest + ["\t".join(("peers", *row)) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    work = arguments.scratch / "work"
    text = Text(arguments.file, work / "text")
    planted = Text(work / "planted" / "articles.jsonl", work / "planted-text")
    size = text.prepare()
    planted.prepare()
    chosen = []
    only = [name for name in arguments.only.split(",") if name]
    for tool in tools(arguments.scratch):
        if only and not any(tool.name.startswith(name) for name in only):
            continue
        if tool.there:
            chosen.append(tool)
        else:
            print(f"{tool.name}: not there, skipped")
    costs = {tool.name: [] for tool in chosen}
    broken = set()
    for number in range(arguments.rounds):
        for tool in chosen:
            # What takes minutes is not run again to tell seconds apart.
            if tool.name in broken or (number > 0 and costs[tool.name][0][0] > 60):
                continue
            try:
                costs[tool.name].append(run(tool, text, work)[:3])
            except RuntimeError as error:
                print(error)
                broken.add(tool.name)
    print(f"{arguments.file.name}: {size / 1e6:.1f} MB of text; medians of {arguments.rounds} rounds; "
          "recall of paragraphs in a planted set")
    print(f"{'':<24}{'CPU s':>8}{'MB/s':>8}{'wall s':>8}{'peak MB':>9}", *(f"{g:>8}" for g in GRADES),
          f"{'traps':>8}{'beyond':>8}", sep="")
    rows = [("input", "MB", f"{size / 1e6:.1f}")]
    for tool in chosen:
        if tool.name in broken:
            continue
        used, wall, peak = (statistics.median(run[i] for run in costs[tool.name]) for i in range(3))
        found = score(tool, planted, run(tool, planted, work)[3], work)
        traps = max((share for grade, share in found.items() if grade.startswith("trap_")), default=0)
        speed = size / 1e6 / used
        print(f"{tool.name:<24}{used:>8.2f}{speed:>8.1f}{wall:>8.2f}{peak / 1e6:>9.0f}",
              *(f"{found.get(grade, 0):>8.3f}" for grade in GRADES),
              f"{traps:>8.3f}{found['beyond in 1,000']:>8.2f}", sep="", flush=True)
        figures = {"CPU s": used, "MB/s": speed, "wall s": wall, "peak MB": peak / 1e6,
                   **found}
        rows += [(tool.name, figure, f"{value:.4g}") for figure, value in figures.items()]
    if arguments.record:
        path = record(rows)
        print(f"recorded in {path.relative_to(HERE.parent.parent)}")
        subprocess.run([sys.executable, HERE / "chart.py", path], check=True)


if __name__ == "__main__":
    main()
