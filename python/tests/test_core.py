"""Articles as Python has them: the same answers as the program, and nothing that a text holds raises."""

from __future__ import annotations

import ast
import datetime
import doctest
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import redite
from conftest import Program
from planted import articles

STORM = "The storm tore the roof off the old market hall."


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({}, []),
        ({"level": "exact"}, ["--level", "exact"]),
        ({"level": "boilerplate", "threshold": 0.6}, ["--level", "boilerplate", "--threshold", "0.6"]),
        ({"unit": "sentence"}, ["--unit", "sentence"]),
        ({"unit": "paragraph", "similarity": "containment"}, ["--unit", "paragraph", "--similarity", "containment"]),
        ({"scope": "article"}, ["--scope", "article"]),
        ({"keep": "longest"}, ["--keep", "longest"]),
        ({"keep": "-id"}, ["--keep", "-id"]),
        ({"group_by": "site"}, ["--group-by", "site"]),
        ({"group_by": "site", "across": True}, ["--group-by", "site", "--across"]),
        ({"min_tokens": 9, "paragraphs": "line"}, ["--min-tokens", "9", "--paragraphs", "line"]),
    ],
)
def test_same_as_the_program(
    program: Program, sample: list[dict[str, Any]], settings: dict[str, Any], options: list[str]
) -> None:
    found = 0
    grouped = [{**row, "site": f"site{number % 3}"} for number, row in enumerate(sample)]
    both: list[tuple[str, list[dict[str, Any]]]] = [("sample.jsonl", grouped), ("planted.jsonl", articles(400))]
    for name, rows in both:
        expected, expected_removed = program.clean(name, rows, *options)
        detector = redite.Detector(**settings)
        cleaned, removed, stats = detector.clean(rows, source=name)
        assert cleaned == expected
        assert [unit.to_dict() for unit in removed] == expected_removed
        assert stats.removed_equal + stats.removed_near == len(removed)
        found += len(removed)
        capped, capped_removed, _ = detector.clean(rows, source=name, memory=1 << 24)
        assert (capped, [unit.to_dict() for unit in capped_removed]) == (cleaned, expected_removed)
    assert found > 0


def test_several_fields_and_nested_ones(program: Program) -> None:
    rows = [
        {"title": f"{STORM}", "body": {"text": f"{STORM} Nobody was hurt in the square.", "n": 1}},
        {"title": None, "body": {"text": STORM}},
        {"title": STORM, "body": {}},
        {"title": STORM},
    ]
    fields = "title,body.text"
    expected, expected_removed = program.clean("nested.jsonl", rows, "--text-field", fields)
    before = json.dumps(rows)
    for given in fields, ["title", "body.text"]:
        cleaned, removed, _ = redite.Detector(text_field=given).clean(rows, source="nested.jsonl")
        assert cleaned == expected
        assert [unit.to_dict() for unit in removed] == expected_removed
        assert removed[0].kept.field == "title"
    assert json.dumps(rows) == before, "the rows that came were changed"


def test_dates(program: Program) -> None:
    times = ["2026-11-01T00:00:00Z", "2026-11-05", "20261120", "2026-11-21T12:00:00+02:00"]
    rows = [{"id": n, "text": STORM, "date": date} for n, date in enumerate(times)]
    expected, _ = program.clean("dates.jsonl", rows, "--within", "7d")
    week = datetime.timedelta(days=7)
    assert redite.Detector(within=week).clean(rows)[0] == expected
    assert redite.Detector(within=7 * 86_400).clean(rows)[0] == expected
    days = [datetime.datetime(2026, 11, 1), datetime.date(2026, 11, 5), 1_795_132_800, 1_795_132_800.5]
    assert redite.Detector(within=week).clean([{**row, "date": day} for row, day in zip(rows, days)])[0][1]["text"] == ""
    newest, _ = program.clean("newest.jsonl", rows, "--keep", "newest")
    assert redite.Detector(keep="newest").clean(rows)[0] == newest


