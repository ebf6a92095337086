"""What an extra of this package brings, and what to say where it is not installed."""

from __future__ import annotations

from importlib.util import find_spec

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

# What dbt says of a profile of another database than DuckDB's.
NO_ADAPTER = "Could not find adapter type bigquery"
NO_BIGQUERY = "BigQuery's adapter is not installed; run `pip install dbt-jetstream[bigquery]`"


def check_bigquery(key: str) -> None:
    """Refuse what BigQuery's adapter is needed for, where it is not installed.

    Args:
        key: What asked for it, such as an option.

    Raises:
        ConfigErrors: If it is not.
    """
    if find_spec("dbt.adapters") is None or find_spec("dbt.adapters.bigquery") is None:
        raise ConfigErrors([ConfigError(None, key, NO_BIGQUERY)])


def told(message: str) -> str:
    """Return a message of dbt's, or what to install where that is what it is about."""
    return NO_BIGQUERY if NO_ADAPTER in message else message
