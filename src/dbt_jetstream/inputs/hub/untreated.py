"""Says what to do about a metric without a statistic, where the parser names the metric alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from metric_config_parser.metric import AnalysisPeriod
from metric_config_parser.outcome import OutcomeSpec

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.hub import definitions_of
from dbt_jetstream.inputs.hub.files import HubFile

NO_STATISTIC = re.compile(
    r"No statistical treatment defined for metric '(?P<first>[^']+)'"
    r"|Metric (?P<second>\S+) has no statistical treatment defined"
)


def untreated(message: str, files: Sequence[HubFile]) -> ConfigError | None:
    """Explain the parser's message about a metric without a statistic; None for another message.

    Args:
        message: The parser's.
        files: What the experiment draws on, the nearest first.
    """
    found = NO_STATISTIC.search(message)
    if found is None:
        return None
    name = found["first"] or found["second"]
    for file in files:
        for ratio, definition in definitions_of(file.spec, "metrics").items():
            parts = [reference.name for reference in definition.depends_on or []]
            if name in parts:
                return _of_part(file, name, ratio, has_statistic=_has_statistic(name, files))
    # An outcome without lists has its metrics computed where it defines them.
    defining = (file for file in files if name in definitions_of(file.spec, "metrics"))
    listing = next((file for file in files if _lists(file, name)), None) or next(defining, None)
    problem = (
        f"`{name}` is listed, but has no statistic; add one, as [metrics.{name}.statistics."
        "bootstrap_mean]"
    )
    return ConfigError(listing.shown if listing else None, f"metrics.{name}.statistics", problem)


def _of_part(file: HubFile, part: str, ratio: str, *, has_statistic: bool) -> ConfigError:
    """Explain the parser's rule: what the platform defines has statistics once it was listed."""
    add = "" if has_statistic else f"give `{part}` a statistic, and "
    problem = (
        f"the part `{part}` has no statistic when `{ratio}` is looked at: metrics are taken in the "
        f"order of the lists, the config's own before a default's; {add}list `{part}` before "
        f'`{ratio}`, as in `overall = ["{part}", "{ratio}"]`'
    )
    return ConfigError(file.shown, f"metrics.{ratio}.depends_on", problem)


def _has_statistic(name: str, files: Sequence[HubFile]) -> bool:
    definitions: list[Any] = [definitions_of(file.spec, "metrics").get(name) for file in files]
    return any(definition is not None and definition.statistics for definition in definitions)


def _lists(file: HubFile, name: str) -> bool:
    spec: Any = file.spec if isinstance(file.spec, OutcomeSpec) else file.spec.metrics
    lists = (getattr(spec, period.table_suffix) for period in AnalysisPeriod)
    return any(name == reference.name for references in lists for reference in references)
