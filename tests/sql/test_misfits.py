"""What SQL alone shows to be refused by BigQuery."""

from __future__ import annotations

import pytest

from dbt_jetstream.sql.misfits import misfit


@pytest.mark.parametrize(
    "sql",
    [
        "hours",
        "COALESCE(hours, 0)",
        "hours > 3",
        "IF(x = 1, y, z)",
        "SUM(x) / y",
        "COUNT(*) > 0 AND ds.country = 'DE'",
    ],
)
def test_a_value_without_an_aggregate_is_told(sql: str) -> None:
    assert "has no aggregate, and a unit may have several rows" in str(misfit(sql))


@pytest.mark.parametrize(
    "sql", ["SUM(SUM(x))", "SUM(IF(COUNT(*) > 1, 1, 0))", "LOGICAL_OR(MAX(x) > 0)"]
)
def test_an_aggregate_of_an_aggregate_is_told(sql: str) -> None:
    assert str(misfit(sql)).endswith("aggregate once")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("COUNTIF(LENGTH(x))", "is of a number; it takes a condition"),
        ("LOGICAL_OR(CASE WHEN x THEN 1 ELSE 0 END)", "is of a number; it takes a condition"),
        ("SUM(x > 1)", "adds up what is true or false; count it, as `COUNTIF(x)`"),
        ("SUM(CAST(x AS STRING))", "adds up text; it takes numbers"),
        ("COALESCE(LOGICAL_OR(x), 0)", "true or false here and a number there; give all the same"),
        ("MAX(CASE WHEN x THEN 1 ELSE 'no' END)", "a number here and text there; give all the sa"),
        ("MAX(IF(x, 'yes', 0))", "text here and a number there; give all the same type"),
    ],
)
def test_an_argument_whose_type_shows_is_told(sql: str, words: str) -> None:
    assert words in str(misfit(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "SUM(x)",
        "1",
        "MAX_BY(a, b)",
        "HLL_COUNT.MERGE(x)",
        "f.g(x)",
        "COUNTIF(x)",
        "COALESCE(MAX(IF(x > 0, NOT y IS NULL, NULL)), FALSE)",
        "IF(LOGICAL_OR(x), MAX(y), NULL)",
        "DATE_DIFF(MAX(ds.day), e.enrollment_date, DAY)",
        "COUNTIF(day > enrollment_date)",
        "(SELECT SUM(n) FROM UNNEST(ARRAY_AGG(STRUCT(x AS n))))",
        "SUM(CASE WHEN x THEN 1 ELSE 0.5 END)",
        "COALESCE(MAX(x), '2026-03-02')",
    ],
)
def test_what_bigquery_may_take_is_not_told(sql: str) -> None:
    assert misfit(sql) is None
