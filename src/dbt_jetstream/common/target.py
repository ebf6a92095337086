"""The target that dbt builds in: what the profile says of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.extras import check_bigquery, told
from dbt_jetstream.common.journal import STATE

PROFILES = "profiles.yml"


def profiles_folder(project: Path) -> Path:
    """Return where dbt looks for profiles.yml: where it is told to, in the project, or at home."""
    if named := os.environ.get("DBT_PROFILES_DIR"):
        return Path(named)
    at_home = Path.home() / ".dbt"
    return at_home if not (project / PROFILES).exists() and at_home.exists() else project


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
    _check_adapter(folder, project, target)
    set_invocation_context(os.environ)
    set_from_args(Namespace(PROFILES_DIR=str(folder)), None)
    try:
        return load_profile(str(project), {}, target_override=target).credentials
    except DbtBaseException as error:
        raise ConfigErrors([ConfigError(folder / PROFILES, "", told(str(error)))]) from error


def _check_adapter(folder: Path, project: Path, target: str | None) -> None:
    """Say what to install before dbt does, which takes several lines to say less."""
    with suppress(OSError, yaml.YAMLError, KeyError, TypeError):
        settings = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
        profiles = yaml.safe_load((folder / PROFILES).read_text(encoding="utf-8"))
        profile = profiles[settings["profile"]]
        name = target or profile["target"]
        kind = profile["outputs"][name]["type"]
        if kind == "bigquery":
            check_bigquery(f"target {name}")


def run_lock_path(project: Path, target: str | None) -> Path:
    """Name the file that a run on a target locks: beside a DuckDB database, else in the project."""
    credentials = credentials_of(project, target)
    if credentials.type == "duckdb":
        database = project / str(credentials.path)
        return database.with_name(f"{database.name}.run-lock")
    name = f"{credentials.type}-{credentials.database}-{credentials.schema}.run-lock"
    return project / STATE / name
