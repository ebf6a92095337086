"""Projects that take long to make: made once, for all tests, processes and runs.

An entry is a folder that a recipe filled. It is kept below `target/`, by the content of all files
that can change what it holds; whoever asks for it while another process makes it waits.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from dbt_jetstream import PLAIN_DBT

REPOSITORY = Path(__file__).resolve().parent.parent
STORE = REPOSITORY / "target/test-projects"
GENERATIONS = 2
# What recipes read; of what is installed, Python, dbt and the lock.
INPUTS = (
    *("demo", "macros", "metric_hub", "seeds", "src", "tests/generic", "tests/small_hub"),
    *("dbt_project.yml", "profiles.example.yml", "requirements.lock", "selectors.yml"),
    *("tests/conftest.py", "tests/forked.py", "tests/store.py", "tests/next_dbt/requirements.txt"),
    "../shared/golden/input",
)


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of an entry; it is not to be changed.

    Args:
        name: The entry.
        make: Fills an empty folder. Where it fails, there is no entry.
    """
    generation = STORE / _generation()
    generation.mkdir(parents=True, exist_ok=True)
    # The oldest generations are forgotten: this one is in use.
    os.utime(generation)
    # In its final place from the start: dbt keeps the paths of what it has parsed.
    path, made = generation / name, generation / f"{name}.made"
    with (generation / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            make(path)
            # Of inputs that changed meanwhile nobody knows which the recipe read.
            if _digest() == generation.name:
                made.touch()
    return path


@cache
def _generation() -> str:
    """Digest the inputs, and forget the entries of all but the last ones."""
    name = _digest()
    others = sorted(STORE.glob("*"), key=_used_at, reverse=True)
    for old in [path for path in others if path.name != name][GENERATIONS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
    return name


def _used_at(path: Path) -> float:
    """When an entry of the store was used last; another process may have forgotten it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _digest() -> str:
    """Digest what recipes read."""
    installed = [sys.version, *map(version, ("dbt-core", "dbt-duckdb", "duckdb"))]
    installed.append(os.environ.get(PLAIN_DBT, ""))
    digest = blake2b(" ".join(installed).encode(), digest_size=8)
    for path in _files():
        digest.update(f"{os.path.relpath(path, REPOSITORY)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> list[Path]:
    models = [path for path in (REPOSITORY / "models").glob("*.*") if path.is_file()]
    inner = [
        path
        for place in map(REPOSITORY.joinpath, INPUTS)
        for path in ([place] if place.is_file() else place.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return sorted([*models, *inner])
