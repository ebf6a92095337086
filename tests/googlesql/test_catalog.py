"""What Google's analyzer says of statements, by tables and functions that it is told of."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dbt_jetstream.review.googlesql.catalog import Catalog, type_text
from dbt_jetstream.review.googlesql.library import Refused
from dbt_jetstream.review.googlesql.size import Size, size


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    made = Catalog()
    made.add_table("a.b.events", {"events": "ARRAY<STRUCT<name STRING>>", "n": "INTEGER"})
    return made


# Each mistake that BigQuery refused in this project's SQL, and how it is written instead.
MENDED = {
    "a WHERE without FROM": (
        "select 0 as bin_id where false",
        "Query without FROM clause cannot have a WHERE clause",
        "select 0 as bin_id from (select 1) where false",
    ),
    "an alias of an aggregate that hides what HAVING adds up": (
        "select k, sum(n) as n from (select 1 as k, 2 as n) group by 1 having sum(n) != 0",
        "Aggregations of aggregations are not allowed",
        "select t.k, sum(t.n) as n from (select 1 as k, 2 as n) as t group by 1 "
        "having sum(t.n) != 0",
    ),
    "an alias that hides the column of GROUP BY": (
        "select concat(m, string_agg('x')) as m from (select 'm' as m) group by m",
        "Column m contains an aggregation function",
        "select concat(t.m, string_agg('x')) as m from (select 'm' as m) as t group by t.m",
    ),
    "a table's name that hides its column": (
        "select event.name from a.b.events cross join unnest(events) as event",
        "Values referenced in UNNEST must be arrays",
        "select event.name from a.b.events as t cross join unnest(t.events) as event",
    ),
}


@pytest.mark.parametrize("case", MENDED.values(), ids=list(MENDED))
def test_what_bigquery_refuses_is_refused(catalog: Catalog, case: tuple[str, str, str]) -> None:
    refused, message, accepted = case
    with pytest.raises(Refused, match=message):
        catalog.analyze(refused)
    catalog.analyze(accepted)


def test_a_mistake_is_named_with_its_place(catalog: Catalog) -> None:
    with pytest.raises(Refused, match=r"Unrecognized name: m \[at 2:1\]"):
        catalog.analyze("select\nm from a.b.events")


def test_columns_have_the_types_of_bigquery(catalog: Catalog) -> None:
    columns = catalog.columns(
        "select sum(n) as n, avg(n) as mean,"
        " array_agg(struct(date '2026-01-01' as day, n)) as days,"
        " any_value(t.events) as events from a.b.events as t"
    )
    assert {name: type_text(kind) for name, kind in columns.items()} == {
        "n": "INT64",
        "mean": "FLOAT64",
        "days": "ARRAY<STRUCT<`day` DATE, `n` INT64>>",
        "events": "ARRAY<STRUCT<`name` STRING>>",
    }


def test_a_table_takes_the_place_of_the_one_of_its_name(catalog: Catalog) -> None:
    catalog.add_table("d.t", {"old": "INT64"})
    catalog.analyze("select old from d.t")
    catalog.add_typed_table("D.T", catalog.columns("select 1.5 as later"))
    catalog.analyze("select later from `d`.`t`")
    with pytest.raises(Refused, match="Unrecognized name: old"):
        catalog.analyze("select old from d.t")


def test_functions_are_known_by_their_statements(catalog: Catalog) -> None:
    catalog.add_function("create function m.f.twice(x any type) as (x * 2)")
    catalog.add_function(
        "create function m.f.of_text(x string) returns array<float64> language js as 'return []'"
    )
    columns = catalog.columns("select m.f.twice(1.5) as a, m.f.twice(2) as b, m.f.of_text('') as c")
    assert [type_text(kind) for kind in columns.values()] == ["FLOAT64", "INT64", "ARRAY<FLOAT64>"]
    with pytest.raises(Refused, match="No matching signature"):
        catalog.analyze("select m.f.of_text(1)")


def test_a_cte_counts_wherever_it_is_named(catalog: Catalog) -> None:
    once = catalog.analyze("with c as (select n from a.b.events) select n from c")
    twice = catalog.analyze(
        "with c as (select n from a.b.events) select n from c union all select n from c"
    )
    nested = catalog.analyze(
        "with c as (select n from a.b.events), d as (select n from c union all select n from c)"
        " select n from d union all select n from d"
    )
    assert [size(found).scans for found in (once, twice, nested)] == [1, 2, 4]
    assert size(once).nodes < size(twice).nodes < size(nested).nodes
    # The statement, its projection, the row that it projects, the computed literal.
    assert size(catalog.analyze("select 1 as one")) == Size(0, 4)


def test_a_process_is_ready_in_a_second() -> None:
    program = (
        "import time; from dbt_jetstream.review.googlesql.catalog import Catalog; "
        "Catalog().analyze('select 1'); print(time.process_time())"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert float(done.stdout) < 1


def test_expressions_may_be_long_and_deep(catalog: Catalog) -> None:
    catalog.analyze(f"select {' + '.join(['n'] * 200)} as n from a.b.events")
    catalog.analyze(f"select {'abs(' * 200}n{')' * 200} as n from a.b.events")


def test_what_is_too_deep_is_refused_and_the_next_statement_is_not(catalog: Catalog) -> None:
    for _ in range(3):
        with pytest.raises(Refused, match="nested too deeply"):
            catalog.analyze(f"select {' + '.join(['n'] * 5_000)} as n from a.b.events")
    assert list(catalog.columns("select n from a.b.events")) == ["n"]
    with pytest.raises(Refused, match="Unrecognized name: m"):
        catalog.analyze("select m from a.b.events")
