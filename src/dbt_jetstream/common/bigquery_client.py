"""BigQuery as commands ask it, through the client that dbt makes from the profile.

Google's and dbt's modules take seconds to import, which commands on DuckDB do not wait for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from pathlib import Path

    from google.cloud.bigquery import Client

# In seconds: how long a server that does not answer is asked again.
PATIENCE = 30.0

# The bytes that a query would read; raises a ValueError for a query that is refused.
BytesOf = Callable[[str], int]


@dataclass(frozen=True)
class Plan:
    """What BigQuery says of a query before it runs.

    Attributes:
        bytes_read: The bytes that it would read.
        types: The type of each column of its result.
    """

    bytes_read: int
    types: dict[str, str]


def client_of(credentials: Any, profiles: Path) -> Client:
    """Connect as dbt would.

    Args:
        credentials: The target's, as dbt reads them.
        profiles: The file that they are in, for messages.

    Raises:
        ConfigErrors: If the credentials cannot be used.
    """
    from dbt.adapters.bigquery.clients import create_bigquery_client  # noqa: PLC0415
    from dbt_common.exceptions import DbtBaseException  # noqa: PLC0415
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415

    try:
        return create_bigquery_client(credentials)
    except (DbtBaseException, GoogleAuthError, OSError, ValueError) as error:
        problem = f"no connection to BigQuery project {credentials.database}: {error}"
        raise ConfigErrors([ConfigError(profiles, "", problem)]) from error


def dry_runs(credentials: Any, profiles: Path) -> BytesOf:
    """Connect, and return what tells the bytes that a query would read.

    Raises:
        ConfigErrors: If the credentials cannot be used.
    """
    plan = plans(credentials, profiles)
    return lambda sql: plan(sql).bytes_read


def plans(credentials: Any, profiles: Path) -> Callable[[str], Plan]:
    """Connect, and return what plans a query, which costs nothing.

    Raises:
        ConfigErrors: If the credentials cannot be used.
    """
    from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415
    from google.cloud.bigquery import DEFAULT_RETRY, QueryJobConfig  # noqa: PLC0415

    client = client_of(credentials, profiles)
    retry = DEFAULT_RETRY.with_timeout(PATIENCE)

    def plan(sql: str) -> Plan:
        config = QueryJobConfig(dry_run=True, use_query_cache=False)
        try:
            job = client.query(sql, job_config=config, retry=retry, job_retry=None)
            fields = job.schema or []
            # Of an array the client tells what is in it, and that it is repeated.
            types = {f.name: "ARRAY" if f.mode == "REPEATED" else f.field_type for f in fields}
            return Plan(int(job.total_bytes_processed), types)
        except (GoogleAPIError, GoogleAuthError, OSError) as error:
            raise ValueError(reason_of(error)) from error

    return plan


def reason_of(error: Exception) -> str:
    """Return what BigQuery says, without the address that was asked."""
    details = [str(detail["message"]) for detail in getattr(error, "errors", None) or []]
    return (details or [str(error)])[0].splitlines()[0]
