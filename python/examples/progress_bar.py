"""Shows a progress bar of tqdm while many articles are compared."""

from tqdm import tqdm  # type: ignore[import-untyped]

from redite import Detector

TOWNS = ["Ashby", "Birkdale", "Corley", "Denham", "Elston", "Farley", "Garton", "Hatfield"]
NOTICE = "Readings are taken at noon and checked by hand before they are published."


def main() -> None:
    # Weather reports of several stations, under each of which stands the same notice.
    articles = [
        {
            "id": f"{town}-{day}",
            "text": f"The station at {town} measured {day % 37} degrees and {day * 7 % 101} mm of rain on day {day}, "
            f"with wind from the west at {day % 19} knots that calmed down at night.\n\n{NOTICE}",
        }
        for day in range(5_000)
        for town in TOWNS
    ]
    with tqdm(total=100, bar_format="{desc:10}{bar}{n:.0f} %") as bar:

        def show(stage: str, share: float) -> None:
            bar.set_description_str(stage)
            bar.update(100 * share - bar.n)

        _, removed, stats = Detector().clean(articles, progress=show)
        show("done", 1)

    print(f"{stats.articles} articles, {stats.paragraphs} paragraphs, {len(removed)} units removed")
    for unit in removed[:2]:
        print(f"{unit.article}: removed {unit.text.strip()!r}")
        print(f"  because {unit.kept.article} keeps {unit.kept.text!r}")


if __name__ == "__main__":
    main()
