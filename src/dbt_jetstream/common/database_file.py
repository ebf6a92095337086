"""Says in a line why DuckDB does not open a database, and that a query was interrupted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HELD = re.compile(
    r'Could not set lock on file "(?P<path>[^"]+)".*?\(PID (?P<process>\d+)\)', re.DOTALL
)


def unopened(message: str, path: Path | str) -> ConfigError:
    """Make a line of DuckDB's message about a database that it cannot open.

    Args:
        message: DuckDB's own.
        path: The database.
    """
    return held_database(message) or ConfigError(path, "", f"cannot be opened: {message}")


def held_database(message: str) -> ConfigError | None:
    """Say that another process holds a database, if that is what a message is about."""
    found = HELD.search(message)
    if found is None:
        return None
    problem = (
        f"another process ({found['process']}) has the database open; wait until it is done, or "
        "close what reads it"
    )
    return ConfigError(found["path"], "", problem)


def open_database(path: Path, *, read_only: bool) -> DuckDBPyConnection:
    """Open the database of the duckdb target.

    Raises:
        ConfigErrors: If there is none, or another process holds it.
    """
    import duckdb  # noqa: PLC0415 - the commands that read nothing start without it

    if not path.exists():
        problem = "no such database; set JETSTREAM_DUCKDB, or build the experiment first"
        raise ConfigErrors([ConfigError(path, "", problem)])
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        raise ConfigErrors([unopened(str(error), path)]) from error


def named(connection: DuckDBPyConnection, schema: str, table: str) -> str:
    """Write a table's name with its catalog: a file may be named like its schema."""
    ((catalog,),) = connection.execute("select current_database()").fetchall()
    return f'"{catalog}"."{schema}"."{table}"'


@contextmanager
def interrupted_queries() -> Iterator[None]:
    """Let Ctrl-C during a query of DuckDB be what it is elsewhere."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise
