"""What tests share."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests" / "data" / "sample" / "articles.jsonl"


def records(path: Path) -> list[dict[str, Any]]:
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Program:
    """The command line, built from the same checkout."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path, self.folder = path, folder

    def clean(self, name: str, rows: list[dict[str, Any]], *options: str) -> tuple[list[Any], list[dict[str, Any]]]:
        """What `redite clean` makes of rows as JSON Lines: the cleaned rows, and the removed units."""
        given, out, removed = (self.folder / f for f in (name, f"{name}.out", f"{name}.removed"))
        given.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        command = [str(self.path), "clean", name, "-q", "-o", out.name, "--removed", removed.name, *options]
        subprocess.run(command, check=True, cwd=self.folder)
        return records(out), [line for line in records(removed) if "unit" in line]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """`REDITE_PROGRAM`, or what cargo makes of the checkout."""
    named = os.environ.get("REDITE_PROGRAM")
    if not named:
        if not shutil.which("cargo"):
            pytest.skip("neither REDITE_PROGRAM nor cargo is there to compare with the program")
        subprocess.run(["cargo", "build", "--release", "--locked"], check=True, cwd=ROOT)
        named = str(ROOT / "target" / "release" / "redite")
    return Program(Path(named), tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="session")
def sample() -> list[dict[str, Any]]:
    return records(SAMPLE)
