"""The tree of the package explains it: rooms without circles, short files, and a map that holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import REPOSITORY
from tree import SRC, arrows, circle

MOST_LINES = 300
MAP = re.compile(r"```\n(metric_hub/.*?)```", re.DOTALL)
# Top-level modules that profiles and models of earlier versions name.
REEXPORTS = {"duckdb_plugin", "python_model"}


def _places() -> list[Path]:
    """The places that the map in CONTRIBUTING names, by how far their lines are indented."""
    (text,) = MAP.findall((REPOSITORY / "CONTRIBUTING.md").read_text())
    found: list[Path] = []
    above: list[tuple[int, Path]] = []
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        above = [(depth, place) for depth, place in above if depth < indent]
        folder = above[-1][1] if above else REPOSITORY
        names = re.match(r"(?:[\w./]+(?:/|\.py) ?)+", line.lstrip())
        assert names, line
        places = [folder / name for name in names.group().split()]
        found += places
        above.append((indent, places[0]))
    return found


def test_the_map_names_every_room_and_nothing_else() -> None:
    places = _places()
    assert [place for place in places if not place.exists()] == []
    rooms = {path.name for path in SRC.iterdir() if (path / "__init__.py").exists()}
    assert {place.name for place in places if place.parent == SRC} == rooms


def test_no_rooms_import_each_other_in_a_circle() -> None:
    assert circle() == []
    assert ("statistics", "trust") not in arrows()


def test_loose_modules_only_pass_on_what_moved() -> None:
    loose = {path.stem for path in SRC.glob("*.py")} - {"__init__"}
    assert loose == REEXPORTS
    for name in loose:
        assert len((SRC / f"{name}.py").read_text().splitlines()) < 10


@pytest.mark.parametrize("suffix", ["py", "sql"])
def test_no_file_is_long(suffix: str) -> None:
    long = {
        str(path.relative_to(SRC)): lines
        for path in SRC.rglob(f"*.{suffix}")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}
