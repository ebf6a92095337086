"""Says what of a translated definition cannot run on DuckDB.

The functions that BigQuery definitions call and DuckDB lacks are macros that every run creates:
macros/dialect/duckdb_functions/. docs/duckdb.md lists what they do and what differs.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlglot.dialects.bigquery import BigQuery

from dbt_jetstream.common.errors import did_you_mean

if TYPE_CHECKING:
    import duckdb

# What macros/dialect/duckdb_functions/ creates; a test compares. The package has to know the names
# where it is installed without the macros.
FUNCTIONS = frozenset(
    {
        "bigquery_array_concat",
        "bigquery_divide",
        "bigquery_equal",
        "bigquery_exp",
        "bigquery_greater",
        "bigquery_greater_or_equal",
        "bigquery_ieee_divide",
        "bigquery_int64",
        "bigquery_is_nan",
        "bigquery_is_ordered",
        "bigquery_json_array",
        "bigquery_json_query",
        "bigquery_json_scalar",
        "bigquery_json_texts",
        "bigquery_least",
        "bigquery_ln",
        "bigquery_log",
        "bigquery_max_by",
        "bigquery_min",
        "bigquery_min_by",
        "bigquery_nullif",
        "bigquery_place",
        "bigquery_pow",
        "bigquery_safe_add",
        "bigquery_safe_bool",
        "bigquery_safe_date",
        "bigquery_safe_exp",
        "bigquery_safe_float64",
        "bigquery_safe_int64",
        "bigquery_safe_ln",
        "bigquery_safe_log",
        "bigquery_safe_multiply",
        "bigquery_safe_negate",
        "bigquery_safe_pow",
        "bigquery_safe_sqrt",
        "bigquery_safe_subtract",
        "bigquery_shift_right",
        "bigquery_sign",
        "bigquery_sqrt",
        "bigquery_string",
        "bigquery_substr",
        "bigquery_to_json_string",
        "bigquery_unicode",
        "bigquery_week",
        "mozfun_bits28_days_since_seen",
        "mozfun_hist_count",
        "mozfun_hist_extract",
        "mozfun_hist_extract_histogram_sum",
        "mozfun_hist_extract_keyed_hist_sum",
        "mozfun_hist_mean",
        "mozfun_hist_merge",
        "mozfun_hist_normalize",
        "mozfun_hist_percentiles",
        "mozfun_hist_threshold_count",
        "mozfun_json_extract_int_map",
        "mozfun_map_extract_keyed_scalar_sum",
        "mozfun_map_get_key",
        "mozfun_map_get_key_with_null",
        "mozfun_map_sum",
        "mozfun_norm_extract_version",
        "mozfun_norm_os",
        "mozfun_norm_truncate_version",
        "mozfun_norm_windows_version_info",
        "mozfun_stats_mode_last",
        "udf_extract_histogram_sum",
        "udf_get_key",
        "udf_histogram_max_key_with_nonzero_value",
        "udf_histogram_to_threshold_count",
        "udf_json_extract_histogram",
        "udf_keyed_histogram_get_sum",
    }
)

PLACEHOLDER = re.compile(r"\{([\w.\-]+)\}")
# What `gap` says of functions.
MISSING = re.compile(r"(.+) ha(?:s|ve) no form on DuckDB")
IS_QUERY = re.compile(r"\s*(select|with)\b", re.IGNORECASE)


def library_name(path: list[str]) -> str | None:
    """Return the library's function for a function in a dataset, or None where it has none.

    Args:
        path: Its parts: `["mozfun", "map", "get_key"]`. Any project may hold a dataset `udf`.
    """
    parts = path if path[0] == "mozfun" else path[-2:]
    name = "_".join(parts).lower()
    return name if name in FUNCTIONS else None


@functools.cache
def gap(duckdb_sql: str) -> str | None:
    """Say why a fragment cannot run on DuckDB, in one line.

    It looks at syntax and functions' names; that columns have the right types only a run can tell.

    Args:
        duckdb_sql: An expression, a query or what may follow FROM, as `to_duckdb` writes it. A
            table may stand in it as `{dataset.table}`.

    Returns:
        The reason, or None where there is none.
    """
    parsed = _parse(PLACEHOLDER.sub(r'"\1"', duckdb_sql))
    if parsed["error"]:
        return f"DuckDB cannot parse it: {parsed['error_message'].splitlines()[0]}"
    missing = sorted({name for name in _functions(parsed) if not _is_known(name)})
    if not missing:
        return None
    return f"{' and '.join(missing)} {'has' if len(missing) == 1 else 'have'} no form on DuckDB"


def on_bigquery(reason: str) -> str:
    """Say what a gap on DuckDB means for BigQuery, whose functions of users are not known here.

    Args:
        reason: As `gap` gives it.
    """
    found = MISSING.fullmatch(reason)
    doubted = [name for name in found[1].split(" and ") if not _is_builtin(name)] if found else []
    if not doubted:
        return "BigQuery is not concerned"
    names = " and ".join(f"`{name}`" for name in doubted)
    question = did_you_mean(doubted[0], BigQuery.Parser.FUNCTIONS) if "." not in doubted[0] else ""
    return f"BigQuery computes it if it has {names}" + (f"; {question}" if question else "")


def _is_builtin(name: str) -> bool:
    """Whether a function is known to be BigQuery's own."""
    return name in BigQuery.Parser.FUNCTIONS or name in BigQuery.Parser.FUNCTION_PARSERS


def _parse(sql: str) -> dict[str, Any]:
    """Parse a fragment in the place that it fits; of several errors, the first place's is kept."""
    places = ("{}",) if IS_QUERY.match(sql) else ("SELECT {}", "SELECT * FROM {}")
    attempts = [_serialized(place.format(sql)) for place in places[:1]]
    if attempts[0]["error"] and len(places) > 1:
        attempts.append(_serialized(places[1].format(sql)))
    return next((attempt for attempt in attempts if not attempt["error"]), attempts[0])


def _serialized(sql: str) -> dict[str, Any]:
    row = _connection().execute("select json_serialize_sql(?::varchar)", [sql]).fetchone()
    found: dict[str, Any] = json.loads(row[0]) if row else {}
    return found


def _functions(node: object) -> Iterator[str]:
    """Yield the names of the functions in DuckDB's syntax tree, with their schemas.

    The parser lowers the case of names but those in quotes, which hold a dot.
    """
    if isinstance(node, dict):
        name = node.get("function_name")
        if name and "." in name:
            yield name
        elif name:
            yield ".".join(part for part in (node.get("schema"), name) if part).upper()
        for child in node.values():
            yield from _functions(child)
    elif isinstance(node, list):
        for child in node:
            yield from _functions(child)


def _is_known(name: str) -> bool:
    return name.lower() in FUNCTIONS or name.lower() in _native_functions()


@functools.cache
def _native_functions() -> frozenset[str]:
    rows = _connection().execute("select distinct function_name from duckdb_functions()").fetchall()
    return frozenset(row[0].lower() for row in rows)


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    # Imported where needed: commands that translate nothing need not wait for it.
    import duckdb  # noqa: PLC0415

    return duckdb.connect()
