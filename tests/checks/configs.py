"""Configs of an experiment that define one thing of their own, for checks to look at."""

from __future__ import annotations


def with_segment(window: str, name: str = "early") -> str:
    return f"""
[experiment]
segments = ["{name}"]
[segments."{name}"]
select_expression = "LOGICAL_OR(ds.is_early)"
data_source = "first_days"
[segments.data_sources.first_days]
from_expression = "telemetry.first_days"
{window}
"""


def with_signal(window: str) -> str:
    return f"""
[experiment.exposure_signal]
name = "clicked"
friendly_name = "Clicked"
description = "Clicked"
data_source = "clicks"
select_expression = "is_click"
{window}
"""


def with_metric(name: str) -> str:
    return f"""
[metrics]
weekly = ["{name}", "pings"]
[metrics."{name}"]
select_expression = "SUM(x)"
data_source = "clicks"
[metrics."{name}".statistics.sum]
"""


def with_data_sources(*names: str) -> str:
    """Write a config with a data source of each name, and a metric that reads it."""
    parts = [
        f"""
[data_sources.{name}]
from_expression = "telemetry.main"
experiments_column_type = "none"
[metrics.m{i}]
select_expression = "SUM(x)"
data_source = "{name}"
[metrics.m{i}.statistics.sum]
"""
        for i, name in enumerate(names)
    ]
    lists = ", ".join(f'"m{i}"' for i in range(len(names)))
    return f"[metrics]\nweekly = [{lists}]\n" + "".join(parts)
