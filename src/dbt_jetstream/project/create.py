"""`jetstream init DIR`: a new dbt project."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.journal import change_files
from dbt_jetstream.inputs.settings import FILE
from dbt_jetstream.project.template import name_of, package_copy, template_files


def create(folder: Path, as_of: dt.date) -> list[Path]:
    """Write a new project.

    Args:
        folder: Where; it must not exist, or be empty but for what git keeps there.
        as_of: The last day with complete telemetry.

    Returns:
        The files that were written, without those of the package.

    Raises:
        ConfigErrors: If something is there already, or cannot be written.
    """
    _check_empty(folder)
    files = template_files(name_of(folder), as_of)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"cannot be made: {error.strerror}"
        raise ConfigErrors([ConfigError(folder, "", problem)]) from error
    change_files(folder, {**package_copy(), **files})
    return list(files)


def _check_empty(folder: Path) -> None:
    problem = ""
    if folder.exists() and not folder.is_dir():
        problem = "is a file; name a new or empty folder"
    elif (folder / FILE).exists():
        problem = f"is a dbt project; add to it by `jetstream init --into {folder}`"
    elif folder.is_dir() and any(path.name != ".git" for path in folder.iterdir()):
        problem = "is not empty; name a new or empty folder"
    if problem:
        raise ConfigErrors([ConfigError(folder, "", problem)])
