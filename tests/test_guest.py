"""A guest in dbt: no macro of this package's stands in the place of one of dbt's."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from conftest import REPOSITORY

NAME = re.compile(r"\{%-?\s*(?:macro|test|materialization)\s+(\w+)")
DISPATCHED = re.compile(r"(?:default|duckdb|bigquery)__(\w+)")
PACKAGES = ("global_project", "duckdb", "bigquery")


def _names(folder: Path) -> set[str]:
    return {
        name for path in folder.rglob("*.sql") for name in NAME.findall(path.read_text("utf-8"))
    }


def _fronts(names: set[str]) -> set[str]:
    """The macros for which a project may have variants, by dbt's `dispatch`."""
    found = (DISPATCHED.fullmatch(name) for name in names)
    return {match[1] for match in found if match}


def test_no_macro_has_a_name_that_dbt_looks_for() -> None:
    ours = _names(REPOSITORY / "macros") | _names(REPOSITORY / "tests/generic")
    theirs: set[str] = set()
    for package in PACKAGES:
        theirs |= _names(Path(str(files(f"dbt.include.{package}"))) / "macros")
    assert len(theirs) > 500
    assert ours & (theirs | _fronts(theirs)) == set()
    assert _fronts(ours) & (theirs | _fronts(theirs)) == set()
