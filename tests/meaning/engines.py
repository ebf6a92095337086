"""An expression on both engines: Google's evaluator, and DuckDB by our own translation."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb

from conftest import REPOSITORY
from dbt_jetstream.review.googlesql.catalog import Catalog
from dbt_jetstream.review.googlesql.evaluator import evaluate
from dbt_jetstream.review.googlesql.library import Refused
from dbt_jetstream.review.render import Renderer
from dbt_jetstream.sql.compatibility import gap
from dbt_jetstream.sql.dialect import parse_expression, to_duckdb

# Google's evaluator hands out NUMERIC so.
BILLIONTHS = 1e9
NAN, INFINITY = math.nan, math.inf
COLUMNS = {
    "id": ("INT64", "bigint"),
    "f": ("FLOAT64", "double"),
    "g": ("FLOAT64", "double"),
    "i": ("INT64", "bigint"),
    "j": ("INT64", "bigint"),
    "s": ("STRING", "varchar"),
    "p": ("STRING", "varchar"),
    "b": ("BOOL", "boolean"),
    "d": ("DATE", "date"),
    "o": ("DATE", "date"),
    "ts": ("TIMESTAMP", "timestamp"),
    "h": ("STRING", "varchar"),
    "a": ("ARRAY<INT64>", "bigint[]"),
    "l": ("ARRAY<STRING>", "varchar[]"),
    "m": (
        "ARRAY<STRUCT<key STRING, value INT64>>",
        "struct(key varchar, value bigint)[]",
    ),
}
DOCUMENT = (
    '{"a": 5, "f": 2.50, "q": "text", "t": true, "n": null, "o": {"x": 1}, "l": ["x", "y"],'
    ' "a b": "spaced"}'
)
OTHER = '{"a": 17, "l": [], "q": "te\\"xt"}'
NONE = (None,) * (len(COLUMNS) - 1)


def _day(day: int, hour: int = 0) -> Any:
    return dt.datetime(2024, 1, day, hour, 30, 15, 250_000, tzinfo=dt.UTC)


def _date(day: int, month: int = 1) -> dt.date:
    return dt.date(2024, month, day)


ROWS: list[tuple[Any, ...]] = [
    (1, 2.5, 1.5, 1, 2, "abc", "a", True, _date(7), _date(6), _day(7, 13), DOCUMENT,
        [1, 2, 3], ["x", "y"], [{"key": "k", "value": 1}, {"key": "k2", "value": 5}]),
    (2, NAN, 1.0, 2, 0, "", "b", False, _date(1), _date(31, 3), _day(6, 11), OTHER,
        [], [], []),
    (3, 1.0, NAN, -3, 5, "a,b,c", "", True, _date(6), _date(7), _day(5, 12), "no JSON",
        [5], ["", "z"], [{"key": "x", "value": None}]),
    (4, NAN, NAN, 4, 4, "b_a", None, None, _date(31, 12), _date(1), _day(6, 12), "[1, 2]",
        [2, 2], ["y"], [{"key": None, "value": 3}]),
    (5, INFINITY, 3.0, 7, -2, "12", "c", False, None, _date(29, 2), None, '"just text"',
        None, None, None),
    (6, -INFINITY, INFINITY, 0, 1, "1.5", "d", True, _date(15), None, _day(1), '{"a": {}}',
        [0], ["a,b"], [{"key": "k", "value": -1}]),
    (7, *NONE),
    (8, 0.0, -0.5, 100, 3, " a b ", "e", False, _date(29, 2), _date(28, 2), _day(8, 23), "{",
        [-1, 4], ["k"], [{"key": "k", "value": 7}]),
    (9, -2.5, None, None, 9, "ABBA/cab", None, True, _date(8), _date(8), _day(6, 23), "",
        [9], ["x"], []),
    (10, 3.25, 3.25, 5, None, None, "f", None, _date(14), _date(7), _day(7), None,
        [7], ["x"], []),
]  # fmt: skip


class Engines:
    """A table with the same rows in each of the two."""

    def __init__(self) -> None:
        self.catalog = Catalog()
        self.catalog.add_table("t", {name: kinds[0] for name, kinds in COLUMNS.items()})
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        renderer = Renderer(REPOSITORY, "duckdb")
        self.connection.execute(str(renderer.macros["create_functions"]()))
        columns = ", ".join(f"{name} {kinds[1]}" for name, kinds in COLUMNS.items())
        self.connection.execute(f"create table t ({columns})")
        marks = ", ".join("cast(? as json)" if name == "m" else "?" for name in COLUMNS)
        self.connection.executemany(f"insert into t values ({marks})", [_given(r) for r in ROWS])

    def bigquery(self, expressions: Sequence[str], over: str) -> list[list[Any] | None]:
        """Return the values of each on Google's evaluator, or None for an error.

        They are columns of one query, for each query costs; where it fails, halves are asked.
        """
        try:
            found = evaluate(self.catalog, _query(expressions, over), {"t": ROWS}).rows
        except Refused:
            if len(expressions) == 1:
                return [None]
            half = len(expressions) // 2
            halves = (expressions[:half], expressions[half:])
            return [values for part in halves for values in self.bigquery(part, over)]
        if over == "each":
            found = [values for _, *values in sorted(found, key=lambda row: row[0])]
        return [list(values) for values in zip(*found, strict=True)]

    def duckdb(self, expression: str, over: str) -> list[Any] | None:
        """Return its values on DuckDB, or None for an error."""
        translated = to_duckdb(parse_expression(expression))
        try:
            found = self.connection.execute(_query([translated], over)).fetchall()
        except duckdb.Error:
            return None
        return [row[-1] for row in (sorted(found) if over == "each" else found)]


def gap_in(expression: str) -> str | None:
    """Say what the project names as having no form on DuckDB."""
    return gap(to_duckdb(parse_expression(expression)))


def _query(expressions: Sequence[str], over: str) -> str:
    columns = ", ".join(f"{text} as value_{number}" for number, text in enumerate(expressions))
    if over == "each":
        return f"select id, {columns} from t"
    return f"select {columns}{' from t' if over == 'all' else ''}"


def _given(row: tuple[Any, ...]) -> list[Any]:
    """Give DuckDB a row: times without zones, structs as JSON."""
    plain = [v.replace(tzinfo=None) if isinstance(v, dt.datetime) else v for v in row]
    return [*plain[:-1], None if plain[-1] is None else json.dumps(plain[-1])]


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal: NaN is NaN, floats to 12 digits, times in UTC."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return same(list(one.values()), list(other.values()))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and isinstance(other, float | int):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return bool(one == other) or _same_json(one, other)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) > 2**53 else float(value)
    if isinstance(value, bytes):
        return int.from_bytes(value, "little", signed=True) / BILLIONTHS
    if isinstance(value, dt.datetime) and value.tzinfo:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value


def _same_json(one: Any, other: Any) -> bool:
    """Whether two texts are the same document, whatever blanks stand in them."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except (TypeError, ValueError):
        return False