def test_strings_and_what_comes_back() -> None:
    texts = [STORM, f"{STORM} Nobody in the square was hurt."]
    cleaned, removed, stats = redite.Detector().clean(iter(texts))
    assert cleaned == [STORM, "Nobody in the square was hurt."]
    assert cleaned[0] is texts[0], "what stays as it is need not be copied"
    unit = removed[0]
    assert (unit.article, unit.source, unit.unit, unit.rule) == ("articles:2", "articles:2", "sentence", "equal")
    assert (unit.bytes, unit.chars, unit.text) == ((0, 49), (0, 49), f"{STORM} ")
    assert (unit.kept.article, unit.kept.bytes, unit.kept.text) == ("articles:1", (0, 48), STORM)
    assert (stats.articles, stats.removed_equal) == (2, 1)
    assert "Nobody" not in repr(unit) and "equal" in repr(unit) and "articles=2" in repr(stats)
    assert redite.clean(f"{STORM} {STORM}") == STORM
    assert [unit.text for unit in redite.find(f"{STORM} {STORM}")] == [f" {STORM}"]


def test_everything_removed_can_be_put_back() -> None:
    rows = articles(300)
    cleaned, removed, _ = redite.Detector().clean(rows)
    by_id: dict[str, list[redite.Removed]] = {row["id"]: [] for row in rows}
    for unit in removed:
        by_id[unit.article].append(unit)
    for row, clean in zip(rows, cleaned):
        assert redite.restore(clean["text"], by_id[row["id"]]) == row["text"]
        assert redite.restore(clean["text"], [unit.to_dict() for unit in by_id[row["id"]]]) == row["text"]
        for unit in by_id[row["id"]]:
            start, end = unit.chars
            assert row["text"][start:end] == unit.text
            assert row["text"].encode()[slice(*unit.bytes)].decode() == unit.text
    with pytest.raises(ValueError, match="not the one"):
        redite.restore("", removed[:1] if removed[0].chars[0] else removed[1:2])


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "a\udfffb " * 9, "\u202e" * 99, "x" * 1_000_000, "é\r\n\n\n" * 99, "１５００ " * 50])
def test_no_text_raises(text: str) -> None:
    mixed: list[Any] = [text, {"text": text, "id": text}, {"text": text, "id": {}}]
    cleaned, _, _ = redite.Detector().clean(mixed)
    assert len(cleaned) == 3
    assert isinstance(redite.clean(text), str)
    redite.find(text)


@pytest.mark.parametrize("row", [{}, {"text": None}, {"text": 5}, {"text": ["a"]}, {"text": b"a"}, {"text": {"text": "a"}}])
def test_records_without_a_text_stay(row: dict[str, Any]) -> None:
    cleaned, removed, _ = redite.Detector().clean([row, {"text": STORM}])
    assert cleaned == [row, {"text": STORM}] and cleaned[0] is row and removed == []


def test_wrong_settings_say_what_to_do() -> None:
    for settings, why in [
        ({"level": "nearly"}, "exact, editor, boilerplate"),
        ({"threshold": 1.5}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
        ({"unit": "word"}, "both, paragraph, sentence"),
        ({"scope": "world"}, "article or corpus"),
        ({"similarity": "cosine"}, "jaccard"),
        ({"keep": ""}, "first"),
        ({"across": True}, "group_by"),
        ({"within": -1}, "within"),
        ({"text_field": ""}, "text_field"),
        ({"text_field": []}, "text_field"),
    ]:
        with pytest.raises(redite.SettingsError, match=why):
            redite.Detector(**settings)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="tokens"):
        redite.Detector(tokens=3)  # type: ignore[call-arg]
    with pytest.raises(redite.SettingsError, match="text_field="):
        redite.Detector().clean([{"body": STORM}])
    with pytest.raises(TypeError, match="redite.clean"):
        redite.Detector().clean(STORM)
    with pytest.raises(TypeError, match="str or a dict"):
        redite.Detector().clean([3])  # type: ignore[type-var]
    assert issubclass(redite.SettingsError, ValueError) and issubclass(redite.StorageError, OSError)


