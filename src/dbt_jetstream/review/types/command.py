"""`jetstream columns`: what the target knows of telemetry's columns, and what the file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.progress import progress
from dbt_jetstream.inputs.hub import HubAddress, read_what_can_be_read
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.review.types.tables import tables_of
from dbt_jetstream.review.types.target import columns_in_target
from dbt_jetstream.review.types.telemetry import FILE, Telemetry, read_types, write_types


@dataclass(frozen=True)
class Request:
    """What to look up.

    Attributes:
        project: The dbt project.
        hubs: The hubs whose tables are meant; the file lies beside the first.
        target: dbt's target; None for the profile's default.
        file: Where the columns are written; None for beside the first hub.
    """

    project: Path
    hubs: Sequence[HubAddress]
    target: str | None
    file: Path | None = None


@dataclass(frozen=True)
class Compared:
    """The target's columns, and how a file differs from them.

    Attributes:
        path: The file.
        types: What the target has, and what the file has of tables that the target lacks.
        absent: The tables that the target does not have.
        differences: What the file says otherwise, a line each.
    """

    path: Path
    types: Telemetry
    absent: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Write the file."""
        write_types(self.path, self.types)


def compare_columns(asked: Request) -> Compared:
    """Look up the columns of all tables that the hubs read.

    Raises:
        ConfigErrors: If a hub or the target cannot be read, or the hub is a URL and no file is
            named.
    """
    with progress("Reading hubs"):
        # A public file names no tables of a private hub.
        public = [address for address in asked.hubs if not address.is_private]
        hub = read_what_can_be_read(public or asked.hubs)
    first = hub.checkouts[0]
    if asked.file is None and first.clone is not None:
        problem = "the hub is a URL: name a file with --out"
        raise ConfigErrors([ConfigError(None, "--out", problem)])
    path = asked.file or first.folder / FILE
    tables = tables_of(hub, read_platforms(asked.project))
    with progress("Asking the target"):
        found = columns_in_target(asked.project, asked.target, tables)
    before = read_types(path) if path.exists() else {}
    absent = [table.dotted for table in tables if table.dotted not in found]
    kept = {table: before[table] for table in absent if table in before}
    types = {**kept, **found}
    return Compared(path, types, absent, list(_differences(before, types)))


def _differences(before: Telemetry, now: Telemetry) -> Iterator[str]:
    for table in sorted({*before, *now}):
        old, new = before.get(table), now.get(table)
        if new is None:
            yield f"{table}: nothing reads it any more"
        elif old is None:
            yield f"{table}: new, {len(new)} columns"
        else:
            yield from (f"{table}.{column}: {change}" for column, change in _changes(old, new))


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column in dict.fromkeys([*new, *old]):
        if column not in old:
            yield column, f"new, {new[column]}"
        elif column not in new:
            yield column, "is gone"
        elif old[column] != new[column]:
            yield column, f"{old[column]} → {new[column]}"
