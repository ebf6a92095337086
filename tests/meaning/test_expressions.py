"""Expressions mean on DuckDB what they mean on BigQuery, or the project says that they cannot run.

`expressions.txt` has them. Google's evaluator is the judge, on values that we have not chosen.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from meaning.engines import Engines, gap_in, same
from tiers import sample

LIST = Path(__file__).parent / "expressions.txt"
# What a line begins with, where the two do not give the same.
MARKS = ("gap", "lenient", "strict", "differs")


def _listed() -> list[tuple[str, str, str]]:
    """List the expressions: the mark or nothing, over which rows, and the expression."""
    found, over = [], ""
    for line in LIST.read_text().splitlines():
        if line.startswith("== "):
            over = line.split()[1].rstrip(":")
        elif line and not line.startswith("#"):
            mark, _, rest = line.partition(": ")
            found.append((mark, over, rest) if mark in MARKS else ("", over, line))
    return found


EXPRESSIONS = _listed()
SAMPLE = sample(EXPRESSIONS, 3)
ASKED_AT_ONCE = 40


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines()


@pytest.fixture(scope="module")
def on_bigquery(engines: Engines) -> dict[tuple[str, str], list[Any] | None]:
    """What Google's evaluator gives, by the expression and over which rows."""
    found = {}
    for over in {rows for _, rows, _ in SAMPLE}:
        asked = sorted((mark, text) for mark, rows, text in SAMPLE if rows == over)
        texts = [text for mark, text in asked if mark != "gap"]
        for start in range(0, len(texts), ASKED_AT_ONCE):
            part = texts[start : start + ASKED_AT_ONCE]
            answers = engines.bigquery(part, over)
            found |= {(over, text): values for text, values in zip(part, answers, strict=True)}
    return found


@pytest.mark.parametrize(("mark", "over", "expression"), SAMPLE)
def test_duckdb_gives_what_bigquery_gives(
    engines: Engines,
    on_bigquery: dict[tuple[str, str], list[Any] | None],
    mark: str,
    over: str,
    expression: str,
) -> None:
    assert (gap_in(expression) is not None) == (mark == "gap")
    if mark == "gap":
        return
    bigquery, duckdb = on_bigquery[over, expression], engines.duckdb(expression, over)
    if mark == "lenient":
        assert bigquery is None
        assert duckdb is not None
    elif mark == "strict":
        assert bigquery is not None
        assert duckdb is None
    else:
        are_same = same(bigquery, duckdb)
        assert are_same == (mark != "differs"), (bigquery, duckdb)


def test_few_expressions_differ() -> None:
    found = Counter(mark for mark, _, _ in EXPRESSIONS)
    assert found[""] >= 800
    # docs/duckdb.md names each of these.
    assert found["differs"] + found["strict"] <= 3
