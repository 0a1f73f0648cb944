"""A corpus cleaned on a Spark cluster, with the answer of one machine.

>>> from redite import spark
>>> cleaned, removed = spark.clean(df, text="text", id="id", order="position", work="/mnt/shared/run-7")  # doctest: +SKIP

Rows are sorted by `order` into blocks, which is the one shuffle of the job. From then on tasks read and write files of the folder `work`, which all
workers and the driver must reach under that name (NFS, a mounted bucket): see `redite.Stages`. Blocks are cut and folded side by side. They are
decided in their order, each by one task, as soon as it has been looked up in all earlier ones; these look-ups run side by side. So the job is as long as the
chain of decisions, and takes as much more CPU time than one machine as there are look-ups: for n blocks n(n - 1)/2. Give it as many
blocks as it takes for one to fit into the memory of an executor (about eight times its text), and no more.

Nothing is collected on the driver but the number of rows of each block. A task that fails, or whose executor is lost, is done again by
Spark, and finds or writes the same files. The answer does not depend on the blocks, the partitions of `df`, or the order its rows come in.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

from ._errors import SettingsError
from ._redite import Detector, Stages

try:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
    from pyspark.sql import functions as F
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
except ImportError as error:
    raise ImportError("redite.spark needs PySpark and PyArrow: pip install pyspark pyarrow") from error

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from typing_extensions import Unpack

    from ._redite import Settings

__all__ = ["clean"]

#: Rows of a record batch that goes from a task to Spark.
BATCH = 4096


def clean(
    df: DataFrame,
    *,
    work: str | os.PathLike[str],
    order: str | Sequence[str],
    text: str | Sequence[str] = "text",
    id: str = "id",
    blocks: int | None = None,
    keep_files: bool = True,
    **settings: Unpack[Settings],
) -> tuple[DataFrame, DataFrame]:
    """Gives a frame without its repeats, with all its columns and rows, and one of what was removed.

    - `work`: a folder that is new or empty, which the driver and all workers reach under this name. It takes about three times the text. A call that failed
      may be made again with the same folder and the same rows: what is whole there is not done again.
    - `order`: the column, or columns, by which rows are ordered; of several similar texts the first stays. No two rows may have the same values.
    - `text`, `id`: as `text_field` and `id_field` of `Detector`; settings are those of `Detector` but for `keep` and `group_by`.
    - `blocks`: how many; by default one and a half for each core of the cluster, and at least four.
    - `keep_files=False` removes what only the stages read, once all is decided.

    The stages run when this is called; the two frames are read from the folder when they are asked for. The rows of the first come in
    the order of `order` within each partition. The second has the fields of a line of the file of removed units; its `source` is `block-B:R`, the
    block and the row in it.

    Raises `SettingsError` for wrong settings, a column that is missing or rows without an order, and what Spark raises for a task that failed.
    """
    names = [order] if isinstance(order, str) else list(order)
    missing = [name for name in names if name not in df.columns]
    if missing or not names:
        raise SettingsError(f"order: there is no column {', '.join(missing)}; name one of {', '.join(df.columns)}")
    for name in ("keep", "group_by", "across"):
        if name in settings:
            raise SettingsError(f"{name}: stages decide in the order of rows and know no groups; say by order= which come first")
    options: dict[str, Any] = {**settings, "text_field": text, "id_field": id}
    Detector(**options)  # so that what is wrong is told here
    folder = os.path.abspath(os.fspath(work))
    job = _Job(df.sparkSession, folder, options, names)
    count = blocks or max(4, 3 * df.sparkSession.sparkContext.defaultParallelism // 2)
    count = job.cut(df, count)
    job.decide(count)
    if not keep_files:
        job.remove(count)
    return job.cleaned(df, count), job.removed(df, count)


class _Job:
    """The stages of one call, as jobs of Spark."""

    def __init__(self, session: SparkSession, folder: str, options: dict[str, Any], order: list[str]) -> None:
        self.session, self.folder, self.options, self.order = session, folder, options, order
        self.stages = Stages(folder, Detector(**options))

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def fields(self) -> dict[str, Any]:
        """What says which columns are read."""
        named = {name: value for name, value in self.options.items() if name.endswith("_field")}
        return {**named, "text_field": Detector(**self.options).text_fields}

    def cut(self, df: DataFrame, blocks: int) -> int:
        """Sorts the rows into blocks and cuts these; gives how many there are."""
        done = self.path("BLOCKS")
        asked = {"order": self.order, "columns": df.schema.jsonValue(), "options": self.fields()}
        if os.path.exists(done):
            with open(done, encoding="utf-8") as file:
                made = json.load(file)
            if made["asked"] != json.loads(json.dumps(asked)):
                raise SettingsError(f"work: {self.folder} holds another frame, or one of other columns; name a new folder")
            return int(made["blocks"])
        folder, options, order = self.folder, self.options, self.order

        def of_partition(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            from pyspark import TaskContext

            block = cast("TaskContext", TaskContext.get()).partitionId()
            yield pa.RecordBatch.from_pydict({"block": [block], "rows": [_cut(folder, options, order, block, batches)]})

        keys = [F.col(f"`{name}`") for name in self.order]
        rows = df.repartitionByRange(blocks, *keys).sortWithinPartitions(*keys)
        self._describe(f"cut {blocks} blocks")
        counts = {row["block"]: row["rows"] for row in rows.mapInArrow(of_partition, "block long, rows long").collect()}
        blocks = max([*counts, 0]) + 1
        for block in set(range(blocks)) - set(counts):
            # a partition without rows may not have been asked
            _write_rows(self.path(f"rows-{block}.parquet"), None, iter(()))
            self.stages.cut(block).finish()
        first = next((block for block in range(blocks) if counts.get(block)), 0)
        self._run("count shingles", lambda stages, block, _: stages.order([block]), [(first, 0)])
        _write_whole(done, lambda path: _write_text(path, json.dumps({"blocks": blocks, "asked": asked})))
        return blocks

    def decide(self, blocks: int) -> None:
        """Decides the blocks in turn; look-ups that none of them waits for run beside that."""
        with ThreadPoolExecutor(max_workers=3) as pool:
            waiting: list[list[Future[None]]] = [[] for _ in range(blocks)]
            try:
                for block in range(blocks):
                    for met in waiting[block]:
                        met.result()
                    if not os.path.exists(self.path(f"decided-{block}")):
                        what = f"decide block {block + 1} of {blocks}"
                        self._run(what, lambda stages, block, _: stages.decide(block), [(block, 0)])
                    # (what was met, and leaders, may have been removed once all was decided)
                    open_ones = [n for n in range(block + 1, blocks) if not os.path.exists(self.path(f"decided-{n}"))]
                    later = [n for n in open_ones if not os.path.exists(self.path(f"met-{n}-{block}"))]
                    for some in filter(None, (later[:1], later[1:])):
                        what = f"look up {len(some)} blocks in block {block + 1} of {blocks}"
                        meet = self._submit(pool, what, lambda stages, block, other: stages.meet(block, other), block, some)
                        for n in some:
                            waiting[n].append(meet)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def cleaned(self, df: DataFrame, blocks: int) -> DataFrame:
        return self._each(blocks).mapInArrow(self._applied(0), df.schema)

    def removed(self, df: DataFrame, blocks: int) -> DataFrame:
        # What is removed from no rows has the columns that what is removed from any has.
        nothing = to_arrow_schema(df.schema).empty_table()
        columns = pa.table(Detector(**self.options).clean_arrow(nothing)[1]).schema
        return self._each(blocks).mapInArrow(self._applied(1), from_arrow_schema(_for_spark(columns)))

    def remove(self, blocks: int) -> None:
        """Removes what is not read to apply what was decided."""
        for block in range(blocks):
            for name in (f"run-{block}", *(f"met-{block}-{other}" for other in range(block))):
                if os.path.exists(self.path(name)):
                    os.remove(self.path(name))

    def _each(self, blocks: int) -> DataFrame:
        return self.session.range(0, blocks, 1, blocks).withColumnRenamed("id", "block")

    def _applied(self, which: int) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
        folder, options = self.folder, self.options

        def apply(numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in numbers:
                for block in batch.column(0).to_pylist():
                    rows = pq.read_table(os.path.join(folder, f"rows-{block}.parquet"))
                    if rows.num_columns == 0:
                        continue
                    table = pa.table(Stages(folder, Detector(**options)).apply(block, rows)[which])
                    if which == 1:
                        table = table.cast(_for_spark(table.schema))
                    yield from table.to_batches(max_chunksize=BATCH)

        return apply

    def _submit(
        self, pool: ThreadPoolExecutor, what: str, stage: Callable[[Stages, int, int], None], other: int, some: list[int]
    ) -> Future[None]:
        from pyspark import inheritable_thread_target

        target = inheritable_thread_target(self.session)(lambda: self._run(what, stage, [(n, other) for n in some]))
        return cast("Future[None]", pool.submit(target))

    def _run(self, what: str, stage: Callable[[Stages, int, int], None], of: list[tuple[int, int]]) -> None:
        """Runs a stage for some blocks, a task each."""
        folder, options = self.folder, self.options

        def run(pair: tuple[int, int]) -> None:
            stage(Stages(folder, Detector(**options)), *pair)

        self._describe(what)
        context = self.session.sparkContext
        context.parallelize(of, len(of)).foreach(run)

    def _describe(self, what: str) -> None:
        self.session.sparkContext.setJobDescription(f"redite: {what}")


def _cut(
    folder: str,
    options: dict[str, Any],
    order: list[str],
    block: int,
    batches: Iterator[pa.RecordBatch],
) -> int:
    """Writes the rows of a block, and cuts them."""
    cut = Stages(folder, Detector(**options)).cut(block)

    def pushed() -> Iterator[pa.RecordBatch]:
        last: list[Any] = []
        for batch in batches:
            # Rows of the same order stand in the same block, one after the other.
            for key in (list(row.values()) for row in batch.select(order).to_pylist()):
                if key == last:
                    values = ", ".join(f"{name}={value}" for name, value in zip(order, key))
                    raise SettingsError(f"order: two rows have {values}; it must tell all rows apart")
                last = key
            cut.push(batch)
            yield batch

    rows = pushed()
    first = next(rows, None)
    _write_rows(os.path.join(folder, f"rows-{block}.parquet"), first, rows)
    return cut.finish()


def _write_rows(path: str, first: pa.RecordBatch | None, rest: Iterator[pa.RecordBatch]) -> None:
    def write(part: str) -> None:
        schema = pa.schema([]) if first is None else first.schema
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            if first is not None:
                writer.write_batch(first)
            for batch in rest:
                writer.write_batch(batch)

    _write_whole(path, write)


def _write_text(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _write_whole(path: str, write: Callable[[str], None]) -> None:
    """Writes a file, which gets its name when it is whole."""
    folder, name = os.path.split(path)
    part = os.path.join(folder, f".{name}.{os.getpid()}-{threading.get_ident()}-{os.urandom(4).hex()}")
    try:
        write(part)
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.remove(part)
        raise


def _for_spark(schema: pa.Schema) -> pa.Schema:
    """The same without kinds that Spark has not: unsigned and large ones."""

    def kind(of: pa.DataType) -> pa.DataType:
        if pa.types.is_uint32(of):
            return pa.int64()
        if pa.types.is_large_string(of):
            return pa.string()
        if pa.types.is_list(of):
            return pa.list_(kind(of.value_type))
        if pa.types.is_struct(of):
            return pa.struct([pa.field(field.name, kind(field.type)) for field in of])
        return of

    return pa.schema([pa.field(field.name, kind(field.type)) for field in schema])
