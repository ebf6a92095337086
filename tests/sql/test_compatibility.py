"""BigQuery's and mozfun's functions on DuckDB: what they yield there.

Expected values come from BigQuery's function reference (cloud.google.com/bigquery/docs/reference/
standard-sql) and from the assertions in mozfun's definitions (github.com/mozilla/bigquery-etl,
sql/mozfun/<dataset>/<function>/udf.sql), never from a run of ours.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from duckdb_library import library

from dbt_jetstream.sql.compatibility import FUNCTIONS
from dbt_jetstream.sql.dialect import parse_expression, parse_query, to_duckdb


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(library())
    return connection


def evaluate(database: duckdb.DuckDBPyConnection, sql: str, rows: str = "select 1") -> Any:
    found = database.execute(f"select {to_duckdb(parse_expression(sql))} from ({rows})").fetchone()
    assert found is not None
    return found[0]


def test_the_functions_that_a_run_creates_are_the_ones_that_the_package_knows(
    database: duckdb.DuckDBPyConnection,
) -> None:
    created = database.execute(
        "select function_name from duckdb_functions() where not internal and schema_name = 'main'"
    ).fetchall()
    assert {name for (name,) in created} == FUNCTIONS


CLASSIC = (
    '{"bucket_count":10,"histogram_type":1,"sum":2628,"range":[1,100],'
    '"values":{"0":12434,"1":297,"13":8}}'
)
# Each with what mozfun's own assertion in udf.sql expects, unless said otherwise.
MOZFUN = {
    "mozfun.map.get_key([STRUCT('foo' AS key, 42 AS value), ('bar', 12)], 'bar')": 12,
    "mozfun.map.get_key_with_null([STRUCT('a' AS key, 42 AS value), (NULL, 12)], NULL)": 12,
    "mozfun.map.sum([STRUCT('a' AS key, 1 AS value), ('a', 2)])": [{"key": "a", "value": 3}],
    "mozfun.map.sum([STRUCT(NULL AS key, 1 AS value)])": [{"key": None, "value": 1}],
    "mozfun.map.extract_keyed_scalar_sum([STRUCT('a' AS key, 1 AS value), ('b', 2)])": 3,
    "mozfun.map.extract_keyed_scalar_sum([STRUCT('a' AS key, 1 AS value), ('b', NULL)])": 1,
    "mozfun.map.extract_keyed_scalar_sum([])": None,
    "mozfun.stats.mode_last(['foo', 'bar', 'baz', 'bar', 'fred'])": "bar",
    "mozfun.stats.mode_last(['foo', 'bar', 'baz', 'bar', 'baz', 'fred'])": "baz",
    "mozfun.stats.mode_last([NULL, 'foo', NULL])": "foo",
    "mozfun.json.extract_int_map('{\"1\":147573952589676410000}')": [{"key": 1, "value": None}],
    "mozfun.json.extract_int_map('{}')": [],
    f"mozfun.hist.extract('{CLASSIC}')": {
        "bucket_count": 10,
        "histogram_type": 1,
        "sum": 2628,
        "range": [1, 100],
        "values": [
            {"key": 0, "value": 12434},
            {"key": 1, "value": 297},
            {"key": 13, "value": 8},
        ],
    },
    "mozfun.hist.extract('3;2;5;1,2;0:0,1:5,2:0')": {
        "bucket_count": 3,
        "histogram_type": 2,
        "sum": 5,
        "range": [1, 2],
        "values": [{"key": 0, "value": 0}, {"key": 1, "value": 5}, {"key": 2, "value": 0}],
    },
    "mozfun.hist.extract('51;1;0;1,50;').values": [],
    "mozfun.hist.extract('0,31')": {
        "bucket_count": 3,
        "histogram_type": 2,
        "sum": 31,
        "range": [1, 2],
        "values": [{"key": 0, "value": 0}, {"key": 1, "value": 31}, {"key": 2, "value": 0}],
    },
    "mozfun.hist.extract('37')": {
        "bucket_count": 3,
        "histogram_type": 4,
        "sum": 37,
        "range": [1, 2],
        "values": [{"key": 0, "value": 37}, {"key": 1, "value": 0}],
    },
    "mozfun.hist.extract(CAST(NULL AS STRING))": None,
    "mozfun.hist.count('4,3')": 7,
    "mozfun.hist.count('3;2;7;1,2;0:1,1:2,2:4')": 7,
    'mozfun.hist.threshold_count(\'{"values":{"0":1,"1":2, "4": 10, "8": 7}}\', 4)': 17,
    "mozfun.hist.threshold_count('{}', 1)": 0,
    "mozfun.hist.extract_histogram_sum('4,7')": 7,
    "mozfun.hist.extract_histogram_sum('3;2;7;1,2;0:0,1:5,2:1')": 7,
    'mozfun.hist.extract_histogram_sum(\'{"range":[1,2],"values":{"1": 7},"sum":7}\')': 7,
    "mozfun.hist.extract_histogram_sum('foo')": None,
    "mozfun.hist.extract_keyed_hist_sum([STRUCT('a' AS key, '7' AS value), ('b', '0,5')])": 12,
    "mozfun.hist.mean(STRUCT(30798 AS sum, [STRUCT(2 AS value)] AS values))": 15399,
    "mozfun.hist.mean(STRUCT(0 AS sum, [STRUCT(2147483649 AS value)] AS values))": 0,
    "mozfun.hist.mean(STRUCT(10 AS sum, [STRUCT(0 AS value)] AS values))": None,
    "mozfun.hist.percentiles(STRUCT([STRUCT(99 AS key, 100 AS value), (100, 101)] AS values), "
    "[.5])": [{"percentile": 0.5, "value": 100}],
    "mozfun.hist.percentiles(STRUCT([STRUCT(0 AS key, 0 AS value)] AS values), [.2, .5])": [],
    "mozfun.hist.merge([mozfun.hist.extract('37'), mozfun.hist.extract('0,31')]).sum": 68,
    # 37 in bucket 0 of the first, 31 in bucket 1 of the second, summed by bucket.
    "mozfun.hist.merge([mozfun.hist.extract('37'), mozfun.hist.extract('0,31')]).values": [
        {"key": 0, "value": 37},
        {"key": 1, "value": 31},
        {"key": 2, "value": 0},
    ],
    "mozfun.hist.normalize(mozfun.hist.extract('3,3')).values": [
        {"key": 0, "value": 0.5},
        {"key": 1, "value": 0.5},
        {"key": 2, "value": 0.0},
    ],
    "mozfun.norm.extract_version('16.03.1', 'minor')": Decimal(3),
    "mozfun.norm.extract_version('5.1.5-ubuntu-foobar', 'patch')": Decimal(5),
    "mozfun.norm.extract_version('100.01.1', 'major')": Decimal(100),
    "mozfun.norm.extract_version('10', 'minor')": None,
    "mozfun.norm.truncate_version('16.1.1', 'minor')": "16.1",
    "mozfun.norm.truncate_version('16.1.1', 'major')": "16",
    "mozfun.norm.os('Windows_NT')": "Windows",
    "mozfun.norm.os('Darwin')": "Mac",
    "mozfun.norm.os('GNU/kFreeBSD')": "Linux",
    "mozfun.norm.os('All the iPhones')": "iOS",
    "mozfun.norm.os('All the iOSes')": "Other",
    "mozfun.norm.os('All the Androids')": "Other",
    "mozfun.norm.windows_version_info('Windows_95', NULL, NULL)": "Windows 95",
    "mozfun.norm.windows_version_info('Windows_NT', '5.2', NULL)": "Windows XP",
    "mozfun.norm.windows_version_info('Windows_NT', '10.0', 19043)": "Windows 10",
    "mozfun.norm.windows_version_info('Windows_NT', '10.0', 22623)": "Windows 11",
    "mozfun.norm.windows_version_info('Windows_NT', '10.0', NULL)": None,
    "mozfun.norm.windows_version_info('Darwin', '11.4.2', NULL)": None,
    "mozfun.bits28.days_since_seen(0)": None,
    "mozfun.bits28.days_since_seen(8 + 1)": 0,
    "mozfun.bits28.days_since_seen(8)": 3,
    "`moz-fx-data-shared-prod`.udf.get_key([STRUCT('a' AS key, 1 AS value)], 'a')": 1,
    "`mozdata.udf.get_key`([STRUCT('a' AS key, 1 AS value)], 'b')": None,
    "`moz-fx-data-shared-prod.udf.json_extract_histogram`('37').sum": 37,
    "udf.histogram_to_threshold_count('{\"values\":{\"5\":1, \"6\":3}}', 6)": 3,
    "udf.keyed_histogram_get_sum([STRUCT('key1' AS key, '{\"sum\":2}' AS value)], 'key1')": 2,
    "udf.keyed_histogram_get_sum([STRUCT('key3' AS key, '{}' AS value)], 'key3')": None,
    "udf.histogram_max_key_with_nonzero_value('{\"values\":{\"0\":3,\"1\":2}}')": 1,
    "udf.histogram_max_key_with_nonzero_value('{\"values\":{\"0\":0}}')": None,
}  # fmt: skip


@pytest.mark.parametrize("sql", MOZFUN)
def test_a_mozilla_function_gives_what_its_definition_asserts(
    database: duckdb.DuckDBPyConnection, sql: str
) -> None:
    assert evaluate(database, sql) == MOZFUN[sql]


SHARES = "select unnest([1, 2, null, 2]) as x, unnest([1, 2, 3, null]) as y"
TIED = "select * from (values (null, 2), (5, 2), (7, 1), (9, null)) as t(x, y)"
# What BigQuery's function reference says, by function.
BIGQUERY = {
    # LIMIT cuts after IGNORE NULLS and ORDER BY.
    "ARRAY_AGG(x IGNORE NULLS ORDER BY y DESC LIMIT 1)[SAFE_OFFSET(0)]": (SHARES, 2),
    "ARRAY_AGG(x ORDER BY y DESC LIMIT 2)": (SHARES, [None, 2]),
    "ARRAY_AGG(x IGNORE NULLS)": ("select null as x", None),
    # The rows with the highest key that is not null, and among those a value that is not null.
    "MAX_BY(x, y)": (TIED, 5),
    "MIN_BY(x, y)": (TIED, 7),
    "ANY_VALUE(x HAVING MAX y)": (TIED, 5),
    "MAX_BY(x, y) IS NULL": ("select * from (values (null, 2), (7, 1)) as t(x, y)", True),
    # JSON_EXTRACT_SCALAR: null where the text is no JSON, or where the path leads to an object.
    "JSON_EXTRACT_SCALAR(x, '$.sum')": ("select '0,5' as x", None),
    'JSON_EXTRACT_SCALAR(x, "$.sum")': ("select '{\"sum\": 7}' as x", "7"),
    "JSON_EXTRACT_SCALAR(x, '$.a')": ("select '{\"a\": {}}' as x", None),
    # JSON_EXTRACT_ARRAY: elements as JSON, null where the path leads to no array.
    "JSON_EXTRACT_ARRAY(x, '$.a')": ("select '{\"a\": [\"b\"]}' as x", ['"b"']),
    "JSON_EXTRACT_ARRAY(x, '$.a') ": ("select '{\"a\": 1}' as x", None),
    "JSON_VALUE(x, '$.a') BETWEEN '1' AND '3'": ("select '{\"a\": 2}'::json as x", True),
    "JSON_VALUE(x.a) = 'true'": ("select '{\"a\": \"true\"}'::json as x", True),
    # LIKE: a backslash escapes a wildcard.
    r"x LIKE r'MOZ\_CRASH%'": ("select 'MOZ_CRASH(oom)' as x", True),
    r"x LIKE 'MOZ\\_CRASH%'": ("select 'MOZxCRASH' as x", False),
    r"x NOT LIKE r'MOZ\_CRASH%'": ("select 'MOZxCRASH' as x", True),
    # GREATEST and LEAST: null if any argument is; CONCAT as well.
    "LEAST(x, 1)": ("select null::int as x", None),
    "GREATEST(x, 1)": ("select 2 as x", 2),
    "CONCAT('a', x)": ("select null::varchar as x", None),
    # `x IN UNNEST`: null where it is not found among others and a null.
    "x IN UNNEST(['a', 'b'])": ("select 'b' as x", True),
    "x IN UNNEST(['a', NULL])": ("select 'b' as x", None),
    "SAFE_CAST(SPLIT(x, ',')[SAFE_OFFSET(1)] AS NUMERIC)": ("select 'a,1.1234567' as x",
        Decimal("1.1234567")),
    "SPLIT(x, ':')[SAFE_OFFSET(3)]": ("select 'slug:branch' as x", None),
    "SAFE.SUBSTR(x, 2)": ("select 'abc' as x", "bc"),
    "CAST(x AS INT) + 1": ("select 2147483647 as x", 2147483648),
    "DATE_SUB(x, INTERVAL 1 DAY)": ("select date '2024-03-01' as x", dt.date(2024, 2, 29)),
    "DATE_DIFF(x, '2024-01-31', MONTH)": ("select date '2024-02-01' as x", 1),
    "PARSE_DATETIME('%Y %m %d %H:%M', x)": ("select '2022 04 06 10:11' as x",
        dt.datetime(2022, 4, 6, 10, 11)),
    "FORMAT_DATE('%m-%d', x)": ("select date '2024-03-01' as x", "03-01"),
    "CONTAINS_SUBSTR(x, 'TOP_picks')": ("select 'merino_top_Picks' as x", True),
    "x / y": ("select 1 as x, 4 as y", 0.25),
    "SUM(x) / COUNT(*)": ("select unnest([1, 2]) as x", 1.5),
    # UNNEST without an alias, and `*` over one, have columns for the fields of structs.
    "(SELECT SUM(value) FROM UNNEST(x) WHERE key > 1)": (
        "select [{'key': 1, 'value': 10}, {'key': 2, 'value': 20}] as x", 20),
    "SUM((SELECT SUM(value) FROM UNNEST(x)))": (
        "select [{'key': 1, 'value': 10}] as x union all select [{'key': 2, 'value': 20}]", 30),
    "EXISTS(SELECT * FROM UNNEST(x) AS e WHERE e.key = 2)": ("select [{'key': 2}] as x", True),
    "(SELECT SUM(e) FROM UNNEST(x) AS e)": ("select [1, 2] as x", 3),
    # An aggregate inside the library's functions.
    "mozfun.stats.mode_last(ARRAY_AGG(x))": ("select unnest(['a', 'b', 'a']) as x", "a"),
    "mozfun.hist.percentiles(mozfun.hist.merge(ARRAY_AGG(mozfun.hist.extract(x) IGNORE NULLS)),"
    " [0.5])[SAFE_OFFSET(0)].value": ("select unnest(['9,0', '0,5', null]) as x", 0),
    "SUM(mozfun.map.get_key(mozfun.hist.extract(x).values, 0))": (
        f"select unnest(['5', '2,3', '{CLASSIC}', null]) as x", 5 + 2 + 12434),
}  # fmt: skip


@pytest.mark.parametrize("sql", BIGQUERY)
def test_duckdb_gives_what_bigquerys_reference_says(
    database: duckdb.DuckDBPyConnection, sql: str
) -> None:
    rows, expected = BIGQUERY[sql]
    assert evaluate(database, sql, rows) == expected


def test_a_star_over_an_unnest_shows_the_fields_of_its_structs(
    database: duckdb.DuckDBPyConnection,
) -> None:
    sql = "SELECT * EXCEPT (l) FROM t AS s, UNNEST(l) AS a WHERE a.key = 2"
    rows = "t as (select 'ann' as client, [{'key': 1, 'n': 5}, {'key': 2, 'n': 6}] as l)"
    found = database.execute(f"with {rows} {to_duckdb(parse_query(sql))}").fetchall()
    assert found == [("ann", 2, 6)]


def test_a_division_by_zero_is_an_error_as_on_bigquery(
    database: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(duckdb.Error, match="use SAFE_DIVIDE"):
        evaluate(database, "SUM(x) / SUM(y)", "select 1 as x, 0 as y")
    assert evaluate(database, "SUM(x) / SUM(y)", "select 1 as x, null::int as y") is None
