"""The windows of configurations, all or a sample, are mozanalysis'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from metric_config_parser.metric import AnalysisPeriod
from mozanalysis.experiment import TimeLimits

from conformance.metric_hub import Resolved, requires_metric_hub
from conftest import REPOSITORY
from dbt_jetstream.review.render import Renderer

pytestmark = requires_metric_hub
TIME_SERIES = {
    AnalysisPeriod.DAY: "daily",
    AnalysisPeriod.WEEK: "weekly",
    AnalysisPeriod.DAYS_28: "28_day",
}


def _windows(renderer: Renderer, node: Any) -> list[tuple[int, int]]:
    """The windows that are due once the experiment has ended."""
    experiment = node.meta["experiment"]
    renderer.environment.globals["env_var"] = lambda *_: experiment["end_date"]
    due = renderer.macros["windows_due"](node.meta["windows"])
    return [(window["start"], window["end"]) for window in due]


def _expected_windows(period: AnalysisPeriod, config: Any) -> Iterator[tuple[int, int]]:
    dates = config.enrollment_period + 1
    length = (config.end_date - config.start_date).days - dates + 1
    if period in TIME_SERIES:
        limits = TimeLimits.for_ts(
            f"{config.start_date:%Y-%m-%d}",
            f"{config.end_date:%Y-%m-%d}",
            TIME_SERIES[period],
            dates,
        )
        yield from ((window.start, window.end) for window in limits.analysis_windows)
    elif period == AnalysisPeriod.OVERALL:
        yield (0, length - 1)
    else:
        yield (-7 if period == AnalysisPeriod.PREENROLLMENT_WEEK else -28, -1)


def test_windows_are_mozanalysis(
    resolved: Resolved,
) -> None:
    renderer = Renderer(REPOSITORY, "bigquery")
    compared = 0
    for slug, (locked, config) in resolved.items():
        last = config.experiment.start_date + dt.timedelta(days=config.experiment.enrollment_period)
        if config.experiment.end_date <= last + dt.timedelta(days=28):
            continue  # mozanalysis refuses a series without a whole period
        for node in [node for node in locked.nodes if "windows" in node.meta]:
            period = next(p for p in AnalysisPeriod if p.table_suffix == node.meta["period"])
            expected = list(_expected_windows(period, config.experiment))
            assert _windows(renderer, node) == expected, (slug, period)
            compared += 1
    assert compared > 2 * len(resolved)
