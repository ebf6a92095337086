"""Names of tables, nodes and exports, after Jetstream's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

# The notebooks of dbt Cloud, which import this, have no parser of configurations.
if TYPE_CHECKING:
    from metric_config_parser.metric import AnalysisPeriod

# How an experiment's own exposure signal is called among data sources: these have no spaces.
EXPOSURE_SIGNAL = "the exposure signal"


def normalise(slug: str) -> str:
    """Make `slug` a part of a table name: all but letters, digits and `_` becomes `_`."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", slug)


def enrollments(slug: str) -> str:
    """Name the enrollments table."""
    return f"enrollments_{normalise(slug)}"


def client_days(slug: str, data_source: str) -> str:
    """Name the table with one row per analysis unit and telemetry day of a data source."""
    return f"{normalise(slug)}_{normalise(data_source)}_client_days"


def exposure_days(slug: str) -> str:
    """Name the table with one row per unit and day on which it met its experiment's own signal."""
    return f"{normalise(slug)}_exposure_days"


def metrics(slug: str, period: AnalysisPeriod) -> str:
    """Name the table with the metrics of all windows of a period."""
    return f"{normalise(slug)}_{period.table_suffix}"


def bins(slug: str) -> str:
    """Name the table that counts units by coarse bins of their values."""
    return f"bins_{normalise(slug)}"


def pieces(slug: str) -> str:
    """Name the table of the values that statistics are computed from."""
    return f"pieces_{normalise(slug)}"


def moments(slug: str) -> str:
    """Name the table of what else statistics are computed from."""
    return f"moments_{normalise(slug)}"


def statistics(slug: str, period: AnalysisPeriod | None = None) -> str:
    """Name the statistics table, or the view of one period on it."""
    suffix = f"_{period.table_suffix}" if period else ""
    return f"statistics_{normalise(slug)}{suffix}"


def completeness(slug: str) -> str:
    """Name the view that says what became of every declared result."""
    return f"completeness_{normalise(slug)}"


def trust_counts(slug: str) -> str:
    """Name the table of what the trust checks count."""
    return f"trust_counts_{normalise(slug)}"


def trust(slug: str) -> str:
    """Name the table of what the trust checks find."""
    return f"trust_{normalise(slug)}"


def group(slug: str) -> str:
    """Name the dbt group of an experiment's models."""
    return normalise(slug)


def results_page(slug: str) -> str:
    """Name the dbt exposure of an experiment's results page."""
    return f"results_page_{normalise(slug)}"


def exports(slug: str) -> str:
    """Name the dbt exposure of the files that an experiment exports."""
    return f"exports_{normalise(slug)}"


def dataset(app_id: str | None) -> str | None:
    """Name the BigQuery dataset of an application id such as `org.mozilla.firefox`."""
    return re.sub(r"[^a-zA-Z0-9]", "_", app_id).lower() if app_id else None


def schema(default: str, dataset: str | None) -> str:
    """Name the schema of tables as dbt does: an experiment's own comes after the target's."""
    return f"{default}_{dataset}" if dataset else default
