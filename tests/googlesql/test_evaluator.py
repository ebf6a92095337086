"""Rows that Google's reference implementation gives, against what BigQuery's documentation says."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from conftest import REPOSITORY
from dbt_jetstream.review.googlesql.catalog import Catalog
from dbt_jetstream.review.googlesql.evaluator import evaluate
from dbt_jetstream.review.googlesql.library import Refused
from dbt_jetstream.review.render import Renderer


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    made = Catalog()
    made.add_table(
        "p.d.t",
        {
            "id": "STRING",
            "day": "DATE",
            "at": "TIMESTAMP",
            "value": "FLOAT64",
            "keys": "ARRAY<STRUCT<key STRING, number INT64>>",
        },
    )
    return made


def test_the_least_number_is_that_of_duckdb(catalog: Catalog) -> None:
    macro = Renderer(REPOSITORY, "bigquery").macros["least_number"]
    rows = "unnest([cast('nan' as float64), 3.0, 1.0, null]) as x"
    assert evaluate(catalog, f"select {macro('x')} from {rows}").rows == [(1.0,)]
    over = f"select {macro('x', 'all_rows')} from {rows} window all_rows as (partition by 1)"
    assert evaluate(catalog, over).rows == [(1.0,)] * 4
    ((nan,),) = evaluate(catalog, f"select {macro('x')} from {rows} where is_nan(x)").rows
    assert math.isnan(nan)


def test_values_are_those_of_python(catalog: Catalog) -> None:
    sql = (
        "select 1, [1, 2], struct(1 as x, 'y' as z), date '2026-01-31', null, true, 1.5, b'a', "
        "timestamp '2026-01-31 00:00:00.25 America/New_York'"
    )
    assert evaluate(catalog, sql).rows == [
        (
            1,
            [1, 2],
            {"x": 1, "z": "y"},
            dt.date(2026, 1, 31),
            None,
            True,
            1.5,
            b"a",
            dt.datetime(2026, 1, 31, 5, 0, 0, 250_000, tzinfo=dt.UTC),
        )
    ]


def test_tables_have_rows(catalog: Catalog) -> None:
    at = dt.datetime(2026, 1, 31, 5, 0, 0, 250_000, tzinfo=dt.UTC)
    given = [
        ("a", dt.date(2026, 1, 31), at, math.nan, [{"key": "k", "number": 7}, ("l", None)]),
        ("b", None, None, -math.inf, []),
    ]
    found = evaluate(catalog, "select * from `p`.`d`.`t` order by id", {"p.d.t": given}).rows
    assert found[0][:3] == ("a", dt.date(2026, 1, 31), at)
    assert math.isnan(found[0][3])
    assert found[0][4] == [{"key": "k", "number": 7}, {"key": "l", "number": None}]
    assert found[1] == ("b", None, None, -math.inf, [])


def test_tables_of_one_name_are_told_apart_and_may_be_empty(catalog: Catalog) -> None:
    catalog.add_table("p.e.t", {"n": "INT64"})
    sql = "select n, id from `p`.`e`.`t` as one left join `p`.`d`.`t` as other on true"
    assert evaluate(catalog, sql, {"p.e.t": [(1,)], "p.d.t": []}).rows == [(1, None)]


def test_nan_and_null_are_bigquery_s(catalog: Catalog) -> None:
    sql = "select nan > 1, nan = nan, concat('a', null) from (select cast('nan' as float64) as nan)"
    assert evaluate(catalog, sql).rows == [(False, False, None)]


def test_a_query_that_fails_says_why(catalog: Catalog) -> None:
    with pytest.raises(Refused, match="division by zero: 1 / 0"):
        evaluate(catalog, "select 1 / 0")
