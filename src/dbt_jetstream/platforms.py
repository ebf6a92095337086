"""What differs between applications: the dataset, and how enrollment is recorded."""

import csv
from dataclasses import dataclass
from pathlib import Path

from dbt_jetstream.errors import ConfigError, ConfigErrors

FILE = Path("seeds/platforms.csv")


@dataclass(frozen=True)
class Platform:
    """One row of `seeds/platforms.csv`.

    Attributes:
        app_name: The application, as experiments name it.
        dataset: What `{dataset}` stands for in a data source's from_expression.
        enrollments_query_type: How enrollment is recorded: `normandy` or `glean-event`.
        enrollments_table: The table with enrollment and exposure events.
    """

    app_name: str
    dataset: str
    enrollments_query_type: str
    enrollments_table: str


def read_platforms(project: Path) -> dict[str, Platform]:
    """Read the project's platforms by application name."""
    path = project / FILE
    if not path.exists():
        problem = "the file is missing: it names each application's dataset and enrollment query"
        raise ConfigErrors([ConfigError(path, "", problem)])
    with path.open(newline="", encoding="utf-8") as file:
        return {row["app_name"]: Platform(**row) for row in csv.DictReader(file)}
