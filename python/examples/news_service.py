"""A news desk that remembers what was published: stories go into an index, and a draft is checked against it."""

import tempfile
from pathlib import Path

from redite import Detector, Index, Snapshot


def main() -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "seen")
        index = Index.create(folder, Detector())
        monday = [
            {"id": "m1", "text": "The council approved a tram line to the airport. Work begins in 2028."},
            {"id": "m2", "text": "A fire damaged the boat house on Lake Road. The cause is not known."},
        ]
        index.clean(monday, update=True, source="monday")

        # A service opens a snapshot, which can be read while stories are added.
        snapshot = Snapshot.open(folder)
        draft = {"id": "draft", "text": "Residents welcome the plan. The council approved a tram line to the airport."}
        for unit in snapshot.query(draft):
            print(f"the draft repeats {unit.kept.article} ({unit.kept.source}): {unit.kept.text!r}")

        tuesday = [
            {"id": "t1", "text": "Police suspect that it was arson. A fire damaged the boat house on Lake Road."},
            {"id": "t2", "text": "The lake is frozen for the first time since 1996."},
        ]
        cleaned, removed, _ = index.clean(tuesday, update=True, source="tuesday")
        for unit in removed:
            print(f"{unit.article}: removed {unit.text.strip()!r}, which stands in {unit.kept.article}")
        for story in cleaned:
            print(f"{story['id']}: {story['text']}")

        print(f"the snapshot has {len(snapshot)} stories, a new one {len(index.snapshot())}")
        print(f"m2 as it was published: {snapshot.articles_of('m2')[0]['text']}")


if __name__ == "__main__":
    main()
