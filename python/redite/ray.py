"""Operators for Ray Data that remove repeated sentences and paragraphs. Needs `pip install "ray[data]"`.

Repeats are found by comparing rows with one another, so rows that are to be compared must meet on one machine:

- `clean` brings all rows of a dataset together on one node;
- `clean_groups` brings the rows of each group together, and different groups may be on different nodes.

To compare all rows of a dataset that no single node holds, use `redite.spark`, or the program `redite clean`, which
reads files and does not hold their texts.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ._redite import Detector

try:
    import pyarrow as pa  # type: ignore[import-untyped]
    import ray
    import ray.data
except ImportError as error:
    raise ImportError('redite.ray needs Ray Data: pip install "ray[data]"') from error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ray.data import Dataset
    from typing_extensions import Unpack

    from ._redite import Folder, Settings

__all__ = ["clean", "clean_groups"]


def clean(
    dataset: Dataset,
    *,
    memory: int | None = None,
    temp_dir: Folder | None = None,
    ray_remote_args: Mapping[str, Any] | None = None,
    **settings: Unpack[Settings],
) -> tuple[Dataset, Dataset]:
    """Gives a dataset without its repeats, and a dataset with a row for each removed unit.

    The first has the rows, columns and blocks of `dataset`, in its order, with cleaned texts. The second has the fields
    of a line of the file of removed units, in one block; its `source` is `dataset:N`, where N is the number of the row,
    from 1. Texts and units are those that `redite clean` gives for the same rows in the same order. So that the order
    is always the same, the dataset is executed with the option `preserve_order`.

    Everything happens when it is called: the dataset is executed, and one task on one node compares all its blocks. The
    object store of that node must hold the dataset twice, as it came and cleaned. The heap of the task holds the
    columns of texts in which something was removed, the removed units, and what the comparison takes, which `memory`
    caps, in bytes; what does not fit goes to temporary files in `temp_dir` on that node. Blocks that are not Arrow are
    converted first.

    `ray_remote_args` are options of that task, with which Ray chooses the node: `{"memory": 64 << 30}` or
    `{"resources": {"big": 1}}`. The task compares on all cores of the node, however many `num_cpus` reserves (1 if it
    is not given); an environment variable sets another number of threads:
    `{"runtime_env": {"env_vars": {"RAYON_NUM_THREADS": "4"}}}`.

    Other settings are those of `redite.Detector`. Raises `SettingsError` if one is wrong or a column is not there,
    `StorageError` if temporary files cannot be written, and what Ray raises for a task that runs out of memory.

    >>> dataset = ray.data.from_items([
    ...     {"id": "a", "text": "The storm tore the roof off the market hall."},
    ...     {"id": "b", "text": "Nobody in the square was hurt. The storm tore the roof off the market hall."},
    ... ])
    >>> cleaned, removed = clean(dataset, level="exact")
    >>> [row["text"] for row in cleaned.take_all()]
    ['The storm tore the roof off the market hall.', 'Nobody in the square was hurt.']
    >>> [(row["article"], row["kept"]["article"]) for row in removed.take_all()]
    [('b', 'a')]
    """
    Detector(**settings)
    options = dataset.context.execution_options
    preserve_order, options.preserve_order = options.preserve_order, True
    try:
        # (a dataset without rows may have no blocks)
        blocks = dataset.to_arrow_refs() or [ray.put(pa.table({}))]
    finally:
        options.preserve_order = preserve_order
    task = ray.remote(_clean_blocks).options(**{**(ray_remote_args or {}), "num_returns": 1 + len(blocks)})
    removed, *cleaned = task.remote(settings, memory, temp_dir, *blocks)
    return ray.data.from_arrow_refs(cleaned), ray.data.from_arrow_refs([removed])


def clean_groups(
    dataset: Dataset,
    key: str | list[str],
    *,
    num_partitions: int | None = None,
    memory: int | None = None,
    temp_dir: Folder | None = None,
    ray_remote_args: Mapping[str, Any] | None = None,
    **settings: Unpack[Settings],
) -> Dataset:
    """Gives a dataset in which each group of rows with the same `key` was cleaned by itself.

    `key` is a column, or several; rows without a value are a group like any other. The dataset that comes back has all
    rows and columns, grouped by key, with cleaned texts. The texts are those that the setting `group_by` gives, but
    only a group, not the dataset, must fit on one node. What was removed is not given: `clean` with
    `group_by=key` gives it.

    Like `map_groups`, on which it is built, this does nothing until the dataset is used, and then shuffles all of it by
    key into `num_partitions` (by default those of Ray, 200). A task holds one of them, as it came and cleaned, and what
    the comparison of one group takes beside it, which `memory` caps, in bytes; what does not fit goes to temporary
    files in `temp_dir` on the node of the task. A group is never split.

    A shuffle promises no order within a group, and by default the first of several similar texts stays. With
    `keep="id"`, where `id` is a column whose values differ, the result does not depend on the order.

    `ray_remote_args` are options of the tasks. Each uses as many threads as its node has cores, which for large groups
    is too many if several tasks share a node: `{"runtime_env": {"env_vars": {"RAYON_NUM_THREADS": "1"}}}`.

    Other settings are those of `redite.Detector`. Raises `SettingsError` for wrong settings when it is called. When the
    dataset is used, it raises `SettingsError` if a column is not there, and `StorageError` if temporary files cannot be
    written.

    >>> dataset = ray.data.from_items([
    ...     {"id": 1, "site": "north", "text": "All offers are without guarantee."},
    ...     {"id": 2, "site": "south", "text": "All offers are without guarantee."},
    ...     {"id": 3, "site": "south", "text": "Tickets cost 12 euros. All offers are without guarantee."},
    ... ])
    >>> cleaned = clean_groups(dataset, "site", num_partitions=2, keep="id")
    >>> [row["text"] for row in cleaned.sort("id").take_all()]
    ['All offers are without guarantee.', 'All offers are without guarantee.', 'Tickets cost 12 euros.']
    """
    Detector(**settings)
    return dataset.groupby(key, num_partitions).map_groups(
        partial(_clean_group, settings=settings, memory=memory, temp_dir=temp_dir),
        batch_format="pyarrow",
        **(ray_remote_args or {}),
    )


def _clean_blocks(settings: Settings, memory: int | None, temp_dir: Folder | None, *blocks: pa.Table) -> list[pa.Table]:
    """The removed units, and the cleaned blocks. Runs in a task of its own."""
    # (blocks from which a filter took all rows may have lost their columns)
    given = [block for block in blocks if block.num_columns]
    if not given:
        nothing = pa.table({"text": pa.array([], pa.string())})
        return [pa.table(Detector().clean_arrow(nothing)[1]), *blocks]
    # (a column may have another type in a block in which it has no values)
    table = pa.concat_tables(given, promote_options="permissive")
    table, removed = _clean_table(table, settings, memory, temp_dir)
    out, start = [removed], 0
    for block in blocks:
        out.append(table.slice(start, block.num_rows))
        start += block.num_rows
    return out


def _clean_group(group: pa.Table, settings: Settings, memory: int | None, temp_dir: Folder | None) -> pa.Table:
    return _clean_table(group, settings, memory, temp_dir)[0]


def _clean_table(
    table: pa.Table, settings: Settings, memory: int | None, temp_dir: Folder | None
) -> tuple[pa.Table, pa.Table]:
    """The cleaned table, and the removed units."""
    detector = Detector(**settings)
    cleaned, removed, _ = detector.clean_arrow(table, source="dataset", memory=memory, temp_dir=temp_dir)
    return pa.table(cleaned), pa.table(removed)
