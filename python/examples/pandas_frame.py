"""Removes repeats from a pandas frame, each site by itself, and shows what was removed and which text stays instead."""

import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa  # type: ignore[import-untyped]

from redite import Detector

NOTICE = "We use cookies to measure how this site is read; you can refuse them at any time."


def main() -> None:
    pages = pd.DataFrame(
        {
            "url": [
                "https://www.northpost.example/sport/1",
                "https://northpost.example/city/7",
                "https://southmail.example/city/2",
            ],
            "text": [
                f"The rowing club won the river race by two lengths.\n\n{NOTICE}",
                f"The town hall opens its new reading room on 3 March.\n\n{NOTICE}",
                f"Two roads are closed for the river race.\n\n{NOTICE}",
            ],
        }
    )
    # What stands on two sites stays on both: only pages of the same host are compared.
    detector = Detector(group_by="url:host", id_field="url")
    cleaned, removed, _ = detector.clean_arrow(pa.Table.from_pandas(pages, preserve_index=False))

    for unit in pa.table(removed).to_pylist():
        print(f"{unit['article']}: removed the {unit['unit']} {unit['text'].strip()!r}")
        print(f"  because {unit['kept']['article']} keeps {unit['kept']['text']!r}")

    pages["text"] = pa.table(cleaned)["text"].to_pandas()
    for url, text in zip(pages["url"], pages["text"]):
        print(f"{url}: {text!r}")


if __name__ == "__main__":
    main()
