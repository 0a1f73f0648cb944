"""Mixes the documents of a folder with their attributes, and compares the texts with those that were cleaned; reads the marks as
tables, and compares the two forms of them."""

import glob
import gzip
import importlib.machinery
import importlib.util
import json
import pathlib
import sys

import pyarrow.json
import pyarrow.parquet


def mixer():
    """The native module of dolma by itself: the package asks for others when it is imported."""
    [folder] = [p for p in sys.path if (pathlib.Path(p) / "dolma").is_dir()]
    suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
    spec = importlib.util.spec_from_file_location("dolma", f"{folder}/dolma/dolma{suffix}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.mixer_entrypoint


def texts(folder):
    files = sorted(glob.glob(f"{folder}/*.gz"))
    return [json.loads(line)["text"] for file in files for line in gzip.open(file)]


def spelled(of):
    """The columns of an identity, or of the object that it is in."""
    article = of.pop("article")
    return {"article": str(article), "article_json": None if isinstance(article, str) else str(article), **of}


def ranges(of):
    for name in ("bytes", "chars"):
        if name in of:
            of[f"{name}_start"], of[f"{name}_end"] = of.pop(name)
    return of


def row(line):
    """The row of an article's line, by the differences that src/files/marks/parquet.rs names."""
    if line["most"]:
        line["most"] = spelled(line["most"])
    line["story"] = spelled(line["story"])
    for of in (*line["leaders"], *line["units"]):
        of["family"] = {**of["family"], **{name: of["family"].get(name) for name in ("groups", "first", "last")}}
    for leader in line["leaders"]:
        ranges(leader)
    for unit in line["units"]:
        unit["kept"] = spelled(ranges({"field": None, **unit["kept"]}))
        ranges(unit).setdefault("reprint", False)
    return spelled(line)


def tables(folder):
    """Compares the rows of Parquet with the lines, and what three readers find in it."""
    path = f"{folder}/marks.parquet"
    with open(f"{folder}/marks.jsonl", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    others = [line for line in lines if "article" not in line]
    rows = [row(line) for line in lines if "article" in line]
    about = pyarrow.parquet.read_metadata(path).metadata
    told = [line for key in (b"redite.marks", b"redite.files", b"redite.end") for line in about[key].splitlines()]
    assert [json.loads(line) for line in told] == others
    table = pyarrow.parquet.read_table(path)
    assert table.to_pylist() == rows
    families = sum(unit["family"]["articles"] for article in rows for unit in article["units"])
    read = ["pyarrow"]
    try:
        import duckdb
        import polars
    except ImportError:
        return read
    frame = polars.read_parquet(path)
    assert frame.to_dicts() == rows
    units = frame.explode("units").drop_nulls("units")["units"].struct.unnest()
    assert units["family"].struct.field("articles").sum() == families
    query = f"select sum(u.family.articles) from (select unnest(units) as u from '{path}')"
    assert duckdb.sql(query).fetchall() == [(families,)]
    return [*read, "polars", "duckdb"]


def main():
    folder = sys.argv[1]
    for name in ("in", "out"):
        (pathlib.Path(folder) / "work" / name).mkdir(parents=True)
    spans = [
        {"span": f"$.attributes.redite__{unit}", "min_score": 0.0, "replacement": ""} for unit in ("paragraph", "sentence")
    ]
    stream = {
        "name": "mixed",
        "documents": [f"{folder}/documents/*.gz"],
        "attributes": ["redite"],
        "output": {"path": f"{folder}/mixed", "max_size_in_bytes": 1 << 32},
        "span_replacement": spans,
    }
    work = {"input": f"{folder}/work/in", "output": f"{folder}/work/out"}
    mixer()(json.dumps({"streams": [stream], "work_dir": work, "processes": 1}))
    documents, mixed, cleaned = (texts(f"{folder}/{name}") for name in ("documents", "mixed", "cleaned"))
    assert len(mixed) == len(cleaned) == len(documents), (len(mixed), len(cleaned), len(documents))
    differ = [at for at, (a, b) in enumerate(zip(mixed, cleaned)) if a != b]
    assert not differ, f"{len(differ)} texts differ, first number {differ[0]}"
    changed = sum(a != b for a, b in zip(cleaned, documents))
    assert changed > 0
    options = pyarrow.json.ReadOptions(block_size=1 << 28)
    table = pyarrow.json.read_json(f"{folder}/marks.jsonl", read_options=options)
    articles = table.filter(table["article"].is_valid())
    units = sum(len(row) for row in articles["units"].to_pylist())
    assert articles.num_rows == len(documents) and units >= changed, (articles.num_rows, units)
    read = ", ".join(tables(folder))
    print(f"dolma: {len(mixed)} texts as cleaned, {changed} of them changed; pyarrow: {units} units of {articles.num_rows} articles; the same in Parquet by {read}")


main()
