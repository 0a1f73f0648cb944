"""Removes repeats from the result of a DuckDB query, and looks at what was removed in SQL."""

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from redite import Detector


def main() -> None:
    with duckdb.connect() as db:
        db.sql("create table articles (id integer, day date, text varchar)")
        db.executemany(
            "insert into articles values (?, ?, ?)",
            [
                (1, "2026-03-02", "The dairy in Elm Street is to close. It employs 85 people."),
                (2, "2026-03-04", "Unions will meet the owner. The dairy in Elm Street is to close."),
                (3, "2026-05-20", "The dairy in Elm Street is to close. The owner confirmed it for a second time."),
            ],
        )
        # Of articles of the same week, the oldest keeps what it says.
        detector = Detector(keep="oldest", date_field="day", within=7 * 86_400)
        cleaned_table, removed_table, _ = detector.clean_arrow(db.sql("select * from articles order by id"))
        db.register("removed", pa.table(removed_table))
        db.register("cleaned", pa.table(cleaned_table))

        query = "select article, trim(text), kept.article, kept.text from removed order by article"
        for article, text, kept_article, kept_text in db.sql(query).fetchall():
            print(f"{article}: removed {text!r}, as {kept_article} keeps {kept_text!r}")
        db.sql("create or replace table articles as select * from cleaned")
        for id, day, text in db.sql("select * from articles order by id").fetchall():
            print(f"{id} of {day}: {text}")


if __name__ == "__main__":
    main()
