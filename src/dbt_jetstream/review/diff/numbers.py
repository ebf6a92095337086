"""Results before and after: both sides are built on the same telemetry and compared."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dbt_jetstream.common import naming
from dbt_jetstream.common.reference import reference_branch
from dbt_jetstream.inputs.hub.checkout import IS_URL
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.project.package import INSTALLED
from dbt_jetstream.review.diff.build import Build, install_packages
from dbt_jetstream.review.diff.compare import Comparison
from dbt_jetstream.review.diff.compared_results import COLUMNS, Numbers, Rows, compare_rows
from dbt_jetstream.review.diff.side import Side, Sides
from dbt_jetstream.review.render import OPEN_ENDED_DAYS

DATABASE = "JETSTREAM_DUCKDB"
AS_OF = "JETSTREAM_AS_OF"
DEMO_CLIENTS = 4_000
DEMO_DAYS = 45
LOCKS = "the committed locks"
DEFINITIONS = "the definitions, each side locked anew"


@dataclass
class Telemetry:
    """What both sides are built on.

    Attributes:
        database: A DuckDB file with telemetry alone.
        words: What it is.
        tables: Dataset and name of what it holds.
    """

    database: Path
    words: str
    tables: set[tuple[str, str]] = field(default_factory=set)


@contextmanager
def telemetry(comparisons: Iterable[Comparison]) -> Iterator[Telemetry]:
    """Copy the telemetry of the database that the environment names, or generate the demo's."""
    sides = [locked for c in comparisons for locked in (c.before, c.after) if locked is not None]
    wanted = {(table.dataset, table.name) for locked in sides for table in locked.tables}
    named = Path(os.environ.get(DATABASE, ""))
    with tempfile.TemporaryDirectory(prefix="jetstream-diff-") as folder:
        database = Path(folder) / "raw.duckdb"
        if named.is_file():
            words = f"the telemetry in `{named.name}`"
            _copy_tables(named, database, wanted)
        else:
            from dbt_jetstream.demo import generate  # noqa: PLC0415 - numpy takes a while to import

            words = f"the demo's telemetry of {DEMO_CLIENTS:,} clients"
            generate(database, DEMO_CLIENTS, 1, DEMO_DAYS)
        yield Telemetry(database, words, _tables(database))


@dataclass(frozen=True)
class Plan:
    """What to build.

    Attributes:
        definitions: The comparisons of definitions, by experiment: each side is locked anew.
        locks: The comparisons of committed locks, by experiment.
    """

    definitions: dict[str, Comparison]
    locks: dict[str, Comparison]

    @property
    def chosen(self) -> dict[str, Comparison]:
        """All of them."""
        return self.locks | self.definitions


def plan(comparisons: Iterable[Comparison], locks: Iterable[Comparison], found: Telemetry) -> Plan:
    """Choose what can be built, and note why the rest is left out.

    Args:
        comparisons: Those of definitions.
        locks: Those of committed locks; a definition that is compared too goes first.
        found: The telemetry.
    """
    definitions = {c.slug: c for c in comparisons if _can_be_built(c, found)}
    chosen = {c.slug: c for c in locks if c.slug not in definitions and _can_be_built(c, found)}
    return Plan(definitions, chosen)


def _can_be_built(comparison: Comparison, found: Telemetry) -> bool:
    if comparison.before is None or comparison.after is None:
        return False
    tables = [*comparison.before.tables, *comparison.after.tables]
    missing = sorted({t.dotted for t in tables if (t.dataset, t.name) not in found.tables})
    if missing:
        problem = f"left out: {found.words} holds no `{missing[0]}`"
        comparison.numbers = Numbers(problem=problem)
    return not missing


