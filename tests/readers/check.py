"""Mixes the documents of a folder with their attributes, and compares the texts with those that were cleaned; reads the marks as a table."""

import glob
import gzip
import importlib.machinery
import importlib.util
import json
import pathlib
import sys

import pyarrow.json


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
    print(f"dolma: {len(mixed)} texts as cleaned, {changed} of them changed; pyarrow: {units} units of {articles.num_rows} articles")


main()
