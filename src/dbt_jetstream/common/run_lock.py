"""One run at a time on one target: a lock that the operating system takes back with the process."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

POLL_SECONDS = 0.5


@contextmanager
def run_lock(path: Path, wait: float = 0, held_by: str = "run") -> Iterator[None]:
    """Hold the lock of a target, or of a project.

    Args:
        path: The lock's file; it stays, and says who held it last.
        wait: Seconds to wait for another run to end.
        held_by: What the lock keeps from being done twice at once.

    Raises:
        ConfigErrors: If another run holds the lock after that time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        until = time.monotonic() + wait
        while not _is_taken(file):
            if time.monotonic() >= until:
                raise ConfigErrors([ConfigError(path, "", _holder(file, held_by))])
            time.sleep(POLL_SECONDS)
        file.truncate(0)
        file.write(f"process {os.getpid()} since {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield


def _is_taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: IO[str], held_by: str) -> str:
    file.seek(0)
    return (
        f"another {held_by} is under way here ({file.read() or 'just started'}); "
        "wait for it to end, or give --wait SECONDS"
    )
