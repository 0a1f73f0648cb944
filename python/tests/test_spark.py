"""The Spark job: the rows and removals of one machine, on two local cores and on a real cluster whose executors die."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import redite
from planted import articles

if os.environ.get("REDITE_ALL") != "1":
    pytest.importorskip("pyspark")
    if not shutil.which("java"):
        pytest.skip("Spark needs java", allow_module_level=True)

import pyspark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

from redite import spark  # noqa: E402

ROWS = [{**row, "position": number} for number, row in enumerate(articles(600))]


def builder(master: str) -> Any:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
    }
    made = SparkSession.builder.master(master).appName("redite tests")
    for name, value in options.items():
        made = made.config(name, value)
    return made


@pytest.fixture(scope="module")
def local() -> Iterator[SparkSession]:
    session = builder("local[2]").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def told(removed: list[Any]) -> list[Any]:
    """What is the same however rows are divided into blocks: all but the places."""
    return sorted(
        (u["article"], u["field"], u["unit"], tuple(u["bytes"]), tuple(u["chars"]), u["text"], u["rule"], u["measure"])
        + (u["similarity"], tuple(u["lost"]), bool(u.get("reprint")))
        + (u["kept"]["article"], tuple(u["kept"]["bytes"]), u["kept"]["text"])
        for u in removed
    )


def rows_of(frame: Any) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.collect()]


def hold(session: SparkSession, work: Path, rows: list[dict[str, Any]], partitions: int, blocks: int | None, **settings: Any) -> None:
    shuffled = rows[:]
    random.Random(partitions).shuffle(shuffled)
    frame = session.createDataFrame(shuffled).repartition(partitions)
    cleaned, removed = spark.clean(frame, work=work, order="position", blocks=blocks, **settings)
    expected, units, _ = redite.Detector(**settings).clean(rows)
    assert sorted(rows_of(cleaned), key=lambda row: int(row["position"])) == expected
    assert told(rows_of(removed)) == told([unit.to_dict() for unit in units])
    assert cleaned.schema == frame.schema and units


@pytest.mark.parametrize(("partitions", "blocks"), [(1, 1), (7, 3), (64, 2), (2, 9), (3, None)])
def test_same_as_one_machine(local: SparkSession, tmp_path: Path, partitions: int, blocks: int | None) -> None:
    hold(local, tmp_path / "work", ROWS, partitions, blocks)


@pytest.mark.parametrize("settings", [{"level": "exact"}, {"unit": "sentence", "threshold": 0.7}, {"scope": "article"}])
def test_settings_go_along(local: SparkSession, tmp_path: Path, settings: dict[str, Any]) -> None:
    hold(local, tmp_path / "work", ROWS[:300], 3, 4, **settings)


def test_sample_and_several_fields(local: SparkSession, tmp_path: Path, sample: list[dict[str, Any]]) -> None:
    rows = [
        {"position": n, "id": n, "lang": row.get("lang"), "title": row.get("title"), "text": row["text"]}
        for n, row in enumerate(sample)
    ]
    frame = local.createDataFrame(rows, "position long, id long, lang string, title string, text string")
    fields = ["title", "text"]
    cleaned, removed = spark.clean(frame, work=tmp_path / "work", order=["position"], text=fields, blocks=4)
    expected, units, _ = redite.Detector(text_field=fields).clean(rows)
    assert sorted(rows_of(cleaned), key=lambda row: int(row["position"])) == expected
    found = rows_of(removed)
    assert told(found) == told([unit.to_dict() for unit in units])
    assert {type(unit["article"]) for unit in found} == {int} and {unit["kept"]["field"] for unit in found} <= set(fields)


def test_a_call_that_failed_goes_on(local: SparkSession, tmp_path: Path) -> None:
    frame = local.createDataFrame(ROWS[:200])
    work = tmp_path / "work"
    spark.clean(frame, work=work, order="position", blocks=3)
    whole = {name: (work / name).read_bytes() for name in os.listdir(work)}
    for name in "met-2-1", "run-2", "decided-2":
        (work / name).unlink()
    kept = (work / "cut-0").stat().st_mtime_ns
    cleaned, _ = spark.clean(frame, work=work, order="position", blocks=3)
    assert {name: (work / name).read_bytes() for name in os.listdir(work)} == whole
    assert (work / "cut-0").stat().st_mtime_ns == kept and cleaned.count() == 200
    cleaned, removed = spark.clean(frame, work=work, order="position", blocks=3, keep_files=False)
    assert not list(work.glob("met-*")) and not list(work.glob("run-*"))
    assert cleaned.count() == 200 and removed.count() > 0
    again, _ = spark.clean(frame, work=work, order="position", blocks=3)
    assert rows_of(again) == rows_of(cleaned)
    for other in (frame.drop("site"), frame.withColumnRenamed("text", "body")):
        with pytest.raises(redite.SettingsError, match="another frame"):
            spark.clean(other, work=work, order="position", text="body" if "body" in other.columns else "text")


def test_what_is_wrong_is_told(local: SparkSession, tmp_path: Path) -> None:
    frame = local.createDataFrame(ROWS[:20])
    for options, why in [
        ({"order": "when"}, "there is no column when; name one of"),
        ({"order": []}, "order"),
        ({"order": "position", "keep": "last"}, "order="),
        ({"order": "position", "level": "nearly"}, "editor"),
    ]:
        with pytest.raises(redite.SettingsError, match=re.escape(why)):
            spark.clean(frame, work=tmp_path / "work", **options)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="two rows have lang="):
        spark.clean(frame, work=tmp_path / "twice", order="lang")
    with pytest.raises(Exception, match="there is no column body"):
        spark.clean(frame, work=tmp_path / "body", order="position", text="body")


def test_no_rows(local: SparkSession, tmp_path: Path) -> None:
    frame = local.createDataFrame(ROWS[:5]).filter("position < 0")
    cleaned, removed = spark.clean(frame, work=tmp_path / "work", order="position", blocks=3)
    assert (cleaned.count(), removed.count()) == (0, 0)


class Cluster:
    """A standalone master and two workers of one core each, on this machine."""

    def __init__(self, folder: Path) -> None:
        self.home = Path(pyspark.__file__).parent
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"spark://127.0.0.1:{port}"
        self.processes = [
            self.start("master", "master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        ]
        for number in range(2):
            work = folder / f"worker-{number}"
            worker = ["--host", "127.0.0.1", "--cores", "1", "--memory", "2g", "--webui-port", "0", "--work-dir", str(work)]
            self.processes.append(self.start(f"worker-{number}", "worker.Worker", *worker, self.url))
        until = time.monotonic() + 90
        while (self.folder / "master.log").read_text().count("Registering worker") < 2:
            assert time.monotonic() < until, (self.folder / "master.log").read_text()
            time.sleep(0.2)

    def start(self, name: str, what: str, *options: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "SPARK_HOME": str(self.home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        command = [str(self.home / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}", *options]
        with open(self.folder / f"{name}.log", "wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def executors(self) -> list[int]:
        """The processes of executors, which the workers have started."""
        workers = {process.pid for process in self.processes[1:]}
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes()
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
                if b"CoarseGrainedExecutorBackend" in command and parent in workers:
                    found.append(int(entry.name))
        return sorted(found)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(30)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("executors are found by /proc")
    running = SparkSession.getActiveSession()
    if running is not None:
        running.stop()
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


def kill_one_when(cluster: Cluster, is_time: Any, killed: list[int], done: threading.Event) -> threading.Thread:
    def wait() -> None:
        while not done.wait(0.005):
            if is_time() and (executors := cluster.executors()):
                os.kill(executors[0], signal.SIGKILL)
                killed.append(executors[0])
                return

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.parametrize("moment", ["cut", "met", "decided", "applied"])
def test_an_executor_is_killed(cluster: Cluster, tmp_path: Path, moment: str) -> None:
    rows = [{**row, "position": number} for number, row in enumerate(articles(3000))]
    random.Random(1).shuffle(rows)
    session = builder(cluster.url).config("spark.executor.memory", "1g").config("spark.task.maxFailures", "8").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    work, killed, done = tmp_path / "work", list[int](), threading.Event()
    moments = {
        # as soon as the first file of a stage is there, others of it are on their way
        "cut": lambda: work.exists() and any(work.glob("rows-*")) and not (work / "BLOCKS").exists(),
        "met": lambda: work.exists() and any(work.glob("met-*")),
        "decided": lambda: (work / "decided-1").exists(),
        "applied": lambda: (work / "decided-5").exists(),
    }
    killer = kill_one_when(cluster, moments[moment], killed, done)
    try:
        frame = session.createDataFrame(rows).repartition(8)
        cleaned, removed = spark.clean(frame, work=work, order="position", blocks=6)
        found, units = rows_of(cleaned), rows_of(removed)
    finally:
        done.set()
        killer.join()
        session.stop()
    assert killed, "no executor was killed"
    rows.sort(key=lambda row: int(row["position"]))
    expected, expected_units, _ = redite.Detector().clean(rows)
    assert sorted(found, key=lambda row: int(row["position"])) == expected
    assert told(units) == told([unit.to_dict() for unit in expected_units])
