"""Telemetry for any experiment that is locked, so that its config can be tried before it starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dbt_jetstream.common.progress import progress
from dbt_jetstream.demo.experiments import DemoExperiment
from dbt_jetstream.demo.generate import check_arguments, configure
from dbt_jetstream.demo.participation import create_participation
from dbt_jetstream.demo.population import create_population
from dbt_jetstream.demo.randomness import create_macros
from dbt_jetstream.demo.schedule import HISTORY_DAYS, Calendar
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.made_up.column_values import table_columns
from dbt_jetstream.review.made_up.rows import Writing, quoted, write_rows
from dbt_jetstream.review.render import last_day
from dbt_jetstream.review.types.telemetry import Telemetry

DATED = """
create or replace temp table dated_participation as
select *, date '{start}' + day as submission_date
from participation
"""


@dataclass(frozen=True)
class Asked:
    """What telemetry to make.

    Attributes:
        clients: Clients per experiment.
        seed: Another one gives other telemetry.
        days: Days of the experiments' life; None for all of it.
        effects: By branch, how much more its units do from enrollment on.
    """

    clients: int
    seed: int
    days: int | None
    effects: Mapping[str, float]


@dataclass(frozen=True)
class Made:
    """What was made.

    Attributes:
        rows: How many rows each table has, by its name.
        guessed: The tables whose columns' types nobody tells.
        last: By experiment, the last day with telemetry.
    """

    rows: dict[str, int]
    guessed: list[str]
    last: dict[str, dt.date]


def calendar_of(locked: LockedExperiment, days: int | None) -> Calendar:
    """Return the days that an experiment reads."""
    meta = locked.nodes[0].meta
    experiment = meta["experiment"]
    start = dt.date.fromisoformat(experiment["start_date"])
    enrollment = dt.date.fromisoformat(experiment["last_enrollment_date"]) - start
    before = [HISTORY_DAYS, *(-part["window_start"] for part in meta["segment_sources"])]
    return Calendar(
        start=start,
        history=max(before),
        last_enrollment=enrollment.days,
        days=days or (last_day(locked) - start).days + 1,
    )


def generate_for(
    database: Path, experiments: Sequence[LockedExperiment], types: Telemetry, asked: Asked
) -> Made:
    """Write telemetry for experiments, replacing the tables that they read.

    Args:
        database: DuckDB's file, made with its folder if it is not there.
        experiments: The experiments.
        types: The types of telemetry's columns, where they are known.
        asked: What to make.

    Raises:
        ValueError: If a number is out of its range.
    """
    check_arguments(asked.clients, asked.seed, asked.days or 1)
    tables = table_columns(experiments, types)
    database.parent.mkdir(parents=True, exist_ok=True)
    rows = dict.fromkeys(tables, 0)
    last = {}
    with (
        duckdb.connect(str(database)) as connection,
        progress("Generating telemetry", len(tables) * len(experiments)) as advance,
    ):
        configure(connection, None)
        create_macros(connection)
        for table in tables.values():
            name = f"{quoted(table.table.dataset)}.{quoted(table.table.name)}"
            connection.execute(f"drop table if exists {name}")
        for locked in experiments:
            calendar = calendar_of(locked, asked.days)
            last[locked.slug] = calendar.last
            _create_clients(connection, locked, calendar, asked)
            writing = Writing(locked.slug, calendar, asked.effects, asked.seed)
            for name, columns in tables.items():
                if name in {f"{table.dataset}.{table.name}" for table in locked.tables}:
                    rows[name] += write_rows(connection, columns, writing)
                advance()
    return Made(rows, [name for name, table in tables.items() if table.is_guessed], last)


def _create_clients(
    connection: duckdb.DuckDBPyConnection,
    locked: LockedExperiment,
    calendar: Calendar,
    asked: Asked,
) -> None:
    branches = tuple(locked.nodes[0].meta["experiment"]["branches"])
    # Clients of two experiments differ: the name separates their random draws.
    experiment = DemoExperiment(locked.slug, locked.slug, branches)
    create_population(connection, experiment, asked.clients, asked.seed, calendar)
    create_participation(connection, calendar)
    connection.execute(DATED.format(start=calendar.start))
