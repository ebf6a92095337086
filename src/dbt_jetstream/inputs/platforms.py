"""What differs between applications: the dataset, and how and where enrollment is recorded."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from metric_config_parser.experiment import EnrollmentsQueryType, Experiment

from dbt_jetstream.common.errors import ConfigError, ConfigErrors, did_you_mean

PLATFORMS = Path("seeds/platforms.csv")
TABLES = Path("seeds/enrollment_tables.csv")
CLIENT_IDS = ("", "glean", "legacy")
# What the macros of each query type read.
ROLES = {
    "normandy": ("events",),
    "glean-event": ("events",),
    "fenix-fallback": ("baseline", "events"),
    "cirrus": ("enrollments", "events"),
    "background-update": ("background_events", "background_pings", "events"),
}


@dataclass(frozen=True)
class Platform:
    """One application.

    Attributes:
        app_name: The application, as experiments name it.
        dataset: What `{dataset}` stands for where an experiment names no application id.
        enrollments_query_type: How enrollment is recorded, unless the experiment's config says
            otherwise; see `ROLES`.
        client_ids: Which id column of a data source identifies clients: empty for its
            `client_id_column`, `glean` or `legacy` for `glean_client_id_column` and
            `legacy_client_id_column` where it has them.
        tables: By query type and role, the event tables; `{dataset}` stands for the dataset.
    """

    app_name: str
    dataset: str
    enrollments_query_type: str
    client_ids: str = ""
    tables: dict[tuple[str, str], str] = field(default_factory=dict)

    def tables_of(self, query_type: str, dataset: str) -> dict[str, str]:
        """Name the tables of a query type by their roles.

        Raises:
            ValueError: If the project names none for a role.
        """
        missing = [role for role in ROLES[query_type] if (query_type, role) not in self.tables]
        if missing:
            message = (
                f"{TABLES} names no table of `{query_type}` for {' and '.join(missing)}; "
                "add a row for each"
            )
            raise ValueError(message)
        return {
            role: self.tables[query_type, role].format(dataset=dataset)
            for role in ROLES[query_type]
        }


def read_platforms(project: Path) -> dict[str, Platform]:
    """Read the project's platforms by application name.

    Raises:
        ConfigErrors: If a file is missing, or a row in it is not understood.
    """
    errors: list[ConfigError] = []
    rows = _rows(project / PLATFORMS, ("app_name", "dataset", "enrollments_query_type"), errors)
    tables = _rows(project / TABLES, ("enrollments_query_type", "role", "table"), errors)
    for row in [*rows, *tables]:
        _check(row, "enrollments_query_type", [t.value for t in EnrollmentsQueryType], errors)
    for row in rows:
        _check(row, "client_ids", CLIENT_IDS, errors)
    for row in tables:
        _check(row, "role", ROLES.get(row["enrollments_query_type"], ()), errors)
    if errors:
        raise ConfigErrors(errors)
    return {row["app_name"]: _platform(row, tables) for row in rows}


def platform_of(experiment: Experiment, platforms: dict[str, Platform]) -> Platform:
    """Find the application of an experiment.

    Raises:
        ConfigErrors: If the project has no row for it.
    """
    name = experiment.app_name
    if name in platforms:
        return platforms[name]
    question = did_you_mean(name, platforms)
    hint = f"{question} Else add" if question else "add"
    problem = f"unknown application `{name}`; {hint} a row for it to {PLATFORMS}"
    raise ConfigErrors([ConfigError(None, f"{experiment.normandy_slug}.appName", problem)])


def _platform(row: dict[str, str], tables: list[dict[str, str]]) -> Platform:
    app_name = row["app_name"]
    # A row for the application itself wins over one for all.
    for_all = [t for t in tables if not t.get("app_name")]
    for_this = [t for t in tables if t.get("app_name") == app_name]
    return Platform(
        app_name=app_name,
        dataset=row["dataset"],
        enrollments_query_type=row["enrollments_query_type"],
        client_ids=row.get("client_ids") or "",
        tables={(t["enrollments_query_type"], t["role"]): t["table"] for t in for_all + for_this},
    )


def _rows(path: Path, required: Iterable[str], errors: list[ConfigError]) -> list[dict[str, str]]:
    """Read a seed; each row carries the file and line that it is from under `where`."""
    if not path.exists():
        problem = "the file is missing: copy it from the project's repository"
        errors.append(ConfigError(path, "", problem))
        return []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [name for name in required if name not in (reader.fieldnames or [])]
        if missing:
            problem = f"the column {', '.join(missing)} is missing"
            errors.append(ConfigError(path, "", problem))
            return []
        return [row | {"where": f"{path}:{reader.line_num}"} for row in reader]


def _check(
    row: dict[str, str], column: str, known: Iterable[str], errors: list[ConfigError]
) -> None:
    value = row.get(column) or ""
    if value in known:
        return
    hint = did_you_mean(value, known) or f"known are {', '.join(known)}"
    errors.append(ConfigError(row["where"], column, f"unknown value `{value}`; {hint}"))
