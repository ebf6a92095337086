"""Every real metric on the daily path gives, rolled up, what a direct evaluation gives.

Each select expression of metric-hub gets a table of its own, with random telemetry in the columns
that it reads. One query, written by the macros themselves, computes it on both paths.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest
from test_metric_hub_split import METRIC_HUB, select_expressions

from conftest import REPOSITORY
from dbt_jetstream.demo.shapes import TYPES, Chances, Shape, shape_of
from dbt_jetstream.inputs.hub import read_hub
from dbt_jetstream.lock.parts.fragments import expression as fragment_of
from dbt_jetstream.lock.parts.fragments import gap_of
from dbt_jetstream.review.render import Renderer
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_expression
from dbt_jetstream.sql.rollup import Rollup, split
from tiers import exhaustive, sample

pytestmark = pytest.mark.skipif(
    not METRIC_HUB.exists(), reason="needs a copy of metric-hub at ../shared/metric-hub"
)

DAY = dt.timedelta(days=1)
# Metrics of the shopping season begin on 18 November.
FIRST_DAY = dt.date(2024, 11, 13)
DAYS = [str(FIRST_DAY + n * DAY) for n in range(9)]
NULLS = 0.15
SLUG = "an-experiment"
EXPERIMENT = {
    "slug": SLUG,
    "start_date": str(FIRST_DAY + 2 * DAY),
    "last_enrollment_date": str(FIRST_DAY + 4 * DAY),
}
# Unit, branch, enrollment and exposure, as days since the first one. `eve` sends nothing at all,
# `dan` only before enrollment; `ann` enrolled twice, `cid` was exposed after enrollment had closed.
UNITS = [
    ("ann", "control", 2, 3),
    ("ann", "treatment", 3, None),
    ("bob", "treatment", 3, 3),
    ("cid", "control", 3, 5),
    ("dan", "control", 4, None),
    ("eve", "treatment", 2, 2),
]
ROWS = 100
# The day before enrollment belongs to a window, since some metrics compare with it.
WINDOWS = [{"index": 1, "start": -1, "end": 1}, {"index": 2, "start": 2, "end": 4}]
BASES = ["enrollments", "exposures"]
SEED = "2024"
MOST_TRIALS = 400
TELEMETRIES = 8
# Functions of Mozilla's own that no public definition tells the meaning of.
WITHOUT_TABLE = {"monetized_search"}


class Macros:
    """The project's macros, rendered for DuckDB without dbt, with answers of our own.

    The definition is an attribute; days and windows are those that a run computes.
    """

    def __init__(self) -> None:
        self.lock: dict[str, Any] = {}
        self.renderer = Renderer(REPOSITORY, "duckdb")
        self.renderer.environment.globals.update(
            definition=lambda: self.lock,
            unread_days=lambda *_: {"first": FIRST_DAY, "last": FIRST_DAY + 30 * DAY},
            windows_missing=lambda *_: WINDOWS,
            env_var=lambda _, otherwise="": otherwise,
        )

    def render(self, name: str, lock: dict[str, Any], **arguments: Any) -> str:
        self.lock = lock
        return str(self.renderer.macros[name](**arguments))


@dataclass
class Metric:
    """A select expression on the daily path and the shape of the telemetry that it reads."""

    sql: str
    date_column: str
    rollup: Rollup

    def lock(self) -> dict[str, Any]:
        """Write the metric as the lock does: once per path."""
        source = {
            "name": "source",
            "from": "telemetry",
            "unit_column": "client_id",
            "date_column": self.date_column,
            "enrolled_branch": "ds.reported_branch",
            "first_day": WINDOWS[0]["start"],
            "parts": [
                {"name": part.name, "sql": fragment_of(part.daily), "combine": part.combine}
                for part in self.rollup.parts
            ],
            "daily_metrics": [self._locked("daily", self.rollup.expression)],
            "direct_metrics": [{**self._locked("direct", self.sql), "reason": "to compare"}],
        }
        return {
            "experiment": EXPERIMENT,
            "data_source": source,
            "data_sources": [source],
            "segments": [],
            "bases": BASES,
            "windows": {"first_day": WINDOWS[0]["start"], "length": 3},
            "definition_hash": "hash",
        }

    @staticmethod
    def _locked(name: str, sql: str) -> dict[str, Any]:
        return {"name": name, "sql": fragment_of(sql), "bases": BASES}


def _metrics() -> list[Metric]:
    """List the distinct expressions on the daily path."""
    found = []
    for sql, date_column in sorted(set(select_expressions(read_hub(METRIC_HUB)))):
        filled = sql.format(experiment_slug=SLUG)
        try:
            rollup = split(filled, date_column)
        except SqlSyntaxError:
            continue
        if isinstance(rollup, Rollup):
            found.append(Metric(filled, date_column, rollup))
    return found


def _connect(macros: Macros) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(macros.render("create_functions", {}))
    connection.execute(
        "create table units (analysis_id varchar, branch varchar, enrollment_date date, "
        "num_enrollment_events bigint, exposure_date date, num_exposure_events bigint)"
    )
    for unit, branch, enrolled, exposed in UNITS:
        exposure = None if exposed is None else FIRST_DAY + exposed * DAY
        events = None if exposed is None else exposed
        row = [unit, branch, FIRST_DAY + enrolled * DAY, enrolled, exposure, events]
        connection.execute("insert into units values (?, ?, ?, ?, ?, ?)", row)
    return connection


def _fill(connection: duckdb.DuckDBPyConnection, row: Shape, date: str, seed: str) -> None:
    """Make the table `telemetry`, in which `dan` sends early only and `eve` nothing."""
    chance = random.Random(seed)
    rows = []
    for _ in range(ROWS):
        unit = chance.choice(["ann", "bob", "cid", "dan", "other"])
        days = range(3) if unit == "dan" else range(12)
        columns = {
            name: place.value(Chances(chance, DAYS, NULLS)) for name, place in row.fields.items()
        }
        columns[date.lower()] = str(FIRST_DAY + chance.choice(days) * DAY)
        branch = chance.choice([None, "control", "treatment"])
        rows.append({"client_id": unit, "reported_branch": branch, **columns})
    rows += chance.choices(rows, k=4)
    typed = "".join(f', "{name}" {place.type()}' for name, place in row.fields.items())
    connection.execute(
        "create or replace table telemetry as select unnest(cast(? as json)"
        f"::struct(client_id varchar, reported_branch varchar{typed})[], max_depth => 2)",
        [json.dumps(rows)],
    )


def _candidates(row: Shape) -> Iterator[None]:
    """Give the places without a type one after the other of those it may have."""
    places = [(place, tuple(place.types) or TYPES) for place in row.open_places()]
    alike = [tuple(kinds[min(n, len(kinds) - 1)] for _, kinds in places) for n in range(len(TYPES))]
    every = itertools.product(*(kinds for _, kinds in places))
    for chosen in dict.fromkeys(itertools.islice(itertools.chain(alike, every), MOST_TRIALS)):
        for (place, _), kind in zip(places, chosen, strict=True):
            place.types = [kind]
        yield


def _give_table(connection: duckdb.DuckDBPyConnection, metric: Metric, seed: str) -> str | None:
    """Make `telemetry` such that DuckDB can evaluate the metric; returns why it cannot, or None."""
    tree = parse_expression(metric.sql)
    row = shape_of(tree, metric.date_column, random.Random(seed))
    sql = fragment_of(metric.sql)
    sql = sql if isinstance(sql, str) else sql["duckdb"]
    first_problem = None
    for _ in _candidates(row):
        try:
            _fill(connection, row, metric.date_column, seed)
            connection.execute(
                f"select {sql} from units as e left join telemetry as ds on true group by e.branch"
            )
        except duckdb.Error as problem:
            first_problem = first_problem or str(problem).splitlines()[0]
        else:
            return None
    return first_problem


def _evaluate(
    connection: duckdb.DuckDBPyConnection, macros: Macros, metric: Metric
) -> list[tuple[Any, Any]]:
    """Evaluate the metric on both paths, for each unit, analysis basis and window."""
    lock = metric.lock()
    days = macros.render("client_days", lock, enrollments="units", telemetry={})
    connection.execute(f"create or replace table all_client_days as {days}")
    types = connection.execute("describe all_client_days").fetchall()
    # As narrow_integers() does after the table is made.
    narrow = ", ".join(
        f"cast({name} as bigint) as {name}" for name, kind, *_ in types if kind == "HUGEINT"
    )
    chosen = f"* replace ({narrow})" if narrow else "*"
    connection.execute(
        f"create or replace table client_days as select {chosen} from all_client_days"
    )
    query = macros.render(
        "window_metrics",
        lock,
        enrollments="units",
        client_days={"source": "client_days"},
        telemetry={},
    )
    return connection.execute(f"select daily, direct from ({query})").fetchall()


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        both_nan = math.isnan(one) and math.isnan(other)
        return both_nan or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return type(one) is type(other) and one == other


@dataclass
class Findings:
    """What the metrics came to.

    Attributes:
        metrics: Those on the daily path that are looked at.
        without_table: Why DuckDB could not evaluate a metric on any table, by select expression.
        different: The metrics whose values differ between the paths, with the first pair.
        constant: Those with the same value for every unit and window, which show little.
    """

    metrics: list[Metric]
    without_table: dict[str, str]
    different: list[tuple[str, tuple[Any, Any]]]
    constant: list[str]


@pytest.fixture(scope="module")
def findings() -> Findings:
    metrics = _metrics()
    assert len(metrics) > 750
    found = Findings(list(sample(metrics, 12)), {}, [], [])
    macros = Macros()
    with _connect(macros) as connection:
        for metric in found.metrics:
            pairs = gap_of(fragment_of(metric.sql)) or _values(connection, macros, metric)
            if isinstance(pairs, str):
                found.without_table[metric.sql] = pairs
                continue
            assert len(pairs) == len(UNITS) * len(WINDOWS) * len(BASES)
            unequal = [(metric.sql, pair) for pair in pairs if not _same(*pair)]
            found.different += unequal[:1]
            if len({repr(direct) for _, direct in pairs}) == 1:
                found.constant.append(metric.sql)
    return found


def _values(
    connection: duckdb.DuckDBPyConnection, macros: Macros, metric: Metric
) -> list[tuple[Any, Any]] | str:
    """Evaluate the metric on telemetry that lets it, or say why there is none."""
    problem = "no telemetry was tried"
    for attempt in range(TELEMETRIES):
        problem = _give_table(connection, metric, f"{SEED} {attempt} {metric.sql}") or ""
        if problem:
            return problem
        try:
            return _evaluate(connection, macros, metric)
        except duckdb.InvalidInputException as error:
            # A window in which a divisor is 0 is an error in BigQuery too.
            if "division by zero" not in str(error):
                raise
            problem = str(error).splitlines()[0]
    return problem


def test_real_metrics_roll_up_to_what_a_direct_evaluation_gives(findings: Findings) -> None:
    assert findings.different == []


def test_nearly_all_real_metrics_are_given_telemetry(findings: Findings) -> None:
    unexpected = {
        sql: problem
        for sql, problem in findings.without_table.items()
        if not any(name in sql for name in WITHOUT_TABLE)
    }
    assert unexpected == {}


@exhaustive
def test_the_telemetry_tells_units_and_windows_apart(findings: Findings) -> None:
    assert len(findings.constant) <= 0.01 * len(findings.metrics), findings.constant
