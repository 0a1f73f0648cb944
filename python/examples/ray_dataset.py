"""Removes repeats from a dataset of Ray Data: among all rows, and in each group of rows by itself."""

import ray
import ray.data

import redite.ray


def main() -> None:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    rows = [
        ("v1", "valley", "Snow closed the pass road on Friday. Forty drivers spent the night in a school."),
        ("v2", "valley", "The school cooked soup for them. Snow closed the pass road on Friday."),
        ("h1", "hill", "Snow closed the pass road on Friday. The ski lifts stood still as well."),
    ]
    dataset = ray.data.from_items([{"id": id, "paper": paper, "text": text} for id, paper, text in rows])

    # One task gets all rows. What it needs is reserved with ray_remote_args.
    cleaned, removed = redite.ray.clean(dataset, ray_remote_args={"num_cpus": 2})
    for unit in removed.take_all():
        print(f"{unit['article']}: removed {unit['text'].strip()!r}, which stays in {unit['kept']['article']}")
    for row in cleaned.take_all():
        print(f"{row['id']}: {row['text']}")

    # Each paper by itself, on as many nodes as there are; which copy stays depends on the id, not on the shuffle.
    by_paper = redite.ray.clean_groups(dataset, "paper", num_partitions=2, keep="id")
    for row in by_paper.sort("id").take_all():
        print(f"{row['paper']} {row['id']}: {row['text']}")
    ray.shutdown()


if __name__ == "__main__":
    main()
