"""Indexes: runs decide what one run decides, with evidence from inputs that are gone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

import redite
from conftest import Program
from planted import articles

ROWS = articles(300)


def test_runs_decide_what_one_run_decides(tmp_path: Path) -> None:
    expected, expected_removed, _ = redite.Detector().clean(ROWS)
    index = redite.Index.create(tmp_path / "seen", redite.Detector())
    cleaned, removed = [], []
    for start in range(0, len(ROWS), 70):
        part, gone, _ = index.clean(ROWS[start : start + 70], update=True)
        cleaned += part
        removed += gone
    assert cleaned == expected
    told = [(u.article, u.bytes, u.rule, u.kept.article, u.kept.bytes, u.kept.text) for u in removed]
    assert told == [(u.article, u.bytes, u.rule, u.kept.article, u.kept.bytes, u.kept.text) for u in expected_removed]
    assert len(index) == len(ROWS)
    assert index.compact() == 5
    redite.Index.verify(tmp_path / "seen")
    again, _, stats = index.clean(ROWS)
    assert len(index) == len(ROWS), "without update nothing is added"
    assert stats.removed_equal > 0 and all(len(a["text"]) < len(b["text"]) for a, b in zip(again, ROWS) if b["text"])


def test_the_program_and_python_share_an_index(tmp_path: Path, program: Program) -> None:
    index = redite.Index.create(tmp_path / "seen", redite.Detector())
    index.clean(ROWS[:200], update=True)
    expected, removed, _ = index.clean(ROWS[200:], source="rest.jsonl")
    out, units = program.clean("rest.jsonl", ROWS[200:], "--index", str(tmp_path / "seen"))
    assert out == expected and units == [unit.to_dict() for unit in removed]
    assert any(unit["kept"]["source"].startswith("articles:") for unit in units)


def test_queries(tmp_path: Path) -> None:
    index = redite.Index.create(tmp_path / "seen", redite.Detector())
    story = {"id": 7, "text": "The storm tore the roof off the hall. Nobody in the square was hurt."}
    index.clean([story], update=True, source="monday")
    reader = redite.Snapshot.open(tmp_path / "seen")
    late = {"id": "x", "text": "Trains stood still for hours on Monday. The storm tore the roof off the hall."}
    (repeat,) = reader.query(late)
    assert (repeat.article, repeat.kept.article, repeat.kept.source) == ("x", 7, "monday:1")
    assert repeat.kept.text == "The storm tore the roof off the hall."
    assert reader.articles_of(7) == [{**story, "source": "monday:1"}] and reader.articles_of("7") == []
    index.clean([{**story, "text": "The storm left the hall alone after all."}], update=True, replace=True)
    assert len(reader.query(late)) == 1, "a snapshot is what it was"
    assert index.snapshot().query(late) == []
    assert len(reader) == 1 and len(index) == 2


def test_articles_expire(tmp_path: Path) -> None:
    index = redite.Index.create(tmp_path / "seen", redite.Detector())
    rows = [{"id": n, "date": f"2026-11-0{n + 1}", "text": text["text"]} for n, text in enumerate(articles(8))]
    index.clean(rows, update=True)
    assert index.expire(1_793_491_200 + 3 * 86_400) == 3
    assert index.snapshot().articles_of(0) == [] and index.snapshot().articles_of(7) != []


def test_tables(tmp_path: Path) -> None:
    index = redite.Index.create(tmp_path / "seen", redite.Detector())
    expected, _, _ = redite.Detector().clean(ROWS)
    texts = []
    for rows in ROWS[:120], ROWS[120:]:
        cleaned, removed, _ = index.clean_arrow(pa.Table.from_pylist(rows), update=True)
        texts += pa.table(cleaned)["text"].to_pylist()
        kept = pa.table(removed)["kept"].to_pylist()
        assert all(unit["article"] and unit["text"] for unit in kept)
    assert texts == [row["text"] for row in expected]


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(redite.StorageError, match="no index|not an index|there is no"):
        redite.Index.open(tmp_path / "nowhere")
    index = redite.Index.create(tmp_path / "seen", redite.Detector())
    with pytest.raises(redite.StorageError):
        redite.Index.open(tmp_path / "seen")
    assert len(index) == 0
    with pytest.raises(redite.StorageError):
        redite.Index.create(tmp_path / "seen", redite.Detector())
    index.clean(ROWS[:50], update=True)
    (run,) = tmp_path.glob("seen/run-*")
    content = bytearray(run.read_bytes())
    content[len(content) // 2] ^= 1
    run.write_bytes(content)
    with pytest.raises(redite.StorageError):
        redite.Index.verify(tmp_path / "seen")


def test_settings_of_an_index(tmp_path: Path) -> None:
    redite.Index.create(tmp_path / "seen", redite.Detector(level="exact", threshold=0.8))
    index = redite.Index.open(tmp_path / "seen")
    assert "level=exact" in index.settings and "threshold=0.8" in index.snapshot().settings