def test_temporary_files_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(redite.StorageError, match="nowhere"):
        redite.Detector().clean(articles(3000), memory=1 << 20, temp_dir=tmp_path / "nowhere")


def test_sessions() -> None:
    rows = articles(200)
    expected, removed, stats = redite.Detector().clean(rows)
    session = redite.Detector().session(memory=1 << 24)
    assert session.push(rows[0]) == 0
    assert session.push_all(iter(rows[1:])) == len(rows) - 1
    detection = session.finish()
    assert len(detection) == len(rows) and detection.stats == stats
    assert [detection.clean(number, row) for number, row in enumerate(rows)] == expected
    repeats = [repeat for number, row in enumerate(rows) for repeat in detection.repeats(number, row)]
    told = [(unit.bytes, unit.chars, unit.text, unit.rule, unit.similarity, unit.kept.bytes) for unit in removed]
    assert [(r.bytes, r.chars, r.text, r.rule, r.similarity, r.kept_bytes) for r in repeats] == told
    assert [rows[r.kept_article]["id"] for r in repeats] == [unit.kept.article for unit in removed]
    with pytest.raises(RuntimeError, match="finished"):
        session.push(STORM)
    with pytest.raises(IndexError):
        detection.clean(len(rows), rows[0])
    number = next(n for n, (row, clean) in enumerate(zip(rows, expected)) if row != clean)
    with pytest.raises(ValueError, match="not the text"):
        detection.clean(number, "Another text.")


def test_progress_is_told_and_may_stop() -> None:
    told: list[tuple[str, float]] = []
    session = redite.Detector(level="boilerplate").session()
    session.push_all(f"{STORM[:-1]} in {n} and {n * n}." for n in range(600_000))
    session.finish(progress=lambda stage, share: told.append((stage, share)))
    assert told and all(isinstance(stage, str) and 0 <= share <= 1 for stage, share in told)

    class Enough(Exception):
        pass

    def stop(stage: str, share: float) -> None:
        raise Enough

    session = redite.Detector(level="boilerplate").session()
    session.push_all(f"{STORM[:-1]} in {n} and {n * n}." for n in range(600_000))
    with pytest.raises(Enough):
        session.finish(progress=stop)


def test_other_threads_run_meanwhile() -> None:
    big = [f"{STORM[:-1]} in {n} and {n * n}." for n in range(50_000)]
    session = redite.Detector(level="boilerplate").session()
    session.push_all(big)
    counted, done = 0, threading.Event()

    def finish() -> None:
        session.finish()
        done.set()

    worker = threading.Thread(target=finish)
    worker.start()
    while not done.wait(0.001):
        counted += 1
    worker.join()
    assert counted > 3


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_stops_it() -> None:
    code = (
        "import redite\n"
        "big = [f'The storm tore the roof off the hall in {n} and {n * n}.' for n in range(1_500_000)]\n"
        "print('go', flush=True)\n"
        "redite.Detector(level='boilerplate').clean(big)\n"
        "print('done', flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "go\n"
    time.sleep(1.5)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=120)
    assert "KeyboardInterrupt" in err and "done" not in out, (out, err)


def test_the_documents_examples_run() -> None:
    assert doctest.testmod(redite).failed == 0
    from redite import _restore

    assert doctest.testmod(_restore).failed == 0
    stubs = ast.parse(Path(redite.__file__).with_name("_redite.pyi").read_text(encoding="utf-8"))
    examples = 0
    for node in ast.walk(stubs):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
            parsed = doctest.DocTestParser().get_doctest(text, {"Detector": redite.Detector}, node.name, None, 0)
            examples += len(parsed.examples)
            assert doctest.DocTestRunner().run(parsed).failed == 0
    assert examples > 12
