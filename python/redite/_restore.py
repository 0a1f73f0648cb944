"""Puts removed texts back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._redite import Removed


def restore(cleaned: str, removed: Iterable[Removed | Mapping[str, Any]]) -> str:
    """Gives the text as it was before what `removed` names was taken out of it: of this text alone, in any order.

    >>> import redite
    >>> text = "The storm tore the roof off. The storm tore the roof off. Nobody was hurt."
    >>> cleaned, removed, stats = redite.Detector().clean([text])
    >>> restore(cleaned[0], removed) == text
    True
    """
    places = []
    for unit in removed:
        fields = unit.to_dict() if isinstance(unit, Removed) else unit
        places.append((int(fields["chars"][0]), str(fields["text"])))
    out: list[str] = []
    at = taken = 0
    for start, text in sorted(places):
        if start < taken:
            raise ValueError("removed units overlap: they are not all of one text")
        if start - taken > len(cleaned) - at:
            raise ValueError("the text is shorter than where a unit was removed: it is not the one that was cleaned")
        out += (cleaned[at : at + start - taken], text)
        at += start - taken
        taken = start + len(text)
    return "".join([*out, cleaned[at:]])
