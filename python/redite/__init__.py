"""redite (French: a thing said twice) finds sentences and paragraphs that repeat one another.

Exact or near, inside one article and across millions, in any language and script; every removal is verified on the texts, and names
the text that stays in its favour.

>>> import redite
>>> text = "The council counted 1,500 visitors at the fair. Rain fell all day. The council counted 1 500 visitors at the fair."
>>> redite.clean(text)
'The council counted 1,500 visitors at the fair. Rain fell all day.'
>>> redite.find(text)[0].kept.text
'The council counted 1,500 visitors at the fair.'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import CapacityError, RediteError, SettingsError, StorageError
from ._redite import (
    Contained,
    Cut,
    Detection,
    Detector,
    Index,
    Kept,
    Reference,
    Removed,
    Repeat,
    Session,
    Snapshot,
    Stages,
    Stats,
    __version__,
)
from ._restore import restore

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._redite import Settings

__all__ = [
    "CapacityError",
    "Contained",
    "Cut",
    "Detection",
    "Detector",
    "Index",
    "Kept",
    "RediteError",
    "Reference",
    "Removed",
    "Repeat",
    "Session",
    "SettingsError",
    "Snapshot",
    "Stages",
    "Stats",
    "StorageError",
    "__version__",
    "clean",
    "find",
    "restore",
]


def clean(text: str, **settings: Unpack[Settings]) -> str:
    """Gives one text without what it says twice. Settings are those of `Detector`.

    >>> clean("The storm tore the roof off. The storm tore the roof off.")
    'The storm tore the roof off.'
    """
    return Detector(**settings).clean_text(text)


def find(text: str, **settings: Unpack[Settings]) -> list[Removed]:
    """Gives what one text says twice, and which text of it stays. Settings are those of `Detector`.

    >>> [removed.text for removed in find("The storm tore the roof off. The storm tore the roof off.")]
    [' The storm tore the roof off.']
    """
    return Detector(**settings).find(text)


