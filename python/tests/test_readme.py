"""The page on PyPI says what the package does."""

from __future__ import annotations

import doctest
from pathlib import Path


def test_what_the_page_shows() -> None:
    page = Path(__file__).resolve().parents[1] / "README.md"
    results = doctest.testfile(str(page), module_relative=False)
    assert results.failed == 0 and results.attempted > 15
