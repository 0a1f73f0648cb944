"""Tables of Arrow: any library that speaks the PyCapsule interface, every layout of strings, the program's answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import redite
from conftest import Program
from planted import articles

ROWS = articles(300)
STORM = "The storm tore the roof off the old market hall."


def texts(table: Any, column: str = "text") -> list[Any]:
    return pa.table(table)[column].to_pylist()


def test_same_as_the_program_on_parquet(program: Program) -> None:
    table = pa.Table.from_pylist(ROWS)
    given = program.folder / "planted.parquet"
    pq.write_table(table, given)
    lines, units = program.clean("planted.jsonl", ROWS)
    cleaned, removed, stats = redite.Detector().clean_arrow(pq.read_table(given), source="planted.jsonl")
    assert texts(cleaned) == [row["text"] for row in lines]
    assert pa.table(cleaned).drop(["text"]) == table.drop(["text"])
    # a line has the field only where it is true
    assert pa.table(removed).to_pylist() == [{**unit, "reprint": "reprint" in unit} for unit in units]
    assert stats.articles == len(ROWS)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())], ids=str
)
@pytest.mark.parametrize("chunks", [1, 7])
def test_layouts(kind: pa.DataType, chunks: int) -> None:
    expected, expected_removed, _ = redite.Detector().clean(ROWS)
    size = -(-len(ROWS) // chunks)
    parts = [
        pa.table({"n": list(range(at, at + len(part))), "text": pa.array([row["text"] for row in part], pa.string()).cast(kind)})
        if not pa.types.is_dictionary(kind)
        else pa.table({"n": list(range(at, at + len(part))), "text": pa.array([row["text"] for row in part]).dictionary_encode()})
        for at in range(0, len(ROWS), size)
        for part in [ROWS[at : at + size]]
    ]
    table = pa.concat_tables(parts)
    cleaned, removed, _ = redite.Detector(id_field="n", lang_field="none").clean_arrow(table)
    by_lang, _, _ = redite.Detector(lang_field="none").clean(ROWS)
    assert texts(cleaned) == [row["text"] for row in by_lang]
    assert pa.table(cleaned).schema == table.schema
    assert pa.table(removed).schema.field("article").type == pa.int64()
    assert len(expected) == len(ROWS) and expected_removed


def test_text_that_stays_is_not_copied() -> None:
    table = pa.table({"text": ["A first text of some words.", "A second one that is quite another."], "n": [1, 2]})
    cleaned = pa.table(redite.Detector().clean_arrow(table)[0])
    for name in table.column_names:
        before, after = (t[name].chunk(0).buffers()[-1].address for t in (table, cleaned))
        assert before == after, name


def test_nulls_slices_and_no_rows() -> None:
    rows = [None, STORM, STORM, None, "", STORM]
    table = pa.table({"text": pa.array(rows), "lang": ["en", None, "fr", None, "en", "en"]})
    assert texts(redite.Detector().clean_arrow(table)[0]) == [None, STORM, "", None, "", ""]
    assert texts(redite.Detector().clean_arrow(table.slice(2, 4))[0]) == [STORM, None, "", ""]
    cleaned, removed, stats = redite.Detector().clean_arrow(table.slice(0, 0))
    assert pa.table(cleaned).num_rows == pa.table(removed).num_rows == stats.articles == 0
    assert pa.table(cleaned).schema == table.schema
    nothing = pa.table({"text": pa.nulls(3)})
    assert pa.table(redite.Detector().clean_arrow(nothing)[0]) == nothing


def test_structs(program: Program) -> None:
    rows = [
        {"doc": {"body": STORM, "n": 1}, "title": "a"},
        {"doc": None, "title": STORM},
        {"doc": {"body": f"{STORM} Nobody in the square was hurt.", "n": 2}, "title": None},
    ]
    table = pa.Table.from_pylist(rows)
    cleaned, removed, _ = redite.Detector(text_field="title,doc.body").clean_arrow(table)
    assert pa.table(cleaned).to_pylist() == redite.Detector(text_field="title,doc.body").clean(rows)[0]
    assert pa.table(cleaned)["doc"].to_pylist()[2] == {"body": "Nobody in the square was hurt.", "n": 2}
    kept = pa.table(removed)["kept"].to_pylist()
    assert {unit["field"] for unit in kept} <= {"title", "doc.body"}


def test_record_batches_and_readers() -> None:
    table = pa.table({"text": [STORM, STORM]})
    batch = table.to_batches()[0]
    for data in batch, pa.RecordBatchReader.from_batches(table.schema, [batch]), table:
        assert texts(redite.Detector().clean_arrow(data)[0]) == [STORM, ""]


def test_groups_dates_and_ranks() -> None:
    days = pa.array([1, 5, 20, 21], pa.int32()).cast(pa.date32())
    rows = {"text": [STORM] * 4, "site": ["a", "b", "a", "b"], "score": [3, 1, 2, 4]}
    table = pa.table({**rows, "date": days, "when": days.cast(pa.timestamp("ms"))})
    assert texts(redite.Detector(group_by="site").clean_arrow(table)[0]) == [STORM, STORM, "", ""]
    for field in "date", "when":
        cleaned = redite.Detector(within=7 * 86_400, date_field=field).clean_arrow(table)[0]
        assert texts(cleaned) == [STORM, "", STORM, ""]
    assert texts(redite.Detector(keep="newest").clean_arrow(table)[0]) == ["", "", "", STORM]
    assert texts(redite.Detector(keep="score").clean_arrow(table)[0]) == ["", STORM, "", ""]


@pytest.mark.parametrize("library", ["polars", "pandas", "duckdb"])
def test_other_libraries(library: str) -> None:
    module = pytest.importorskip(library)
    table = pa.Table.from_pylist(ROWS)
    expected = [row["text"] for row in redite.Detector().clean(ROWS)[0]]
    if library == "polars":
        data = module.from_arrow(table)
        back = module.DataFrame(redite.Detector().clean_arrow(data)[0])["text"].to_list()
    elif library == "pandas":
        data = table.to_pandas()
        back = pa.table(redite.Detector().clean_arrow(data)[0]).to_pandas()["text"].tolist()
    else:
        frame = module.from_arrow(table)
        cleaned = pa.table(redite.Detector().clean_arrow(frame)[0])
        back = [row[0] for row in module.from_arrow(cleaned).project("text").fetchall()]
    assert back == expected


def test_what_is_wrong_is_told() -> None:
    table = pa.table({"body": ["a"], "text": [1]})
    for settings, why in [
        ({"text_field": "words"}, "there is no column words; name one of body, text"),
        ({}, "holds no strings"),
        ({"text_field": "body", "group_by": "site"}, "group_by"),
        ({"text_field": "body", "within": 5}, "date_field"),
        ({"text_field": "body", "keep": "score"}, "keep"),
    ]:
        with pytest.raises(redite.SettingsError, match=why):
            redite.Detector(**settings).clean_arrow(table)  # type: ignore[arg-type]
    with pytest.raises((TypeError, ValueError)):
        redite.Detector().clean_arrow([1, 2])  # type: ignore[arg-type]


def test_memory_may_be_capped(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(articles(3000))
    whole = redite.Detector().clean_arrow(table)
    capped = redite.Detector().clean_arrow(table, memory=1 << 20, temp_dir=tmp_path)
    assert texts(whole[0]) == texts(capped[0])
    assert pa.table(whole[1]) == pa.table(capped[1])
    assert list(tmp_path.iterdir()) == []
