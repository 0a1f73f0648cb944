"""What the extension holds. Each class says what it takes, gives and raises."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from os import PathLike
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar, final

__version__: str

Article: TypeAlias = str | Mapping[str, Any]
A = TypeVar("A", str, dict[str, Any])
Folder: TypeAlias = str | PathLike[str]
Progress: TypeAlias = Callable[[str, float], object]

class Settings(TypedDict, total=False):
    """The settings of `Detector`, with their names."""

    threshold: float
    level: Literal["exact", "editor", "boilerplate"]
    unit: Literal["both", "paragraph", "sentence"]
    scope: Literal["corpus", "article"]
    keep: str
    similarity: str
    min_tokens: int
    paragraphs: Literal["auto", "blank", "line"]
    lang: str | None
    group_by: str | None
    across: bool
    within: timedelta | float | None
    text_field: str | Sequence[str]
    id_field: str
    lang_field: str
    date_field: str

class ArrowIn(Protocol):
    """A table, or a stream of record batches, that speaks the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class ArrowTable(Protocol):
    """A table of Arrow. Give it to `pyarrow.table`, `polars.DataFrame`, `pandas` (by way of pyarrow) or DuckDB: nothing is copied."""

    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class Detector:
    """Finds what repeats what. Its settings have the names of the command line.

    - `threshold`: how similar two units must be, above 0 and at most 1.
    - `level`: what may be lost with a similar text: `exact` nothing, `editor` no fact, `boilerplate` what fills in a form.
    - `unit`: `paragraph`, `sentence`, or `both`: paragraphs, and then the sentences of those that stay.
    - `scope`: `corpus` compares all articles, `article` each with itself only.
    - `keep`: which of several similar units stays: that of the `first`, `last` or `longest` article, of the `newest` or `oldest` by `date_field`,
      or of the one with the lowest value of a field (`-FIELD`: the highest).
    - `similarity`: `jaccard`, `containment` or `edit`, with lengths of shingles as in `jaccard:1,2`.
    - `min_tokens`: the shortest unit that is compared, in words.
    - `paragraphs`: where they end: `blank` lines, each `line`, or `auto`.
    - `lang`: the language of articles that do not name theirs, else it is detected.
    - `group_by`: compare only articles with the same value of this field (`url:host`: of the same site); with `across=True` only those with another.
    - `within`: compare only articles whose dates lie no further apart.
    - `text_field`: the field with the text, or several, as in `"title,text"`; a dot leads into an object or a struct.
    - `id_field`, `lang_field`, `date_field`: what an article is called, its language, its date. The first two are used if they are there.

    Raises `SettingsError` if one of them is wrong.

    >>> from redite import Detector
    >>> cleaned, removed, stats = Detector(level="exact").clean([
    ...     {"id": "a", "text": "A storm tore the roof off the old market hall."},
    ...     {"id": "b", "text": "Traders fear for their stalls. A storm tore the roof off the old market hall."},
    ... ])
    >>> cleaned[1]["text"], removed[0].kept.article, stats.removed_equal
    ('Traders fear for their stalls.', 'a', 1)
    """

    def __new__(
        cls,
        *,
        threshold: float | None = None,
        level: Literal["exact", "editor", "boilerplate"] = "editor",
        unit: Literal["both", "paragraph", "sentence"] = "both",
        scope: Literal["corpus", "article"] = "corpus",
        keep: str = "first",
        similarity: str = "jaccard:1,2",
        min_tokens: int | None = None,
        paragraphs: Literal["auto", "blank", "line"] = "auto",
        lang: str | None = None,
        group_by: str | None = None,
        across: bool = False,
        within: timedelta | float | None = None,
        text_field: str | Sequence[str] | None = None,
        id_field: str = "id",
        lang_field: str = "lang",
        date_field: str = "date",
    ) -> Detector: ...
    @property
    def settings(self) -> str:
        """The settings that decide, on one line."""

    @property
    def text_fields(self) -> list[str]:
        """The names of the fields that texts are read from."""

    def clean_text(self, text: str) -> str:
        """Gives one text without what it says twice."""

    def find(self, text: str) -> list[Removed]:
        """Gives what one text says twice."""

    def clean(
        self,
        articles: Iterable[A],
        *,
        source: str = "articles",
        memory: int | None = None,
        temp_dir: Folder | None = None,
        progress: Progress | None = None,
    ) -> tuple[list[A], list[Removed], Stats]:
        """Gives articles without their repeats, in their order; what was removed, in order; and what was counted.

        A `dict` in which something was removed is copied, any other article is the one that came. What has no text, or one that no UTF-8 can
        hold, is left as it is. `source` stands before the numbers of articles (from 1) in what is told of them. `memory`
        is the most that may be taken beside the articles, in bytes; what does not fit goes to temporary files in `temp_dir`. `progress` is
        called now and then with the name of a stage and the share of all the work that is done. Ctrl-C, and what `progress` raises, stop the work.

        Raises `StorageError` if temporary files cannot be written, `CapacityError` for more than 2**32 - 1 articles.
        """

    def clean_arrow(
        self,
        data: ArrowIn,
        *,
        source: str = "table",
        memory: int | None = None,
        temp_dir: Folder | None = None,
        progress: Progress | None = None,
    ) -> tuple[ArrowTable, ArrowTable, Stats]:
        """Gives a table without its repeats, with all its columns and rows; the removed units as a table; and what was counted.

        Takes anything that speaks the Arrow PyCapsule interface, and copies no text that stays as it is. The second table has the fields of
        a line of the file of removed units.

        >>> import pyarrow as pa
        >>> table = pa.table({"text": ["The storm tore the roof off.", "The storm tore the roof off."]})
        >>> cleaned, removed, stats = Detector().clean_arrow(table)
        >>> pa.table(cleaned)["text"].to_pylist()
        ['The storm tore the roof off.', '']
        """

    def session(self, *, memory: int | None = None, temp_dir: Folder | None = None) -> Session:
        """Begins a session, into which articles are pushed: for collections that memory need not hold."""

