"""The summaries that a warehouse makes of a metric's values, from the values of each unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

PERIOD = "overall"
METRIC = "hours"
SERIES, COVARIATE, NUMERATOR = "values", "adjusted", "ratio"
ORDERS = [(a, b) for a in range(5) for b in range(5) if 0 < a + b <= 4]
CELL = {
    "analysis_period": PERIOD,
    "window_index": 1,
    "analysis_basis": "enrollments",
    "segment": "all",
    "metric": METRIC,
}
CURVE = {"grid_size": 16, "log_space": False}
STATISTICS: list[dict[str, Any]] = [
    {"statistic": "mean", "series": SERIES},
    {"statistic": "binomial", "series": SERIES},
    {"statistic": "deciles", "series": SERIES},
    {"statistic": "mean_lm", "series": SERIES},
    {"statistic": "mean_lm_noclip", "series": SERIES, "joint": COVARIATE, "covariate": "x"},
    {"statistic": "per_client_dau_impact", "series": SERIES},
    {"statistic": "population_ratio", "series": SERIES, "joint": NUMERATOR},
    {"statistic": "count", "series": SERIES},
    {"statistic": "sum", "series": SERIES},
    {"statistic": "kernel_density_estimate", "series": SERIES, **CURVE},
    {"statistic": "empirical_cdf", "series": SERIES, **CURVE, "log_space": True},
]
SCHEMA = pa.schema(
    [
        *((name, pa.int64() if name == "window_index" else pa.string()) for name in CELL),
        ("series", pa.string()),
        ("branch", pa.string()),
        ("moment", pa.string()),
        *((name, pa.float64()) for name in ("value", "units", "lowest", "highest", "deviation")),
    ]
)

Branches = Mapping[str, np.ndarray]


def definition(*statistics: str) -> dict[str, Any]:
    """The part of a lock that asks for statistics of one metric; for all of them by default."""
    common = {"metric": METRIC, "periods": [PERIOD], "confidence_interval": 0.95}
    return {
        "experiment": {"slug": "an-experiment", "branches": []},
        "segments": [],
        "statistics": [
            {**common, **parameters}
            for parameters in STATISTICS
            if not statistics or parameters["statistic"] in statistics
        ],
        "periods": {},
    }


def summaries_of(
    branches: Branches, *, drop: float = 0.005, counts: Mapping[str, np.ndarray] | None = None
) -> pa.Table:
    """Summarise values of units, each value by itself; every unit's covariate is its own value.

    Args:
        branches: The values by branch.
        drop: The share of the highest that is clipped.
        counts: How many units have each value; one by default.
    """
    with np.errstate(all="ignore"):
        return pa.Table.from_pylist(list(_rows(branches, drop, counts or {})), schema=SCHEMA)


def _rows(
    branches: Branches, drop: float, counts: Mapping[str, np.ndarray]
) -> Iterator[dict[str, Any]]:
    pooled = _quantile(np.concatenate([*branches.values()]), 1 - drop)
    yield _moment(SERIES, "", "pooled_clip", pooled)
    for branch, values in branches.items():
        if not len(values):
            continue
        clip = _quantile(values, 1 - drop)
        yield _moment(SERIES, branch, "clip", clip)
        distinct, position = np.unique(values, return_inverse=True)
        units = np.bincount(position, counts.get(branch))
        for value, number in zip(distinct.tolist(), units.tolist(), strict=True):
            piece = {"value": value, "units": number, "lowest": value, "highest": value}
            yield {**CELL, "series": SERIES, "branch": branch, **piece, "deviation": 0.0}
        if np.isfinite(values).all():
            yield from _joint(COVARIATE, branch, values, pooled)
            yield from _joint(NUMERATOR, branch, values, clip)


def _quantile(values: np.ndarray, share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else 0.0


def _joint(series: str, branch: str, values: np.ndarray, clip: float) -> Iterator[dict[str, Any]]:
    clipped = np.minimum(values, clip)
    lowest, reach = float(clipped.min()), float(clip - clipped.min())
    scaled = (clipped - lowest) / reach if reach else np.zeros(len(clipped))
    found = {"units": len(values)}
    for side in "yx":
        found |= {f"{side}_lowest": lowest, f"{side}_highest": clip}
        found |= {f"{side}_least": lowest, f"{side}_most": float(clipped.max())}
    found |= {f"y{a}_x{b}": float(np.mean(scaled ** (a + b))) for a, b in ORDERS}
    for name, value in found.items():
        yield _moment(series, branch, name, value)


def _moment(series: str, branch: str, moment: str, value: float) -> dict[str, Any]:
    return {**CELL, "series": series, "branch": branch, "moment": moment, "value": value}
