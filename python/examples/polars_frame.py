"""Removes repeats from a text column of a polars frame, and shows what was removed and which text stays instead."""

import polars as pl

from redite import Detector


def main() -> None:
    articles = pl.DataFrame(
        {
            "id": ["gazette-1", "gazette-2", "courier-9"],
            "words": [None, 420, 380],
            "text": [
                "A freight train left the rails near Oakfield on Sunday evening. Nobody was injured, the railway said. "
                "The line to the coast stays closed until Wednesday.",
                "Commuters waited for buses on Monday. A freight train left the rails near Oakfield on Sunday evening. "
                "The railway expects repairs to cost 2.4 million euros.",
                "The railway has hired 40 buses. The line to the coast stays closed until Thursday.\n\n"
                "A freight train had left the rails near Oakfield on Sunday evening.",
            ],
        }
    )
    cleaned, removed, stats = Detector().clean_arrow(articles)

    for row in pl.DataFrame(removed).iter_rows(named=True):
        print(f"{row['article']}: removed {row['text'].strip()!r} ({row['rule']})")
        print(f"  {row['kept']['article']} keeps {row['kept']['text']!r}")
    print(f"{stats.removed_bytes} of {stats.text_bytes} bytes removed")

    # All columns and rows are still there.
    for row in pl.DataFrame(cleaned).iter_rows(named=True):
        print(row)


if __name__ == "__main__":
    main()