@final
class Session:
    """Articles on their way in. They are folded when they are pushed, and not kept: they are given again when they are to be cleaned.

    >>> session = Detector().session(memory=64 << 20)
    >>> texts = ["The storm tore the roof off.", "The storm tore the roof off. Nobody in the hall was hurt."]
    >>> session.push_all(texts)
    2
    >>> detection = session.finish()
    >>> [detection.clean(number, text) for number, text in enumerate(texts)]
    ['The storm tore the roof off.', 'Nobody in the hall was hurt.']
    """

    def push(self, article: Article) -> int:
        """Adds an article, and gives its number, from 0."""

    def push_all(self, articles: Iterable[Article]) -> int:
        """Adds articles, whose numbers follow one another, and gives how many."""

    def finish(self, *, progress: Progress | None = None) -> Detection:
        """Decides what goes. The session has ended then."""

@final
class Detection:
    """What was decided of the articles of a session."""

    def __len__(self) -> int: ...
    @property
    def stats(self) -> Stats: ...
    def clean(self, number: int, article: A) -> A:
        """Gives an article, which is given again, without its repeats. Raises `ValueError` if it is not the one that was pushed."""

    def repeats(self, number: int, article: Article) -> list[Repeat]:
        """Gives what goes of an article, which is given again, and the places of what it repeats."""

@final
class Repeat:
    """A unit that goes, and where the one is that it repeats."""

    article: int
    field: str
    unit: str
    bytes: tuple[int, int]
    chars: tuple[int, int]
    text: str
    rule: str
    measure: str
    similarity: float
    reprint: bool
    kept_article: int
    kept_text: int
    kept_bytes: tuple[int, int]

@final
class Kept:
    """The unit that stays in favour of a removed one: `bytes` is its range in the UTF-8 of the original text."""

    article: Any
    source: str
    field: str | None
    bytes: tuple[int, int]
    text: str

    def to_dict(self) -> dict[str, Any]: ...

