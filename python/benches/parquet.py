"""Cleans a Parquet file by way of pyarrow: `python benches/parquet.py FILE OUT`, to be timed beside `redite clean FILE -o OUT --removed REMOVED`."""

from __future__ import annotations

import sys

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

import redite

if __name__ == "__main__":
    given, out = sys.argv[1:]
    cleaned, removed, _ = redite.Detector().clean_arrow(pq.read_table(given))
    pq.write_table(pa.table(cleaned), out, compression="zstd")
    pq.write_table(pa.table(removed), f"{out}.removed", compression="zstd")
