"""A step for pipelines of datatrove that removes repeated sentences and paragraphs. Needs `pip install datatrove`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from ._errors import SettingsError
from ._redite import Detector

try:
    from datatrove.data import Document  # type: ignore[import-untyped]
    from datatrove.pipeline.base import PipelineStep  # type: ignore[import-untyped]
    from datatrove.utils.typeshelper import StatHints  # type: ignore[import-untyped]
except ImportError as error:
    raise ImportError("redite.datatrove needs datatrove: pip install datatrove") from error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from datatrove.pipeline.writers.disk_base import DiskWriter  # type: ignore[import-untyped]
    from typing_extensions import Unpack

    from ._redite import Folder, Removed, Settings

__all__ = ["RemoveRepeats"]


class RemoveRepeats(PipelineStep):  # type: ignore[misc]
    """Removes what the documents of a task repeat of one another and of themselves.

    A step of datatrove sees the documents of one task, so repeats are found within a task and never across tasks:
    `scope="corpus"` means all documents of the task, and the result depends on how many tasks the corpus is split into.
    For one answer for the whole corpus, run the step with `tasks=1`, or let the program `redite clean` read the files
    that the pipeline writes. Where a corpus arrives in parts, `redite.Index` compares each with those before it.

    The documents of the task are held in memory until all of them have been read and compared, and are then passed on
    in their order. `memory` caps what the comparison takes beside them, in bytes; what does not fit goes to temporary
    files in `temp_dir`. Each task compares on all cores; where several tasks share a machine, set `RAYON_NUM_THREADS`.

    Settings are those of `redite.Detector`, except `text_field` and `id_field`: the text is `doc.text`, the identity
    `doc.id`. Fields that other settings name (`group_by`, `date_field`, `keep`) are looked up in `doc.metadata`, and so
    is the language, under `lang_field`, here `"language"` by default, because datatrove's filters write that.

    - `removed_writer`: gets a document for each removed unit. Its text is the removed text, its id that of the document
      it was removed from, and its metadata the other fields of `redite.Removed`, of which `kept` holds the text that
      stays and where it stands. `source` is the number of the task and of the document in it, from 1: `00003:17`.
      `lost` is a string with spaces between the words, so that the schema that `ParquetWriter` takes from the first
      document fits all.
    - `drop_empty`: documents without text are not passed on, whether it was removed or they had none. By default they
      are, and datatrove's writers leave out the field of an empty text.
    - `add_metadata`: sets `doc.metadata["redite"]` to `{"units": 2, "bytes": 131}`, what was removed from the document,
      zeros included. Otherwise `doc.text` is all that changes.

    Bytes are those of UTF-8 by which texts have become shorter.

    Statistics: `total`, `forwarded` and `dropped` documents, `changed` ones, and for each task `removed_equal`,
    `removed_near` (units) and `removed_bytes`.

    Raises `SettingsError` for wrong settings when it is made, and while it runs `StorageError` if temporary files
    cannot be written.

    >>> from datatrove.data import Document
    >>> docs = [
    ...     Document("The storm tore the roof off the market hall.", id="a"),
    ...     Document("Nobody in the square was hurt. The storm tore the roof off the market hall.", id="b"),
    ... ]
    >>> [doc.text for doc in RemoveRepeats(level="exact").run(docs)]
    ['The storm tore the roof off the market hall.', 'Nobody in the square was hurt.']
    """

    type = "🫂 - DEDUP"
    name = "🔁 redite: repeated sentences and paragraphs"

    def __init__(
        self,
        *,
        removed_writer: DiskWriter | None = None,
        drop_empty: bool = False,
        add_metadata: bool = False,
        memory: int | None = None,
        temp_dir: Folder | None = None,
        **settings: Unpack[Settings],
    ) -> None:
        super().__init__()
        for name in ("text_field", "id_field"):
            if name in settings:
                raise SettingsError(f"{name}: cannot be set here; the text is doc.text and the identity doc.id")
        settings.setdefault("lang_field", "language")
        # (a detector cannot be pickled: each task makes its own; this one checks the settings)
        Detector(**settings)
        self.settings = settings
        self.removed_writer = removed_writer
        self.drop_empty = drop_empty
        self.add_metadata = add_metadata
        self.memory = memory
        self.temp_dir = temp_dir

    def run(self, data: Iterable[Document] | None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Gives the documents of a task, cleaned, in their order, once all have been read."""
        docs = list(data or ())
        with self.track_time(unit="task"):
            cleaned, removed, stats = Detector(**self.settings).clean(
                [{**doc.metadata, "id": doc.id, "text": doc.text} for doc in docs],
                source=f"{rank:05d}",
                memory=self.memory,
                temp_dir=self.temp_dir,
            )
            texts = [article["text"] for article in cleaned]
            del cleaned
        self.stat_update("removed_equal", value=stats.removed_equal, unit="task")
        self.stat_update("removed_near", value=stats.removed_near, unit="task")
        self.stat_update("removed_bytes", value=_bytes(removed), unit="task")
        # (by number, as ids need not be unique)
        by_doc: dict[int, list[Removed]] = {}
        for unit in removed:
            by_doc.setdefault(int(unit.source.rpartition(":")[2]) - 1, []).append(unit)
        with self.removed_writer or contextlib.nullcontext() as writer:
            for number, (doc, text) in enumerate(zip(docs, texts)):
                units = by_doc.get(number, [])
                doc.text = text
                self.stat_update(StatHints.total)
                if units:
                    self.stat_update("changed")
                if self.add_metadata:
                    doc.metadata["redite"] = {"units": len(units), "bytes": _bytes(units)}
                if writer:
                    for unit in units:
                        writer.write(_as_document(doc.id, unit), rank)
                if self.drop_empty and not text.strip():
                    self.stat_update(StatHints.dropped)
                    continue
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(doc)
                yield doc


def _bytes(units: list[Removed]) -> int:
    """How much shorter texts have become, in bytes of UTF-8: with the white space that went with the units."""
    return sum(unit.bytes[1] - unit.bytes[0] for unit in units)


def _as_document(id: str, unit: Removed) -> Document:
    fields: dict[str, Any] = unit.to_dict()
    # (a list that is empty, or a field that is not always there, would have another type in a table)
    fields["lost"] = " ".join(fields["lost"])
    fields.setdefault("reprint", False)
    return Document(text=fields.pop("text"), id=id, metadata=fields)
