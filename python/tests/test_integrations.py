"""Steps of datatrove and operators of Ray Data: the same answers as the detector gives for the same rows in order."""

from __future__ import annotations

import doctest
import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import redite
from planted import articles
from test_examples import need

STORM = "The storm tore the roof off the old market hall."
ROWS = [
    *articles(150),
    {"id": "empty", "lang": "en", "site": "site0", "text": ""},
    {"id": "alone", "lang": "en", "site": "site1", "text": "A heron built its nest on the crane of the shipyard."},
]
HIDDEN = "import sys\nfor name in {names!r}: sys.modules[name] = None\nimport redite.{module}"


@pytest.mark.parametrize(
    ("module", "names", "why"),
    [
        ("datatrove", ["datatrove"], "redite.datatrove needs datatrove: pip install datatrove"),
        ("ray", ["ray"], 'redite.ray needs Ray Data: pip install "ray[data]"'),
        ("ray", ["pyarrow"], 'redite.ray needs Ray Data: pip install "ray[data]"'),
    ],
)
def test_what_is_not_installed_is_named(module: str, names: list[str], why: str) -> None:
    code = HIDDEN.format(names=names, module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and f"ImportError: {why}" in done.stderr


# datatrove


def documents(rows: list[dict[str, Any]]) -> list[Any]:
    from datatrove.data import Document

    def document(row: dict[str, Any]) -> Any:
        about = {"language": row["lang"], "url": f"https://{row['site']}.example/"}
        return Document(text=row["text"], id=row["id"], metadata=about)

    return [document(row) for row in rows]


def test_datatrove_gives_what_the_detector_gives() -> None:
    need("datatrove")
    from redite.datatrove import RemoveRepeats

    cleaned, removed, _ = redite.Detector().clean(ROWS)
    step = RemoveRepeats()
    docs = list(step.run(iter(documents(ROWS))))
    assert [doc.text for doc in docs] == [row["text"] for row in cleaned]
    assert [(doc.id, doc.metadata) for doc in docs] == [(doc.id, doc.metadata) for doc in documents(ROWS)]
    assert len(removed) > 50 and docs[-2].text == "" and docs[-1].text == ROWS[-1]["text"]
    told = {label: step.stats[label].total for label in ("total", "forwarded", "changed", "removed_bytes")}
    changed = sum(before != after for before, after in zip(ROWS, cleaned))
    taken = sum(len(row["text"].encode()) for row in ROWS) - sum(len(row["text"].encode()) for row in cleaned)
    assert told == {"total": 152, "forwarded": 152, "changed": changed, "removed_bytes": taken}
    assert step.stats["removed_equal"].total + step.stats["removed_near"].total == len(removed)
    assert list(RemoveRepeats().run(None)) == list(RemoveRepeats().run(iter(()))) == []


def test_datatrove_reads_metadata() -> None:
    need("datatrove")
    from redite.datatrove import RemoveRepeats

    for settings, same in [
        ({"group_by": "url:host"}, {"group_by": "site"}),
        ({"keep": "-url"}, {"keep": "-site"}),
        ({"lang_field": "none", "lang": "en"}, {"lang_field": "none", "lang": "en"}),
    ]:
        cleaned, _, _ = redite.Detector(**same).clean(ROWS)  # type: ignore[arg-type]
        docs = RemoveRepeats(**settings).run(documents(ROWS))  # type: ignore[arg-type]
        assert [doc.text for doc in docs] == [row["text"] for row in cleaned]


def test_datatrove_can_say_what_was_removed(tmp_path: Path) -> None:
    need("datatrove", "pyarrow")
    import pyarrow.parquet as pq
    from datatrove.pipeline.writers import ParquetWriter

    from redite.datatrove import RemoveRepeats

    rows = [*ROWS, {**ROWS[0], "text": STORM}, {**ROWS[0], "text": f"{STORM[:-1]} yesterday."}]
    cleaned, removed, _ = redite.Detector().clean(rows, source="00003")
    writer = ParquetWriter(str(tmp_path))
    step = RemoveRepeats(removed_writer=writer, drop_empty=True, add_metadata=True, memory=1 << 24, temp_dir=tmp_path)
    docs = list(step.run(documents(rows), rank=3, world_size=9))
    assert [doc.text for doc in docs] == [row["text"] for row in cleaned if row["text"]]
    assert step.stats["dropped"].total == len(cleaned) - len(docs) > 1
    assert docs[-1].id == ROWS[0]["id"] and docs[-1].metadata["redite"] == {"units": 0, "bytes": 0}
    assert max(doc.metadata["redite"]["units"] for doc in docs) > 1

    units = pq.read_table(tmp_path / "000_00003.parquet").to_pylist()
    assert [(unit["id"], unit["text"], unit["metadata"]["source"]) for unit in units] == [
        (unit.article, unit.text, unit.source) for unit in removed
    ]
    assert [unit["metadata"]["kept"] for unit in units] == [unit.kept.to_dict() for unit in removed]
    assert units[-1]["metadata"]["lost"] == "yesterday"
    for number, (row, clean) in enumerate(zip(rows, cleaned), 1):
        of_row = [{**unit["metadata"], **unit} for unit in units if unit["metadata"]["source"] == f"00003:{number}"]
        assert redite.restore(clean["text"], of_row) == row["text"]


def of_task(rows: list[dict[str, Any]], data: Any, rank: int, world_size: int) -> Iterator[Any]:
    yield from documents(rows[rank::world_size])


def test_datatrove_compares_the_documents_of_a_task(tmp_path: Path) -> None:
    need("datatrove", "pyarrow")
    import pyarrow.parquet as pq
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.writers import ParquetWriter

    from redite.datatrove import RemoveRepeats

    steps = [functools.partial(of_task, ROWS), RemoveRepeats(level="exact"), ParquetWriter(str(tmp_path / "out"))]
    stats = LocalPipelineExecutor(steps, tasks=2, workers=2, logging_dir=str(tmp_path / "logs")).run()
    assert "removed_equal" in str(stats)
    for rank in range(2):
        rows = pq.read_table(tmp_path / "out" / f"000_{rank:05d}.parquet").to_pylist()
        expected, _, _ = redite.Detector(level="exact").clean(ROWS[rank::2])
        assert [row["text"] or "" for row in rows] == [row["text"] for row in expected]


def test_datatrove_names_wrong_settings(tmp_path: Path) -> None:
    need("datatrove")
    from redite.datatrove import RemoveRepeats

    for settings, why in [
        ({"level": "nearly"}, "exact, editor"),
        ({"text_field": "body"}, "doc.text"),
        ({"id_field": "n"}, "doc.id"),
    ]:
        with pytest.raises(redite.SettingsError, match=why):
            RemoveRepeats(**settings)  # type: ignore[arg-type]
    step = RemoveRepeats(memory=1 << 20, temp_dir=tmp_path / "nowhere")
    with pytest.raises(redite.StorageError, match="nowhere"):
        list(step.run(documents(articles(3000))))


def test_datatrove_documentation() -> None:
    need("datatrove")
    import redite.datatrove

    assert doctest.testmod(redite.datatrove) == doctest.TestResults(0, 3)


# Ray Data


@pytest.fixture(scope="module")
def data() -> Iterator[Any]:
    need("ray.data", "pyarrow")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray.data
    ray.shutdown()


def slow_first(batch: dict[str, Any]) -> dict[str, Any]:
    time.sleep(1.5 if batch["id"][0] == ROWS[0]["id"] else 0)
    return batch


def test_ray_gives_what_the_detector_gives(data: Any) -> None:
    import pyarrow as pa

    import redite.ray

    table = pa.Table.from_pylist(ROWS)
    expected, expected_removed, _ = redite.Detector().clean_arrow(table, source="dataset")
    # Blocks that are done sooner must not come sooner.
    dataset = data.from_items(ROWS, override_num_blocks=7).map_batches(slow_first)
    cleaned, removed = redite.ray.clean(dataset, ray_remote_args={"num_cpus": 2})
    assert cleaned.take_all() == pa.table(expected).to_pylist()
    assert [row["text"] for row in cleaned.take_all()] == [row["text"] for row in redite.Detector().clean(ROWS)[0]]
    assert removed.take_all() == pa.table(expected_removed).to_pylist()
    assert cleaned.num_blocks() == 7 and cleaned.schema().names == ["id", "lang", "site", "text"]
    assert not dataset.context.execution_options.preserve_order, "the caller's option was changed"


def test_ray_takes_blocks_of_all_kinds(data: Any, tmp_path: Path) -> None:
    import pyarrow as pa

    import redite.ray

    texts = [row["text"] for row in redite.Detector(level="exact").clean(ROWS)[0]]
    frames = [pa.Table.from_pylist(ROWS[:70]).to_pandas(), pa.Table.from_pylist(ROWS[70:]).to_pandas()]
    cleaned, _ = redite.ray.clean(data.from_pandas(frames), level="exact", memory=1 << 24, temp_dir=tmp_path)
    assert [row["text"] for row in cleaned.take_all()] == texts

    strings = data.from_items([STORM, STORM])
    assert redite.ray.clean(strings, text_field="item")[0].take_all() == [{"item": STORM}, {"item": ""}]

    # Some blocks have no value, none at all, or lost their columns.
    numbered = data.from_items([{"n": n, "text": None if n < 2 else STORM} for n in range(6)], override_num_blocks=3)
    assert [row["text"] for row in redite.ray.clean(numbered)[0].take_all()] == [None, None, STORM, "", "", ""]
    for first, expected in [(1, [None, STORM, "", "", ""]), (3, [STORM, "", ""]), (5, [STORM]), (6, [])]:
        cleaned, removed = redite.ray.clean(numbered.filter(lambda row: row["n"] >= first))
        assert [row["text"] for row in cleaned.take_all()] == expected
        assert removed.count() == expected.count("") and "kept" in removed.schema().names
    nothing, removed = redite.ray.clean(data.from_items([]))
    assert nothing.take_all() == removed.take_all() == []


def test_ray_cleans_groups(data: Any) -> None:
    import redite.ray

    rows = [{**row, "n": n, "half": n % 2 if n % 5 else None} for n, row in enumerate(ROWS)]
    dataset = data.from_items(rows, override_num_blocks=5).random_shuffle(seed=1)
    for key in "site", "half":
        expected, removed, _ = redite.Detector(group_by=key, keep="n").clean(rows)
        cleaned = redite.ray.clean_groups(dataset, key, num_partitions=3, keep="n").take_all()
        assert sorted(cleaned, key=lambda row: row["n"]) == expected and removed
    both = redite.ray.clean_groups(dataset, ["site", "half"], num_partitions=2, keep="n").take_all()
    named = [{**row, "both": f"{row['site']} {row['half']}"} for row in rows]
    joined, _, _ = redite.Detector(group_by="both", keep="n").clean(named)
    assert {row["n"]: row["text"] for row in both} == {row["n"]: row["text"] for row in joined}
    # (a group without any text)
    few = data.from_items([{"k": 1, "text": None}, {"k": 2, "text": STORM}, {"k": 2, "text": STORM}])
    texts = [row["text"] for row in redite.ray.clean_groups(few, "k", num_partitions=1).take_all()]
    assert sorted(map(str, texts)) == ["", "None", STORM]


def test_ray_names_wrong_settings(data: Any) -> None:
    import redite.ray

    dataset = data.from_items([{"body": STORM}])
    with pytest.raises(redite.SettingsError, match="exact, editor"):
        redite.ray.clean(dataset, level="nearly")  # type: ignore[arg-type]
    with pytest.raises(redite.SettingsError, match="exact, editor"):
        redite.ray.clean_groups(dataset, "body", level="nearly")  # type: ignore[arg-type]
    with pytest.raises(redite.SettingsError, match="there is no column text; name one of body"):
        redite.ray.clean(dataset)
    with pytest.raises(redite.SettingsError, match="there is no column text; name one of body"):
        redite.ray.clean_groups(dataset, "body", num_partitions=1).take_all()


def test_ray_documentation(data: Any) -> None:
    import redite.ray

    assert doctest.testmod(redite.ray) == doctest.TestResults(0, 7)