@final
class Removed:
    """What was taken out of a text, and why. The attributes are the fields of the file of removed units.

    - `article`: the article's own identity, or `source`; `source`: where it stands; `field`: the field.
    - `unit`: `paragraph` or `sentence`.
    - `bytes`, `chars`: the range that was taken out of the original text, in bytes of UTF-8 and in characters.
    - `text`: what stood there: the unit, and the white space that went with it.
    - `rule`: `equal` or `near`; `similarity`: from 0 to 1, by `measure`.
    - `lost`: the words and numbers that the kept text does not have; empty for most.
    - `reprint`: it goes only because paragraphs beside both repeat one another.
    - `kept`: the text that stays in its favour.
    """

    article: Any
    source: str
    field: str
    unit: str
    bytes: tuple[int, int]
    chars: tuple[int, int]
    text: str
    rule: str
    measure: str
    similarity: float
    lost: list[str]
    reprint: bool
    kept: Kept

    def to_dict(self) -> dict[str, Any]:
        """The same as a dict that `json` can write."""

@final
class Stats:
    """What was counted."""

    articles: int
    paragraphs: int
    sentences: int
    too_short: int
    removed_equal: int
    removed_near: int
    unread_texts: int
    text_bytes: int
    #: Without the white space that went with them.
    removed_bytes: int

@final
class Index:
    """What was seen before, on disk. One may change it at a time; readers (`Snapshot`) are not disturbed.

    >>> import tempfile
    >>> from redite import Index
    >>> index = Index.create(tempfile.mkdtemp() + "/seen", Detector())
    >>> story = {"id": 7, "text": "The storm tore the roof off the hall."}
    >>> _ = index.clean([story], update=True)
    >>> repeats = index.snapshot().query({"id": 8, "text": "Rain fell on the town all day. The storm tore the roof off the hall."})
    >>> repeats[0].kept.article, repeats[0].kept.text
    (7, 'The storm tore the roof off the hall.')
    """

    @staticmethod
    def create(folder: Folder, detector: Detector) -> Index:
        """Makes an index, with the settings of a detector, in a folder that is not there yet or empty."""

    @staticmethod
    def open(
        folder: Folder,
        *,
        text_field: str | Sequence[str] | None = None,
        id_field: str = "id",
        lang_field: str = "lang",
        date_field: str = "date",
    ) -> Index:
        """Opens an index to change it. Raises `StorageError` if another process has it open for that, or if it is damaged."""

    @staticmethod
    def verify(folder: Folder) -> None:
        """Reads all of an index. Raises `StorageError` if anything is not what was written."""

    def snapshot(self) -> Snapshot:
        """What it holds now."""

    @property
    def settings(self) -> str: ...
    def __len__(self) -> int: ...
    def clean(
        self,
        articles: Iterable[A],
        *,
        update: bool = False,
        replace: bool = False,
        source: str = "articles",
        memory: int | None = None,
        temp_dir: Folder | None = None,
        progress: Progress | None = None,
    ) -> tuple[list[A], list[Removed], Stats]:
        """As `Detector.clean`, against the index as well. With `update` what stays is added; with `replace` an article takes the
        place of one of the same identity."""

    def clean_arrow(
        self,
        data: ArrowIn,
        *,
        update: bool = False,
        replace: bool = False,
        source: str = "table",
        memory: int | None = None,
        temp_dir: Folder | None = None,
        progress: Progress | None = None,
    ) -> tuple[ArrowTable, ArrowTable, Stats]:
        """As `Detector.clean_arrow`, against the index as well."""

    def compact(self) -> int:
        """Makes one run of all runs, and gives how many there were."""

    def expire(self, before: int) -> int:
        """Forgets articles of before a moment, in seconds since 1970, and gives how many."""

@final
class Snapshot:
    """An index as it was at some moment: what a service asks for each article that comes in."""

    @staticmethod
    def open(
        folder: Folder,
        *,
        text_field: str | Sequence[str] | None = None,
        id_field: str = "id",
        lang_field: str = "lang",
        date_field: str = "date",
    ) -> Snapshot:
        """Opens an index to read it, beside whoever changes it."""

    @property
    def settings(self) -> str: ...
    def __len__(self) -> int: ...
    def query(self, article: Article, *, source: str = "article") -> list[Removed]:
        """Gives what an article repeats of the index and of itself. It is not added."""

    def articles_of(self, id: object) -> list[dict[str, Any]]:
        """Gives the articles of an identity whose texts the index has."""

