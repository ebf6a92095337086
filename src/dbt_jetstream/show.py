"""Prints an experiment's results as a table for people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from dbt_jetstream import naming
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.folder import FOLDERS

SCHEMA = "analysis"
LONGEST_FIRST = (
    "overall",
    "days28",
    "weekly",
    "daily",
    "preenrollment_weekly",
    "preenrollment_days28",
)
HEADER = ("metric", "statistic", "branch", "value", "uplift", "95 % interval", "")


class Results(NamedTuple):
    """One window's results.

    Attributes:
        period: The analysis period, by its table suffix.
        window_index: The window, from 1.
        rows: Statistics rows of the enrollments basis, over all units, by column name.
    """

    period: str
    window_index: int
    rows: list[dict[str, Any]]


def show(database: Path, project: Path, slug: str) -> str:
    """Describe the newest window of the longest period: each branch against the reference.

    Raises:
        ConfigErrors: If the experiment's lock or results are not there.
    """
    reference = _reference_branch(project, slug)
    results = _read(database, slug)
    if results is None:
        return f"{slug}: no analysis window is complete yet\n"
    lines = [
        f"{slug}: {results.period}, window {results.window_index}, all enrolled units",
        f"enrolled: {_enrolled(results.rows)}",
        f"uplifts relative to branch {reference}; * where the interval excludes no effect",
        "",
        *_aligned([HEADER, *_table(results.rows, reference)]),
        "",
        f"tables: {database}, schema {SCHEMA}: {naming.enrollments(slug)}, "
        f"{naming.normalise(slug)}_<period>, {naming.statistics(slug)}_<period>",
        f"JSON:   {_exports()}/statistics/{naming.statistics(slug)}_<period>.json, "
        f"{_exports()}/metadata/metadata_{naming.normalise(slug)}.json",
        "",
    ]
    return "\n".join(line.rstrip() for line in lines)


def _reference_branch(project: Path, slug: str) -> str:
    paths = [project / models / slug / f"{slug}.yml" for models, _ in FOLDERS.values()]
    path = next((path for path in paths if path.exists()), paths[0])
    if not path.exists():
        problem = "no such experiment in this project; run `jetstream sync` first"
        raise ConfigErrors([ConfigError(path, slug, problem)])
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return str(document["models"][0]["config"]["meta"]["experiment"]["reference_branch"])


def _read(database: Path, slug: str) -> Results | None:
    table = f"{SCHEMA}.{naming.statistics(slug)}"
    if not database.exists():
        problem = "no such database; set JETSTREAM_DUCKDB, or build the experiment first"
        raise ConfigErrors([ConfigError(database, slug, problem)])
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            newest = dict(_query(connection, NEWEST_WINDOWS.format(table=table)))
        except duckdb.CatalogException as error:
            problem = f"no results; run `dbt build --select experiment:{slug}` first"
            raise ConfigErrors([ConfigError(database, slug, problem)]) from error
        for period in LONGEST_FIRST:
            if period in newest:
                window = newest[period]
                cursor = connection.execute(RESULTS.format(table=table), [period, window])
                names = [column[0] for column in cursor.description]
                rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
                return Results(period, window, rows)
    return None


NEWEST_WINDOWS = "select analysis_period, max(window_index) from {table} group by 1"
RESULTS = """
    select * from {table}
    where analysis_period = ? and window_index = ?
        and analysis_basis = 'enrollments' and segment = 'all'
        and (statistic != 'deciles' or parameter = 0.5)
    order by metric, statistic, branch
"""


def _query(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def _enrolled(rows: list[dict[str, Any]]) -> str:
    counts = [row for row in rows if row["metric"] == "identity"]
    return ", ".join(f"{row['branch']} {row['point']:,.0f}" for row in counts)


def _table(rows: list[dict[str, Any]], reference: str) -> Iterator[tuple[str, ...]]:
    """Yield a line per metric, statistic and branch: its value, its uplift over the reference."""
    uplifts = {
        (row["metric"], row["statistic"], row["branch"]): row
        for row in rows
        if row["comparison"] == "relative_uplift" and row["comparison_to_branch"] == reference
    }
    for row in rows:
        if row["comparison"] is None and row["lower"] is not None:
            uplift = uplifts.get((row["metric"], row["statistic"], row["branch"]))
            name = "median" if row["statistic"] == "deciles" else row["statistic"]
            yield (row["metric"], name, row["branch"], f"{row['point']:.5g}", *_uplift(uplift))


def _uplift(row: dict[str, Any] | None) -> tuple[str, str, str]:
    if row is None or None in (row["point"], row["lower"], row["upper"]):
        return ("", "", "")
    is_clear = row["lower"] > 0 or row["upper"] < 0
    interval = f"{row['lower']:+.2%} to {row['upper']:+.2%}"
    return (f"{row['point']:+.2%}", interval, "*" if is_clear else "")


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    return [lines[0], "  ".join("-" * w for w in widths), *lines[1:]]


def _exports() -> str:
    return os.environ.get("JETSTREAM_EXPORT_URI", "./export").rstrip("/")
