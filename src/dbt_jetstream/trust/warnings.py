"""The findings that stand in the way of believing a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbt_jetstream.trust.finding import CHECKS, WARNING


def warnings(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows of `trust_<slug>` that warn, in the order in which to read them."""
    found = [row for row in rows if row["state"] == WARNING]
    return sorted(found, key=lambda row: (CHECKS.index(row["check"]), *_about(row)))


def warning_lines(slug: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Write a line for each warning among the rows of an experiment."""
    return [f"warning: {slug}: {row['message']}" for row in warnings(rows)]


def _about(row: Mapping[str, Any]) -> tuple[str, ...]:
    keys = ("analysis_basis", "day", "data_source", "metric", "branch", "message")
    return tuple("" if row.get(key) is None else str(row[key]) for key in keys)


def warnings_query(models: Iterable[str]) -> str:
    """Write a query, with dbt's references, for the warnings of these `trust_<slug>` models."""
    return "\nunion all\n".join(
        f"select '{model}' as model, * from {{{{ ref('{model}') }}}} where state = '{WARNING}'"
        for model in sorted(models)
    )
