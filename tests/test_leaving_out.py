"""What is told of a metric that is left out, and how those that fail are searched for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from dbt_common.exceptions import DbtDatabaseError

from dbt_jetstream.inside_dbt.leaving_out import PROBED, _said, _search, added
from dbt_jetstream.review.googlesql.catalog import Catalog
from dbt_jetstream.review.googlesql.library import Refused

JOB = "\n\nLocation: US\nJob ID: 7083ebbd-64ba-4964-9da8-dea856c7e68f\n"
URL = "https://bigquery.googleapis.com/bigquery/v2/projects/p/queries/7083?maxResults=0&location=US"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        # As dbt-duckdb and dbt-bigquery raise them.
        ('Binder Error: no "b"!\n\nLINE 3: sum(b)\n            ^', 'Binder Error: no "b"!'),
        ("Unrecognized name: b; Did you mean a? at [3:5]", "Unrecognized name: b; Did you mean a?"),
        ("Query error: Bad int64 value: US at [1:1]", "Query error: Bad int64 value: US"),
        (f"500 POST {URL}: An internal error occurred{JOB}", "An internal error occurred"),
    ],
)
def test_a_cause_is_told_without_what_is_of_one_statement_alone(message: str, told: str) -> None:
    assert _said(DbtDatabaseError(message)) == told


@pytest.mark.parametrize("words", ["it fails", ""])
def test_those_that_fail_are_found_whatever_the_warehouse_says(words: str) -> None:
    entries = [f"metric m{number}" for number in range(7)]
    failing = {"metric m2", "metric m6"}

    def refused(kept: Sequence[str]) -> str | None:
        return words if failing & set(kept) else None

    assert _search(entries, words, refused) == dict.fromkeys(failing, words)


def test_google_takes_the_statement_that_runs_a_query_and_keeps_nothing() -> None:
    catalog = Catalog()
    for statement in PROBED.format("with one as (select 1 as a) select a from one").split(";"):
        catalog.analyze(statement)


@pytest.mark.parametrize(
    ("value", "is_refused"), [("'many'", True), ("date '2026-03-02'", True), ("1", False)]
)
def test_bigquery_refuses_columns_that_have_got_another_type(value: str, is_refused: bool) -> None:
    catalog = Catalog()
    catalog.add_table("a.b.weekly", {"branch": "STRING", "longest": "FLOAT64"})
    query = f"select 'control' as branch, {value} as longest, true as new_one"
    kept = ["metric longest", "metric new_one"]
    statement = added("a.b.weekly", {"branch", "longest"}, query, kept)
    if is_refused:
        with pytest.raises(Refused, match="longest"):
            catalog.analyze(statement)
    else:
        catalog.analyze(statement)
    # Of what its table has not got yet, the query is asked alone.
    assert added("a.b.weekly", {"branch"}, query, kept) == query
