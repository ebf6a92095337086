"""Documents hold together: decisions have a status and a date, and what is named is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import REPOSITORY

DECISIONS = sorted((REPOSITORY / "docs/decisions").glob("*.md"))
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
STATUS = re.compile(r"^Status: (accepted|superseded), 20\d\d-\d\d-\d\d[.;]")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
# In backticks, what looks like a file of the repository's own folders.
NAMED = re.compile(r"`((?:src|docs|macros|tests|benchmarks|seeds|demo|examples)/[\w./-]+\.\w+)`")


def _named(page: Path) -> Iterator[Path]:
    text = page.read_text()
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:"):
            yield page.parent / target
    yield from (REPOSITORY / name for name in NAMED.findall(text))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem[:4])
def test_a_decision_has_a_number_a_status_and_a_date(decision: Path) -> None:
    title, empty, status = decision.read_text().splitlines()[:3]
    assert title.startswith(f"# {int(decision.name[:4])}. ")
    assert empty == ""
    assert STATUS.match(status), status


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    assert [str(path) for path in _named(page) if not path.exists()] == []
