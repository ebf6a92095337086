"""Results that lie nowhere, of an experiment that never was."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from scipy import stats

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.definition.definition import Versions
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.results.of_experiment import COLUMNS
from dbt_jetstream.results.pages.content import (
    ABSENT_COLUMNS,
    LATE_COLUMNS,
    PROBLEM_COLUMNS,
    TRUST_COLUMNS,
    read_content,
)

HALF = stats.norm.isf(0.025)


def without_trust(rows: list[dict[str, Any]]) -> Any:
    """Content of an experiment whose trust table is not there."""

    class Older(MadeUp):
        def trust(self) -> pd.DataFrame:
            raise ConfigErrors([ConfigError(None, "made-up", "no table trust_made_up")])

    return read_content(Older(lock(), rows))  # type: ignore[arg-type]


def lock(**more: Any) -> HeldLock:
    """A lock of two metrics, one of them the experiment's own."""
    described = {
        name: {
            "analysis_bases": ["enrollments"],
            "bigger_is_better": name != "crashes",
            "description": more.get("description", "What it measures."),
            "friendly_name": more.get("label", name.title()),
        }
        for name in ("hours", "crashes")
    }
    experiment = {
        "slug": "made-up",
        "app_name": "firefox_desktop",
        "start_date": "2026-01-01",
        "end_date": None,
        "last_enrollment_date": "2026-01-08",
        "enrollment_period": 7,
        "branches": ["control", "treatment"],
        "reference_branch": more.get("reference", "control"),
    }
    parts = [
        {
            "metric": name,
            "statistic": "mean",
            "bases": ["enrollments"],
            "periods": ["weekly", "overall"],
            "pre_treatments": [],
            "drop_highest": 0.005,
            "confidence_interval": 0.95,
            **more.get("statistic", {}),
        }
        for name in described
    ]
    statistics = {
        "experiment": experiment,
        "definition_hash": "abc",
        "segments": [],
        "statistics": parts,
        "metadata": {
            "metrics": described,
            "outcomes": {"own": {"metrics": ["crashes"]}},
        },
    }
    bases = more.get("bases", ["enrollments"])
    period = {"experiment": experiment, "bases": bases, "data_sources": []}
    weekly = {"first_day": 0, "length": 7, "repeats": True, "not_before": None}
    overall = {"first_day": 0, "length": None, "repeats": False, "not_before": None}
    metas = {
        "enrollments_made_up": {"experiment": experiment, "versions": {}},
        "made_up_weekly": period | {"period": "weekly", "windows": weekly},
        "made_up_overall": period | {"period": "overall", "windows": overall},
        "statistics_made_up": statistics,
    }
    held = HeldLock("made-up", None, is_private=False)  # type: ignore[arg-type]
    held.__dict__["experiment"] = experiment
    held.__dict__["versions"] = Versions()
    held.__dict__["models"] = {name: {"config": {"meta": meta}} for name, meta in metas.items()}
    return held


def compared(metric: str, uplift: float, error: float, **more: Any) -> list[dict[str, Any]]:
    """A value, a difference and an uplift, each with a normal interval; the reference has 1."""
    row = dict.fromkeys(COLUMNS) | {
        "analysis_period": "weekly",
        "window_index": 1,
        "analysis_basis": "enrollments",
        "segment": "all",
        "metric": metric,
        "statistic": "mean",
        "branch": "treatment",
        "ci_width": 0.95,
    }
    ends = {"point": uplift, "lower": uplift - HALF * error, "upper": uplift + HALF * error}
    against = row | ends | {"comparison_to_branch": "control"} | more
    return [
        row | {"point": 1 + uplift, "lower": 0.0, "upper": 9.0} | more,
        against | {"comparison": "difference"},
        against | {"comparison": "relative_uplift"},
    ]


@dataclass
class MadeUp:
    """Result tables that lie nowhere."""

    lock: HeldLock
    rows: list[dict[str, Any]]
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def statistics(self) -> pd.DataFrame:
        frame = pd.DataFrame(self.rows, columns=list(COLUMNS))
        numbers = ["parameter", "ci_width", "point", "lower", "upper"]
        frame[numbers] = frame[numbers].astype(float)
        return frame

    def _frame(self, name: str, columns: list[str]) -> pd.DataFrame:
        return pd.DataFrame(self.found.get(name, []), columns=columns, dtype=object)

    def trust(self) -> pd.DataFrame:
        return self._frame("trust", TRUST_COLUMNS)

    def completeness(self) -> pd.DataFrame:
        columns = ["analysis_period", "window_index", "analysis_basis", "segment"]
        return self._frame("grid", [*columns, "metric", "statistic", "branch", "state", "reason"])

    def problems(self) -> pd.DataFrame:
        return self._frame("problems", PROBLEM_COLUMNS)

    def late_telemetry(self) -> pd.DataFrame:
        return self._frame("late", LATE_COLUMNS)

    def absent_sources(self) -> pd.DataFrame:
        return self._frame("absent", ABSENT_COLUMNS)


def content(rows: list[dict[str, Any]], held: HeldLock | None = None, **found: Any) -> Any:
    tables = MadeUp(held or lock(), rows, found)
    return read_content(tables)  # type: ignore[arg-type]


def data_of(text: str) -> dict[str, Any]:
    """The data that a page carries."""
    (packed,) = re.findall(
        r'<script type="application/octet-stream" id="data">(.*?)</script>', text
    )
    return json.loads(gzip.decompress(base64.b64decode(packed)))
