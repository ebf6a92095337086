"""DuckDB's form of BigQuery SQL, evaluated on DuckDB; tables and columns of queries."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from duckdb_library import library

from dbt_jetstream.sql.dialect import (
    SqlSyntaxError,
    output_columns,
    parse_expression,
    parse_query,
    replace_tables,
    table_names,
    to_duckdb,
)


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(library())
    return connection


# What BigQuery's documentation says that each yields.
VALUES = {
    "COUNTIF(x > 1)": ("select unnest([1, 2, null, 3]) as x", 2),
    "COUNTIF(x)": ("select cast(null as boolean) as x", 0),
    "COUNTIF(x) ": ("select true as x where false", 0),
    "mozfun.map.get_key(x, 'b')": (
        "select [{'key': 'a', 'value': 1}, {'key': 'b', 'value': 2}] as x",
        2,
    ),
    "`mozfun.map.get_key`(x, 'c')": ("select [{'key': 'a', 'value': 1}] as x", None),
    "`mozfun`.map.get_key(x, 'a')": ("select [{'key': 'a', 'value': 1}] as x", 1),
    "mozfun.map.get_key(x, 'a').branch": (
        "select [{'key': 'a', 'value': {'branch': 'control'}}] as x",
        "control",
    ),
    "JSON_VALUE(x, '$.branch')": ("""select '{"branch": "control"}'::json as x""", "control"),
    "JSON_VALUE(x, '$.absent')": ("""select '{"branch": "control"}'::json as x""", None),
    "DATE(x)": ("select timestamp '2024-03-01 23:59:59' as x", dt.date(2024, 3, 1)),
    "DATE_DIFF(DATE '2024-03-03', x, DAY)": ("select date '2024-03-01' as x", 2),
    "SAFE_DIVIDE(x, 0)": ("select 1 as x", None),
    "SAFE_DIVIDE(x, 4)": ("select 1 as x", 0.25),
    "IF(x = \"yes\", 1, 0)": ("select 'yes' as x", 1),
    "LOGICAL_OR(x > 1)": ("select unnest([1, null, 2]) as x", True),
    "COALESCE(LOGICAL_AND(x > 1), FALSE)": ("select 1 as x where false", False),
    "CAST(x AS INT64)": ("select '12' as x", 12),
    "SAFE_CAST(x AS INT64)": ("select 'twelve' as x", None),
}  # fmt: skip


@pytest.mark.parametrize("sql", VALUES)
def test_duckdb_gives_what_bigquery_gives(database: duckdb.DuckDBPyConnection, sql: str) -> None:
    rows, expected = VALUES[sql]
    found = database.execute(f"select {to_duckdb(parse_expression(sql))} from ({rows})").fetchone()
    assert found == (expected,)


def test_the_root_of_an_expression_is_rewritten_too() -> None:
    assert "COUNT_IF" not in to_duckdb(parse_expression("COUNTIF(x)"))


QUERY = """
    WITH recent AS (SELECT * FROM `my-project.telemetry.events` AS t, UNNEST(t.extra) AS u)
    SELECT r.client_id, COUNT(*) AS num_enrollment_events
    FROM recent AS r
    LEFT JOIN mozdata.telemetry.clients_daily USING (client_id)
    JOIN (SELECT * FROM telemetry.clients_daily) AS again ON again.client_id = r.client_id
    GROUP BY 1
"""


def test_tables_are_found_wherever_they_stand_but_no_ctes_and_arrays() -> None:
    assert table_names(parse_query(QUERY)) == [
        "mozdata.telemetry.clients_daily",
        "my-project.telemetry.events",
        "telemetry.clients_daily",
    ]


@pytest.mark.parametrize("dialect", ["bigquery", "duckdb"])
def test_placeholders_take_the_place_of_tables_and_keep_aliases_and_joins(dialect: str) -> None:
    tree = parse_query(QUERY)
    placeholders = {name: f"{{{name}}}" for name in table_names(tree)}
    sql = replace_tables(tree, placeholders, dialect)
    assert "FROM {my-project.telemetry.events} AS t" in sql
    assert "LEFT JOIN {mozdata.telemetry.clients_daily}" in sql
    assert "FROM {telemetry.clients_daily}" in sql
    assert "jetstream_table" not in sql


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        # In one pair of quotes a column may be called as the table is.
        (
            "SELECT e.name FROM `p.d.events`, UNNEST(events) AS e",
            "SELECT e.name FROM [p.d.events] AS events_table CROSS JOIN UNNEST(events) AS e",
        ),
        (
            "SELECT events.day, events.metrics.uuid.id FROM `p.d.events`",
            "SELECT events.day, events.metrics.uuid.id FROM [p.d.events] AS events",
        ),
        (
            "SELECT metrics.uuid.id FROM `p.d.metrics`",
            "SELECT metrics.uuid.id FROM [p.d.metrics] AS metrics_table",
        ),
        ("SELECT x FROM `p.d.metrics`", "SELECT x FROM [p.d.metrics] AS metrics"),
        # Without quotes it is called by its last part.
        ("SELECT metrics.x FROM p.d.metrics", "SELECT metrics.x FROM [p.d.metrics] AS metrics"),
        ("SELECT m.x FROM `p.d.metrics` m", "SELECT m.x FROM [p.d.metrics] AS m"),
        (
            "SELECT d.x FROM (SELECT x FROM p.d.t) AS d",
            "SELECT d.x FROM ( SELECT x FROM [p.d.t] AS t ) AS d",
        ),
    ],
)
def test_a_table_always_has_an_alias_that_hides_no_column(sql: str, written: str) -> None:
    tree = parse_query(sql)
    placeholders = {name: f"[{name}]" for name in table_names(tree)}
    assert " ".join(replace_tables(tree, placeholders, "bigquery").split()) == written


def test_columns_are_named_through_an_outer_star() -> None:
    assert output_columns(parse_query("SELECT a, b AS c FROM t")) == ["a", "c"]
    assert output_columns(parse_query("SELECT * FROM (SELECT a, MIN(b) AS c FROM t)")) == ["a", "c"]
    assert output_columns(parse_query("SELECT * FROM t")) == []


@pytest.mark.parametrize("sql", ["DELETE FROM t", "SELECT 1; SELECT 2", "SELECT FROM WHERE"])
def test_what_is_not_one_query_is_refused(sql: str) -> None:
    with pytest.raises(SqlSyntaxError):
        parse_query(sql)
