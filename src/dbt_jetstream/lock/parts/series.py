"""The series of values that statistics need, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# What of a statistic's needs a series can meet only once.
SETTINGS = (
    "drop_highest",
    "pooled_drop_highest",
    "grid_size",
    "log_space",
    "density_size",
    "density_log_space",
)


@dataclass
class LockedSummaries:
    """What is summarised and computed.

    Attributes:
        statistics: A metric under a statistic, with its parameters and periods, and the `series` or
            `joint` that it is computed from.
        series: The values of one metric after pre-treatments, with all that is asked of them.
            Statistics of the same values share a series.
        joint: Two values per unit: a metric and its covariate, or a ratio's two sides.
    """

    statistics: list[dict[str, Any]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)
    joint: list[dict[str, Any]] = field(default_factory=list)


def summarised(parts: Iterable[Mapping[str, Any]]) -> LockedSummaries:
    """Return what statistics are computed from.

    Args:
        parts: The statistics, as `statistic_parts` lists them.
    """
    locked = LockedSummaries()
    for part in parts:
        _add(
            locked, {key: value for key, value in part.items() if key != "ratio"}, part.get("ratio")
        )
    return locked


def _add(locked: LockedSummaries, part: dict[str, Any], ratio: Mapping[str, str] | None) -> None:
    """Add a statistic, and what it is computed from."""
    locked.statistics.append(part)
    if ratio is not None:
        part["joint"] = _add_ratio(locked, part, ratio)
        return
    part["series"] = _add_series(locked, part, _needs(part))
    if part.get("covariate"):
        part["joint"] = _add_covariate(locked, part)


def _needs(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a statistic asks of its series."""
    kind = part["statistic"]
    needs: dict[str, Any] = {"has_deciles": kind == "deciles"}
    if "drop_highest" in part:
        needs["drop_highest" if kind == "mean" else "pooled_drop_highest"] = part["drop_highest"]
    if kind == "empirical_cdf":
        needs |= {key: part[key] for key in ("grid_size", "log_space")}
    if kind == "kernel_density_estimate":
        needs |= {"density_size": part["grid_size"], "density_log_space": part["log_space"]}
    return needs


def _add_series(locked: LockedSummaries, part: Mapping[str, Any], needs: Mapping[str, Any]) -> str:
    """Return the label of a series that meets the needs: one that is there, or a new one."""
    label = base = _label(part["pre_treatments"])
    number = 1
    while (series := _find(locked.series, part["metric"], label)) and _conflict(series, needs):
        number += 1
        label = f"{base}, {number}"
    if series is None:
        series = {
            "metric": part["metric"],
            "series": label,
            "pre_treatments": part["pre_treatments"],
            "periods": [],
            "joint": None,
            "has_deciles": False,
            **dict.fromkeys(SETTINGS),
        }
        locked.series.append(series)
    for key in SETTINGS:
        series[key] = needs[key] if needs.get(key) is not None else series[key]
    series["has_deciles"] = series["has_deciles"] or needs["has_deciles"]
    series["periods"] += [p for p in part["periods"] if p not in series["periods"]]
    return label


def _find(series: list[dict[str, Any]], metric: str, label: str) -> dict[str, Any] | None:
    return next((s for s in series if (s["metric"], s["series"]) == (metric, label)), None)


def _conflict(series: Mapping[str, Any], needs: Mapping[str, Any]) -> bool:
    both = [(series[key], needs.get(key)) for key in SETTINGS]
    return any(None not in pair and pair[0] != pair[1] for pair in both)


def _label(pre_treatments: list[dict[str, Any]]) -> str:
    """Name values by what was done to them."""
    return ", ".join(["values", *(_words(treatment) for treatment in pre_treatments)])


def _words(treatment: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in treatment.values())


def _add_covariate(locked: LockedSummaries, part: Mapping[str, Any]) -> str:
    """Add a metric's values with those of its covariate.

    The metric is clipped as in its own series, the covariate by its own quantile.
    """
    covariate = part["covariate"]
    label = f"{part['series']}, {part['statistic']} by {covariate['metric']}"
    joint = {
        "metric": part["metric"],
        "series": label,
        "role": "covariate",
        "y": part["metric"],
        "x": covariate["metric"],
        "period": covariate["period"],
        "pre_treatments": part["pre_treatments"],
        "order": 2,
        "y_series": part["series"],
        "x_series": label,
        "periods": [p for p in part["periods"] if not p.startswith("preenrollment")],
    }
    _add_joint(locked, joint, {"x": label}, pooled_drop_highest=part["drop_highest"])
    return label


def _add_ratio(
    locked: LockedSummaries, part: Mapping[str, Any], sides_of: Mapping[str, str]
) -> str:
    """Add a ratio's numerators and denominators."""
    label = _label(part["pre_treatments"])
    sides = {"y": f"{label}, numerator", "x": f"{label}, denominator"}
    joint = {
        "metric": part["metric"],
        "series": label,
        "role": "ratio",
        "y": sides_of["numerator"],
        "x": sides_of["denominator"],
        "pre_treatments": part["pre_treatments"],
        "order": 4,
        "y_series": sides["y"],
        "x_series": sides["x"],
        "periods": part["periods"],
    }
    _add_joint(locked, joint, sides, drop_highest=part["drop_highest"])
    return label


def _add_joint(
    locked: LockedSummaries, joint: dict[str, Any], sides: Mapping[str, str], **clipped: float
) -> None:
    """Add two values per unit, and a series for each of `sides`."""
    locked.joint.append(joint)
    for side, label in sides.items():
        locked.series.append(
            {
                "metric": joint["metric"],
                "series": label,
                "pre_treatments": joint["pre_treatments"],
                "periods": joint["periods"],
                "joint": joint,
                "side": side,
                "has_deciles": False,
                **dict.fromkeys(SETTINGS),
                **clipped,
            }
        )
