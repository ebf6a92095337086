"""What the commands read unless told otherwise: `vars` of dbt_project.yml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

FILE = "dbt_project.yml"
HUBS = "jetstream_metric_hubs"
PRIVATE_HUBS = "jetstream_private_metric_hubs"
EXPERIMENTS = "jetstream_experiments"
OWNERS = "jetstream_owners"
DEFAULT_OWNER = "default"


@dataclass(frozen=True)
class Settings:
    """Where hubs and experiments are.

    Attributes:
        hubs: Folders and git URLs, as in `--metric-hub`; the later one wins.
        private_hubs: The same, of hubs whose experiments must not be published.
        experiments: A file or URL, as in `--experiments`; None where the project names none.
    """

    hubs: tuple[str, ...]
    private_hubs: tuple[str, ...]
    experiments: str | None


def read_settings(project: Path) -> Settings:
    """Read a project's settings; folders and files are relative to the project.

    Raises:
        ConfigErrors: If the file cannot be read, or a value has the wrong form.
    """
    path = project / FILE
    values = _values(path)
    experiments = values.get(EXPERIMENTS)
    if experiments is not None and not isinstance(experiments, str):
        problem = f"expected a file or URL, found {experiments!r}"
        raise ConfigErrors([ConfigError(path, f"vars.{EXPERIMENTS}", problem)])
    return Settings(
        _addresses(path, HUBS, values), _addresses(path, PRIVATE_HUBS, values), experiments
    )


def _addresses(path: Path, key: str, values: dict[str, Any]) -> tuple[str, ...]:
    found = values.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        problem = f"expected a list of folders and git URLs, found {found!r}"
        raise ConfigErrors([ConfigError(path, f"vars.{key}", problem)])
    return tuple(found)


def check_owners(project: Path) -> None:
    """Refuse owners that dbt would not take; locks name them by `var()`.

    Raises:
        ConfigErrors: If the file cannot be read, or `default` or what another needs is missing.
    """
    path = project / FILE
    found = _values(path).get(OWNERS)
    owners = found if isinstance(found, dict) else {}
    mistakes = [] if DEFAULT_OWNER in owners else [f"name an owner under `{DEFAULT_OWNER}`"]
    mistakes += [
        f"`{key}` needs a `name` or an `email`, found {owner!r}"
        for key, owner in owners.items()
        if not isinstance(owner, dict) or not (owner.get("name") or owner.get("email"))
    ]
    if mistakes:
        key = f"vars.{OWNERS}"
        raise ConfigErrors([ConfigError(path, key, problem) for problem in mistakes])


def _values(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = f"cannot be read: {error}; run this in a dbt-jetstream project or give its folder"
        raise ConfigErrors([ConfigError(path, "", problem)]) from error
    values = found.get("vars") if isinstance(found, dict) else None
    return values if isinstance(values, dict) else {}
