"""The examples run, and print what they are there to show."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def need(*modules: str) -> None:
    """Skips a test for which a package is not installed. With `REDITE_ALL=1` the test fails instead."""
    for module in modules:
        if os.environ.get("REDITE_ALL") == "1":
            importlib.import_module(module)
        else:
            pytest.importorskip(module, reason=f"{module} is not installed; pip install 'redite[test]' has all")


def run(path: Path, folder: Path) -> list[str]:
    """The lines that a script prints. What it or its libraries leave behind goes to `folder`."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder), "RAY_USAGE_STATS_ENABLED": "0", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=folder,
        env={**os.environ, **offline},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


# The packages that each needs, and all lines that it prints.
EXPECTED: dict[str, tuple[tuple[str, ...], str]] = {
    "polars_frame": (
        ("polars",),
        """\
gazette-2: removed 'A freight train left the rails near Oakfield on Sunday evening.' (equal)
  gazette-1 keeps 'A freight train left the rails near Oakfield on Sunday evening.'
courier-9: removed 'A freight train had left the rails near Oakfield on Sunday evening.' (near)
  gazette-1 keeps 'A freight train left the rails near Oakfield on Sunday evening.'
130 of 460 bytes removed
{'id': 'gazette-1', 'words': None, 'text': 'A freight train left the rails near Oakfield on Sunday evening. \
Nobody was injured, the railway said. The line to the coast stays closed until Wednesday.'}
{'id': 'gazette-2', 'words': 420, 'text': 'Commuters waited for buses on Monday. \
The railway expects repairs to cost 2.4 million euros.'}
{'id': 'courier-9', 'words': 380, 'text': 'The railway has hired 40 buses. \
The line to the coast stays closed until Thursday.'}
""",
    ),
    "pandas_frame": (
        ("pandas", "pyarrow"),
        """\
https://northpost.example/city/7: removed the paragraph \
'We use cookies to measure how this site is read; you can refuse them at any time.'
  because https://www.northpost.example/sport/1 keeps \
'We use cookies to measure how this site is read; you can refuse them at any time.'
https://www.northpost.example/sport/1: 'The rowing club won the river race by two lengths.\\n\\n\
We use cookies to measure how this site is read; you can refuse them at any time.'
https://northpost.example/city/7: 'The town hall opens its new reading room on 3 March.'
https://southmail.example/city/2: 'Two roads are closed for the river race.\\n\\n\
We use cookies to measure how this site is read; you can refuse them at any time.'
""",
    ),
    "hugging_face": (
        ("datasets", "pyarrow"),
        """\
0 equal and 1 similar units removed
pool:2: 'The pool on Mill Lane will open again on 12 May after two years of repairs.', similarity 0.8824
  stays in pool:1: 'The swimming pool on Mill Lane will open again on 12 May after two years of repairs.'
{'text': 'The swimming pool on Mill Lane will open again on 12 May after two years of repairs.', 'topic': 0}
{'text': 'Entry costs 4 euros.', 'topic': 1}
{'text': 'The swimming pool on Mill Lane will open again on 19 May after two years of repairs.', 'topic': 0}
['city', 'sport']
""",
    ),
    "datatrove_pipeline": (
        ("datatrove", "pyarrow"),
        """\
d2: removed 'The ferry to Skerry Island will not sail in January.'
  because d1 keeps 'The ferry to Skerry Island will not sail in January. Its engine is being replaced.'
d3: removed 'The ferry to Skerry Island will not sail in January.'
  because d1 keeps 'The ferry to Skerry Island will not sail in January. Its engine is being replaced.'
d1: The ferry to Skerry Island will not sail in January. Its engine is being replaced.
d2: Islanders have asked for a plane.
""",
    ),
    "ray_dataset": (
        ("ray.data",),
        """\
v2: removed 'Snow closed the pass road on Friday.', which stays in v1
h1: removed 'Snow closed the pass road on Friday.', which stays in v1
v1: Snow closed the pass road on Friday. Forty drivers spent the night in a school.
v2: The school cooked soup for them.
h1: The ski lifts stood still as well.
hill h1: Snow closed the pass road on Friday. The ski lifts stood still as well.
valley v1: Snow closed the pass road on Friday. Forty drivers spent the night in a school.
valley v2: The school cooked soup for them.
""",
    ),
    "duckdb_table": (
        ("duckdb", "pyarrow"),
        """\
2: removed 'The dairy in Elm Street is to close.', as 1 keeps 'The dairy in Elm Street is to close.'
1 of 2026-03-02: The dairy in Elm Street is to close. It employs 85 people.
2 of 2026-03-04: Unions will meet the owner.
3 of 2026-05-20: The dairy in Elm Street is to close. The owner confirmed it for a second time.
""",
    ),
    "progress_bar": (
        ("tqdm",),
        """\
40000 articles, 80000 paragraphs, 39999 units removed
Birkdale-0: removed 'Readings are taken at noon and checked by hand before they are published.'
  because Ashby-0 keeps 'Readings are taken at noon and checked by hand before they are published.'
Corley-0: removed 'Readings are taken at noon and checked by hand before they are published.'
  because Ashby-0 keeps 'Readings are taken at noon and checked by hand before they are published.'
""",
    ),
    "news_service": (
        (),
        """\
the draft repeats m1 (monday:1): 'The council approved a tram line to the airport.'
t1: removed 'A fire damaged the boat house on Lake Road.', which stands in m2
t1: Police suspect that it was arson.
t2: The lake is frozen for the first time since 1996.
the snapshot has 2 stories, a new one 4
m2 as it was published: A fire damaged the boat house on Lake Road. The cause is not known.
""",
    ),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_example(name: str, tmp_path: Path) -> None:
    modules, expected = EXPECTED[name]
    need(*modules)
    assert run(EXAMPLES / f"{name}.py", tmp_path) == expected.splitlines()


def test_every_example_is_run() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(EXPECTED)
