"""The experiment as it is locked: who, when, which branches, and its analysis windows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace

from metric_config_parser.experiment import ExperimentConfiguration

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs.checks import date_mistakes
from dbt_jetstream.lock.definition.definition import Experiment
from dbt_jetstream.lock.definition.windows import Period
from dbt_jetstream.lock.parts.due import can_have, windows_of
from dbt_jetstream.lock.parts.whole import PERIODS


def experiment_of(config: ExperimentConfiguration) -> Experiment:
    """Read a resolved experiment.

    Raises:
        ConfigErrors: If it has no start date or no enrollment period, or odd ones.
    """
    mistakes = list(date_mistakes(config))
    if mistakes or config.start_date is None:
        raise ConfigErrors(mistakes)
    start = config.start_date.date()
    return Experiment(
        slug=str(config.experiment.normandy_slug),
        app_name=str(config.app_name),
        analysis_unit=str(config.analysis_unit.value) if config.analysis_unit else "client_id",
        is_private=bool(config.is_private),
        dataset=config.dataset_id or None,
        start_date=start,
        enrollment_period=config.enrollment_period,
        last_enrollment_date=start + dt.timedelta(days=config.enrollment_period),
        end_date=config.end_date.date() if config.end_date else None,
        branches={branch.slug: branch.ratio for branch in config.experiment.branches},
        reference_branch=config.reference_branch,
    )


def periods_of(
    experiment: Experiment, periods: Iterable[str], exported: Collection[str] = ()
) -> dict[str, Period]:
    """Return the analysis windows of an experiment.

    Args:
        experiment: The experiment.
        periods: The periods, by their table suffixes.
        exported: The views of statistics that an earlier lock exported.
    """
    last, end = experiment.last_enrollment_date, experiment.end_date
    found = {}
    for period in periods:
        windows = windows_of(period, last, end)
        view = naming.statistics(experiment.slug, PERIODS[period])
        was_exported = view in exported and not can_have(windows, end)
        found[period] = replace(windows, exported=True) if was_exported else windows
    return found
