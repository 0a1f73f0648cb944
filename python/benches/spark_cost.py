"""What the Spark job costs on a standalone master and two workers of one core: `python benches/spark_cost.py FILE BLOCKS…`.

FILE is Parquet with the columns `position`, `id` and `text`. For each number of blocks it prints a line of JSON: CPU seconds of the workers and all
that they start, wall seconds until all is decided and until all is written, MB that were shuffled (compressed, as Spark reports them), and MB of
each sort of file in the work folder. CPU seconds of the driver are left out; so are those of the program, which are to be had by
`redite clean FILE`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from test_spark import Cluster, builder  # noqa: E402

from redite import spark  # noqa: E402


def cpu_seconds(roots: set[int]) -> float:
    """Of some processes and all below them, dead ones included."""
    parents, used = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = sum(map(int, fields[11:15]))

    def is_below(process: int) -> bool:
        while process not in roots and process in parents:
            process = parents[process]
        return process in roots

    return sum(ticks for process, ticks in used.items() if is_below(process)) / 100


def run(given: str, blocks: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cluster = Cluster(folder)
        try:
            options = {"spark.executor.memory": "2g", "spark.eventLog.enabled": "true", "spark.eventLog.dir": str(folder)}
            options |= {"spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false"}
            made = builder(cluster.url)
            for name, value in options.items():
                made = made.config(name, value)
            session = made.getOrCreate()
            session.sparkContext.setLogLevel("ERROR")
            workers = {process.pid for process in cluster.processes[1:]}
            frame = session.read.parquet(given)
            before, begun = cpu_seconds(workers), time.monotonic()
            cleaned, removed = spark.clean(frame, work=folder / "work", order="position", blocks=blocks)
            decided = time.monotonic()
            cleaned.write.parquet(str(folder / "cleaned"))
            removed.write.parquet(str(folder / "removed"))
            written, after = time.monotonic(), cpu_seconds(workers)
            session.stop()
            sizes: Counter[str] = Counter()
            for path in (folder / "work").iterdir():
                sizes[path.name.partition("-")[0]] += path.stat().st_size
            shuffled = 0
            for log in folder.glob("app-*"):
                for line in log.open(encoding="utf-8"):
                    event = json.loads(line)
                    if event["Event"] == "SparkListenerTaskEnd":
                        metrics = event.get("Task Metrics") or {}
                        shuffled += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
            return {
                "blocks": blocks,
                "cpu": round(after - before, 1),
                "decided": round(decided - begun, 1),
                "written": round(written - begun, 1),
                "shuffled": round(shuffled / 1e6, 1),
                "work": {name: round(size / 1e6, 1) for name, size in sorted(sizes.items())},
            }
        finally:
            cluster.stop()


if __name__ == "__main__":
    for blocks in map(int, sys.argv[2:]):
        print(json.dumps(run(sys.argv[1], blocks)), flush=True)
