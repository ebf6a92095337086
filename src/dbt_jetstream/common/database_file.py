"""Says in a line why DuckDB does not open a database, and that a query was interrupted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError

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


@contextmanager
def interrupted_queries() -> Iterator[None]:
    """Let Ctrl-C during a query of DuckDB be what it is elsewhere."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise
