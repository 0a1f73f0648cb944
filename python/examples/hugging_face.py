"""Removes repeats from a dataset of Hugging Face `datasets`, and keeps its features."""

import datasets  # type: ignore[import-untyped]
import pyarrow as pa  # type: ignore[import-untyped]

from redite import Detector


def main() -> None:
    topics = datasets.ClassLabel(names=["city", "sport"])
    dataset = datasets.Dataset.from_dict(
        {
            "text": [
                "The swimming pool on Mill Lane will open again on 12 May after two years of repairs.",
                "Entry costs 4 euros. The pool on Mill Lane will open again on 12 May after two years of repairs.",
                "The swimming pool on Mill Lane will open again on 19 May after two years of repairs.",
            ],
            "topic": ["city", "sport", "city"],
        },
        features=datasets.Features({"text": datasets.Value("string"), "topic": topics}),
    )
    table = dataset.with_format("arrow")[:]
    cleaned, removed, stats = Detector().clean_arrow(table, source="pool")
    dataset = datasets.Dataset(pa.table(cleaned))

    print(f"{stats.removed_equal} equal and {stats.removed_near} similar units removed")
    for unit in pa.table(removed).to_pylist():
        print(f"{unit['source']}: {unit['text'].strip()!r}, similarity {unit['similarity']}")
        print(f"  stays in {unit['kept']['source']}: {unit['kept']['text']!r}")
    # The third text names another day, which is another fact.
    for row in dataset:
        print(row)
    print(dataset.features["topic"].names)


if __name__ == "__main__":
    main()