@final
class Contained:
    """A span of a text that stands in a text of a `Reference`.

    - `bytes`, `chars`, `text`: where it stands, in bytes of UTF-8 and in characters, and what stands there.
    - `test`, `test_bytes`, `test_text`: the number of the text of the reference, from 0, where in it, and what stands there.
    - `share`: how much of it, by its words, is the same there: 1 but where a few other words stand between two runs.
    """

    bytes: tuple[int, int]
    chars: tuple[int, int]
    text: str
    test: int
    test_bytes: tuple[int, int]
    test_text: str
    share: float

@final
class Reference:
    """A test set that must not stand in a corpus: the texts of its questions and answers.

    What is found are runs of at least `tokens` words of one of them, wherever they begin and end, read through case, punctuation, markup and
    ways to write a number; and shorter ones, of at least `min_tokens` words, where they are a line or a sentence by themselves.

    >>> from redite import Reference
    >>> reference = Reference(["A train leaves at 9:40 and travels 1,200 km in 8 hours. How fast is it?"])
    >>> page = "From a forum. a train leaves at 9.40, and travels 1 200 km in 8 hours; how fast is it? I got 150."
    >>> [found.text for found in reference.find(page)]
    ['a train leaves at 9.40, and travels 1 200 km in 8 hours; how fast is it?']
    >>> reference.clean(page)
    'From a forum. I got 150.'
    """

    def __new__(cls, texts: Iterable[str], *, tokens: int | None = None, min_tokens: int | None = None) -> Reference: ...
    def __len__(self) -> int: ...
    def find(self, text: str) -> list[Contained]:
        """Gives what of a text stands in the reference, in order."""

    def clean(self, text: str) -> str:
        """Gives a text without what stands in the reference."""

@final
class Stages:
    """A corpus that many machines clean together, in blocks of rows and in stages; they need no more than a folder in common.

    - `cut` each block, `order` the shingles once, by some of the first blocks;
    - `decide` the blocks in turn, each after it has been looked up in (`meet`) every earlier one;
    - `apply` what was decided to the rows of each block.

    Every stage reads whole files of the folder and writes one of its own, so any scheduler may run it on any machine, and again if one fails. What goes
    is what goes in one run over all rows, in the order of blocks and of the rows in each.

    >>> import pyarrow as pa, tempfile
    >>> from redite import Stages
    >>> rows = pa.table({"text": ["The storm tore the roof off the hall.", "The storm tore the roof off the hall."]})
    >>> stages = Stages(tempfile.mkdtemp() + "/work", Detector())
    >>> for block in range(2):
    ...     cut = stages.cut(block)
    ...     cut.push(rows.slice(block, 1))
    ...     _ = cut.finish()
    >>> stages.order([0])
    >>> stages.decide(0)
    >>> stages.meet(1, 0)
    >>> stages.decide(1)
    >>> cleaned, removed = stages.apply(1, rows.slice(1, 1))
    >>> pa.table(cleaned)["text"].to_pylist(), pa.table(removed)["kept"].to_pylist()[0]["source"]
    ([''], 'block-0:1')
    """

    def __new__(cls, folder: Folder, detector: Detector) -> Stages:
        """Makes the folder, or opens one that was made with the same settings. Raises `StorageError` if it has others, or another version."""

    @property
    def settings(self) -> str: ...
    def cut(self, block: int, *, source: str | None = None) -> Cut:
        """Begins a block: it is cut and folded in memory. `source` stands before the numbers of its rows in what is told of them."""

    def order(self, blocks: Sequence[int]) -> None:
        """Counts the shingles of some blocks into the order by which texts are looked up. It has no say in what is decided."""

    def meet(self, block: int, earlier: int) -> None:
        """Looks a block up in an earlier one, which has been decided."""

    def decide(self, block: int, *, progress: Progress | None = None) -> None:
        """Decides a block that has been looked up in all earlier ones."""

    def apply(self, block: int, data: ArrowIn, *, source: str | None = None) -> tuple[ArrowTable, ArrowTable]:
        """Gives the rows of a block, which are given again, without their repeats, and the removed units as a table."""

@final
class Cut:
    """A block on its way in."""

    def push(self, data: ArrowIn) -> None:
        """Adds rows."""

    def finish(self) -> int:
        """Writes the block, and gives how many rows it has."""
