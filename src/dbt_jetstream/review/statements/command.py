"""`jetstream render`: writes the statements of a build into a folder, a file each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.extras import check_bigquery
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.results.of_experiment import locks_of
from dbt_jetstream.review.diff.comparable import read_lock
from dbt_jetstream.review.render import RenderError, last_day
from dbt_jetstream.review.statements.build import Statement, statements_of
from dbt_jetstream.review.statements.rendering import Statements
from dbt_jetstream.review.statements.types import ColumnTypes, TypeMistake
from dbt_jetstream.review.types.telemetry import read_types

# How long an experiment without an end may be taken to last.
OPEN_ENDED = dt.timedelta(days=5 * 365)
NO_ANALYZER = (
    "columns are taken for fractional numbers: to know their types, install `zetasql` "
    "(the extra `types` of this package)"
)
NO_TELEMETRY = "columns are taken for fractional numbers: --types tells those of telemetry"
ON_DUCKDB = "columns are taken for fractional numbers on DuckDB"


@dataclass(frozen=True)
class Request:
    """What to render.

    Attributes:
        project: The dbt project.
        slug: An experiment that is locked in it.
        dialect: `bigquery` or `duckdb`.
        day: The day of a build that follows one on the day before; None for a first build, on the
            day on which every window is due.
        types: A file with the types of telemetry's columns.
        folder: Where the files go.
    """

    project: Path
    slug: str
    dialect: str
    day: dt.date | None
    types: Path | None
    folder: Path


@dataclass(frozen=True)
class Rendered:
    """What was written.

    Attributes:
        number: How many files.
        note: What to know of the types of columns; empty where all are known.
        refused: The statements that Google's analyzer refuses.
    """

    number: int
    note: str
    refused: list[Statement]


def render(asked: Request) -> Rendered:
    """Write the statements of a build.

    Raises:
        ConfigErrors: If the experiment is not locked, the day is none of its days, the folder has
            files, or the types cannot be read.
    """
    if asked.dialect == "bigquery":
        check_bigquery("--target bigquery")
    (held,) = locks_of(asked.project, [asked.slug])
    locked = read_lock(held)
    day = _day(locked, asked)
    _check_folder(asked.folder)
    types, note = _types(asked, locked)
    rendering = Statements(asked.project, asked.dialect, types)
    try:
        found = list(statements_of(rendering, locked, day, is_first=asked.day is None))
    except RenderError as error:
        raise ConfigErrors([ConfigError(held.path, "", str(error))]) from error
    except TypeMistake as error:
        raise ConfigErrors([ConfigError(asked.types, "", str(error))]) from error
    _write(asked.folder, found)
    return Rendered(len(found), note, [statement for statement in found if statement.refused])


def _day(locked: LockedExperiment, asked: Request) -> dt.date:
    last = last_day(locked)
    if asked.day is None:
        return last
    experiment = locked.nodes[0].meta["experiment"]
    start = dt.date.fromisoformat(experiment["start_date"])
    end = start + OPEN_ENDED if experiment["end_date"] is None else last
    if not start <= asked.day <= end:
        until = f"to {end}" if experiment["end_date"] else f"and has no end: {end} at most"
        problem = f"{asked.day} lies outside of {locked.slug}, which runs from {start} {until}"
        raise ConfigErrors([ConfigError(None, "--day", problem)])
    return asked.day


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigErrors([ConfigError(folder, "--out", "is a file; name a new or empty folder")])
    if folder.is_dir() and any(folder.iterdir()):
        problem = "is not empty; name a new or empty folder"
        raise ConfigErrors([ConfigError(folder, "--out", problem)])


def _types(asked: Request, locked: LockedExperiment) -> tuple[ColumnTypes | None, str]:
    """Return the types of the telemetry that an experiment reads, or what to know without them."""
    if asked.dialect != "bigquery":
        if asked.types:
            raise ConfigErrors([ConfigError(None, "--types", "is for --target bigquery alone")])
        return None, ON_DUCKDB
    telemetry = read_types(asked.types) if asked.types else None
    if telemetry is not None and (lacking := {t.dotted for t in locked.tables} - telemetry.keys()):
        problem = f"no types of a table that {locked.slug} reads; add them"
        raise ConfigErrors([ConfigError(asked.types, table, problem) for table in sorted(lacking)])
    if find_spec("zetasql") is None:
        return None, NO_ANALYZER
    if telemetry is None:
        return None, NO_TELEMETRY
    return ColumnTypes(telemetry), ""


def _write(folder: Path, found: Iterable[Statement]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, statement in enumerate(found, start=1):
            name = f"{number:03d}-{statement.node}-{statement.kind}.sql"
            (folder / name).write_text(f"{statement.sql}\n", encoding="utf-8")
    except OSError as error:
        raise ConfigErrors([ConfigError(error.filename, "", f"{error.strerror}")]) from error
