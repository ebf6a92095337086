"""The target that dbt builds in: what the profile says of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.files import STATE


def profiles_folder(project: Path) -> Path:
    """Return where dbt looks for profiles.yml: as the environment says, or in the project."""
    return Path(os.environ.get("DBT_PROFILES_DIR") or project)


def credentials_of(project: Path, target: str | None) -> Any:
    """Read the credentials of a target.

    Args:
        project: The dbt project.
        target: The target's name; None for the profile's default.

    Raises:
        ConfigErrors: If the profile cannot be read, or has no such target.
    """
    # dbt takes two seconds to import, and most commands do not need it.
    from argparse import Namespace  # noqa: PLC0415

    from dbt.config.runtime import load_profile  # noqa: PLC0415
    from dbt.flags import set_from_args  # noqa: PLC0415
    from dbt_common.context import set_invocation_context  # noqa: PLC0415
    from dbt_common.exceptions import DbtBaseException  # noqa: PLC0415

    folder = profiles_folder(project)
    set_invocation_context(os.environ)
    set_from_args(Namespace(PROFILES_DIR=str(folder)), None)
    try:
        return load_profile(str(project), {}, target_override=target).credentials
    except DbtBaseException as error:
        raise ConfigErrors([ConfigError(folder / "profiles.yml", "", str(error))]) from error


def run_lock_path(project: Path, target: str | None) -> Path:
    """Name the file that a run on a target locks: beside a DuckDB database, else in the project."""
    credentials = credentials_of(project, target)
    if credentials.type == "duckdb":
        database = project / str(credentials.path)
        return database.with_name(f"{database.name}.run-lock")
    name = f"{credentials.type}-{credentials.database}-{credentials.schema}.run-lock"
    return project / STATE / name
