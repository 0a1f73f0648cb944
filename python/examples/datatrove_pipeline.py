"""A datatrove pipeline with a step that removes repeats, which writes the documents and the removed units."""

import tempfile

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from datatrove.data import Document  # type: ignore[import-untyped]
from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-untyped]
from datatrove.pipeline.writers import ParquetWriter  # type: ignore[import-untyped]

from redite.datatrove import RemoveRepeats

DOCUMENTS = [
    Document("The ferry to Skerry Island will not sail in January. Its engine is being replaced.", id="d1"),
    Document("Islanders have asked for a plane.\n\nThe ferry to Skerry Island will not sail in January.", id="d2"),
    Document("The ferry to Skerry Island will not sail in January.", id="d3"),
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        LocalPipelineExecutor(
            pipeline=[
                DOCUMENTS,
                RemoveRepeats(removed_writer=ParquetWriter(f"{folder}/removed"), drop_empty=True),
                ParquetWriter(f"{folder}/cleaned"),
            ],
            # Documents of different tasks are not compared, so there is one.
            tasks=1,
            logging_dir=f"{folder}/logs",
        ).run()

        for unit in pq.read_table(f"{folder}/removed").to_pylist():
            kept = unit["metadata"]["kept"]
            print(f"{unit['id']}: removed {unit['text'].strip()!r}")
            print(f"  because {kept['article']} keeps {kept['text']!r}")
        for doc in pq.read_table(f"{folder}/cleaned").to_pylist():
            print(f"{doc['id']}: {doc['text']}")


if __name__ == "__main__":
    main()
