"""The original's queries: what mozanalysis renders for every due date, run on DuckDB.

    python -m life.peer DATABASE TELEMETRY QUERIES MEMORY_LIMIT LAST_DAY

Enrollments on the last enrollment date; then, for every date on which a window becomes complete,
one query per period and analysis basis over all data sources, each into a table of its own. Windows
before enrollment are complete a day after enrollment is.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from metric_config_parser.experiment import EnrollmentsQueryType
from mozanalysis.experiment import Experiment, TimeLimits
from mozanalysis.metrics import DataSource, Metric
from mozilla_nimbus_schemas import AnalysisBasis

from dbt_jetstream.review.render import Renderer
from dbt_jetstream.sql.dialect import parse_query, replace_tables, table_names
from life.experiment import (
    DAYS,
    END,
    ENROLLMENT_DATES,
    EXPERIMENTS_COLUMN,
    LAST_ENROLLMENT,
    METRICS,
    SLUG,
    START,
    TABLE,
    TABLES,
)
from life.queries import START_PROFILING, Clock, append, profiled
from life.telemetry import ALIAS

ENROLLMENTS = f"original.enrollments_{TABLE}"
REPOSITORY = Path(__file__).resolve().parents[2]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """An analysis window, days relative to enrollment, and the date that it is due on."""

    period: str
    index: int
    start: int
    length: int
    due: dt.date


def windows() -> Iterator[Window]:
    """Yield the windows that become complete while the experiment lives, by their due dates."""
    found = [
        Window("preenrollment_week", 1, -7, 7, LAST_ENROLLMENT + DAY),
        Window("preenrollment_days28", 1, -28, 28, LAST_ENROLLMENT + DAY),
        Window("overall", 1, 0, DAYS - ENROLLMENT_DATES + 1, END),
    ]
    for period, length in (("day", 1), ("week", 7), ("days28", 28)):
        for index in range(1, (DAYS - ENROLLMENT_DATES + 2) // length + 1):
            due = LAST_ENROLLMENT + (index * length - 1) * DAY
            found.append(Window(period, index, (index - 1) * length, length, due))
    yield from sorted(found, key=lambda window: window.due)


def enrollments_sql() -> str:
    """Render the enrollments, BigQuery SQL."""
    sql: str = _experiment().build_enrollments_query(
        time_limits=_limits(0, 1), enrollments_query_type=EnrollmentsQueryType.NORMANDY
    )
    return sql


def metrics_sql(window: Window, basis: AnalysisBasis) -> str:
    """Render the metrics of a window, BigQuery SQL."""
    sql: str = _experiment().build_metrics_query(
        metric_list=_metrics(),
        time_limits=_limits(window.start, window.length),
        enrollments_table=ENROLLMENTS,
        analysis_basis=basis,
    )
    return sql


def duckdb_sql(sql: str) -> str:
    """Write a query for DuckDB, with tables as they are there."""
    tree = parse_query(sql)
    places = {name: ".".join(name.split(".")[-2:]) for name in table_names(tree)}
    return replace_tables(tree, places, dialect="duckdb")


def _experiment() -> Experiment:
    return Experiment(
        experiment_slug=SLUG,
        start_date=str(START),
        num_dates_enrollment=ENROLLMENT_DATES,
        app_id="firefox_desktop",
        app_name="firefox_desktop",
    )


def _limits(start: int, length: int) -> TimeLimits:
    return TimeLimits.for_single_analysis_window(
        str(START), str(END), start, length, ENROLLMENT_DATES
    )


def _metrics() -> list[Metric]:
    found = []
    for name, metrics in METRICS.items():
        column = EXPERIMENTS_COLUMN[name]
        source = DataSource(
            name=name,
            from_expr=f"mozdata.{TABLES[name]}",
            experiments_column_type=None if column == "none" else column,
        )
        found += [Metric(metric, source, sql) for metric, (sql, _) in metrics.items()]
    return found


def main() -> None:
    """Run the queries."""
    database, telemetry, queries = (Path(text) for text in sys.argv[1:4])
    memory, last = sys.argv[4], dt.date.fromisoformat(sys.argv[5])
    # mozanalysis warns of every data source without a column for ids of another kind.
    logging.disable(logging.WARNING)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{telemetry}' as {ALIAS} (read_only)")
        connection.execute(f"set threads = 2; set memory_limit = '{memory}'")
        # BigQuery's functions that DuckDB lacks, which the original's queries call as well.
        connection.execute(Renderer(REPOSITORY, "duckdb").create_functions())
        connection.execute("create schema original")
        connection.execute(START_PROFILING)
        _run(connection, queries, ENROLLMENTS, LAST_ENROLLMENT, enrollments_sql())
        for window in (window for window in windows() if window.due <= last):
            for basis in AnalysisBasis:
                name = f"original.{TABLE}_{basis.value}_{window.period}_{window.index}"
                _run(connection, queries, name, window.due, metrics_sql(window, basis))


def _run(
    connection: duckdb.DuckDBPyConnection, queries: Path, name: str, due: dt.date, sql: str
) -> None:
    statement = f"create table {name} as {duckdb_sql(sql)}"
    clock = Clock()
    connection.execute(statement)
    append(queries, profiled(connection, name, str(due), clock, statement))


if __name__ == "__main__":
    main()