def add_numbers(sides: Sides, chosen: Plan, found: Telemetry, yesterday: dt.date) -> None:
    """Build both sides, and note which results differ.

    Args:
        sides: Both sides; the base's folder is built in.
        chosen: What to build.
        found: The telemetry.
        yesterday: The last day that can have telemetry.
    """
    if not chosen.chosen:
        return
    days = [_last_day(c.after) for c in chosen.chosen.values() if c.after is not None]
    given = os.environ.get(AS_OF)
    as_of = dt.date.fromisoformat(given) if given else min(yesterday, max(days))
    root = found.database.parent
    builds = [
        _build(sides.base, sides.base.project, root / "before", chosen, found, as_of),
        _build(sides.head, _copy(sides.head, root / "head"), root / "after", chosen, found, as_of),
    ]
    for build in builds:
        install_packages(build.project, sides.head.project / INSTALLED.parent)
    with ThreadPoolExecutor(len(builds)) as pool:
        problems = list(pool.map(Build.run, builds))
    for slug, comparison in chosen.chosen.items():
        of = DEFINITIONS if slug in chosen.definitions else LOCKS
        comparison.numbers = _numbers(comparison, builds, problems, found)
        comparison.numbers.of = f"{of}, on {found.words}, as of {as_of}"


def _build(
    side: Side, project: Path, folder: Path, chosen: Plan, found: Telemetry, as_of: dt.date
) -> Build:
    folder.mkdir()
    database = folder / "results.duckdb"
    shutil.copy(found.database, database)
    hubs = [_moved(hub.text, side.project, project) for hub in side.hubs]
    experiments = _moved(str(side.experiments_address), side.project, project)
    return Build(
        project, hubs, experiments, list(chosen.definitions), list(chosen.locks), database, as_of
    )


def _moved(address: str, original: Path, project: Path) -> str:
    """Name a file or folder of the project in a copy of it; what is elsewhere stays."""
    if IS_URL.match(address):
        return address
    path = Path(address).resolve()
    root = original.resolve()
    return str(project / path.relative_to(root) if path.is_relative_to(root) else path)


def _copy(side: Side, folder: Path) -> Path:
    """Copy the files of the project that git tracks or would track."""
    words = ("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(
        ["git", "-C", str(side.project), *words], capture_output=True, text=True, check=True
    )
    for name in dict.fromkeys(listed.stdout.split("\0")):
        source = side.project / name
        if name and (source.is_file() or source.is_symlink()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            # A link to a folder leads to its copy.
            shutil.copy(source, folder / name, follow_symlinks=not source.is_dir())
    return folder


def _numbers(
    comparison: Comparison, builds: list[Build], problems: list[str], found: Telemetry
) -> Numbers:
    sides = list(zip(("the base", "the change"), builds, problems, strict=True))
    read: list[Rows] = []
    for name, build, problem in sides:
        rows = _read(build.database, comparison.slug)
        if rows is None:
            why = problem or "its statistics were not built"
            return Numbers(problem=f"{name} cannot be built: {why}", failed=True)
        read.append(rows)
    before, after = read
    if not (before or after):
        return Numbers(problem=f"left out: {found.words} has no results for it")
    assert comparison.after is not None
    reference = reference_branch(comparison.after.nodes[0].meta["experiment"])
    return compare_rows(before, after, reference)


def _read(database: Path, slug: str) -> Rows | None:
    """Read all results of an experiment; None where there is no table."""
    with duckdb.connect(str(database), read_only=True) as connection:
        query = "select schema_name from duckdb_tables() where table_name = ?"
        schemas = connection.execute(query, [naming.statistics(slug)]).fetchall()
        if not schemas:
            return None
        table = f'"{schemas[0][0]}"."{naming.statistics(slug)}"'
        found = connection.execute(f"select {COLUMNS} from {table}").fetchall()
    return {tuple(row[:10]): tuple(row[10:]) for row in found}


def _last_day(locked: LockedExperiment) -> dt.date:
    experiment = locked.nodes[0].meta["experiment"]
    if experiment["end_date"]:
        return dt.date.fromisoformat(experiment["end_date"])
    last_enrollment = dt.date.fromisoformat(experiment["last_enrollment_date"])
    return last_enrollment + dt.timedelta(days=OPEN_ENDED_DAYS)


def _copy_tables(source: Path, database: Path, wanted: Iterable[tuple[str, str]]) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{source}' as original (read_only)")
        held = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'original'"
        ).fetchall()
        for schema, table in sorted(set(wanted) & set(held)):
            name = f'"{schema}"."{table}"'
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(f"create table {name} as from original.{name}")


def _tables(database: Path) -> set[tuple[str, str]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        query = "select schema_name, table_name from duckdb_tables()"
        return set(connection.execute(query).fetchall())
