"""Counts that the checks are given, and the finding among many."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dbt_jetstream.trust.finding import Finding

START = dt.date(2026, 3, 2)
DEFINITION: dict[str, Any] = {
    "experiment": {"reference_branch": "control", "branches": ["control", "treatment"]},
    "branches": [{"slug": "control", "ratio": 1}, {"slug": "treatment", "ratio": 1}],
    "clipped": [],
    "definition_hash": "abc",
}


def split(basis: str, day: int | None, **units: int) -> list[dict[str, Any]]:
    date = None if day is None else START + dt.timedelta(days=day)
    return [
        {"analysis_basis": basis, "day": date, "branch": branch, "units": number}
        for branch, number in units.items()
    ]


def count(counted: str, branch: str | None, units: int, found: int, **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("analysis_basis", "day", "analysis_period", "window_index", "data_source", "metric")
    )
    return nothing | {"counted": counted, "branch": branch, "units": units, "found": found} | more


def of(found: list[Finding], **about: Any) -> Finding:
    """The one finding with these values."""
    (only,) = [f for f in found if all(getattr(f, key) == about[key] for key in about)]
    return only
