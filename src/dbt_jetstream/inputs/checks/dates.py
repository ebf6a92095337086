"""Checks the dates that every window counts from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from metric_config_parser.experiment import ExperimentConfiguration

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.checks.names import shown
from dbt_jetstream.inputs.checks.reasons import NoEnrollmentPeriodException, NoStartDateException

# Days and years beyond these are slips, and cannot be counted with.
MAX_DAYS = 3650
YEARS = range(2000, 2100)


# Keys of configs, with Experimenter's own; and what blames the one that is set.
Keys = dict[str, str]
Blame = Callable[[type[ConfigError], Keys, str], ConfigError]
PERIOD = {"enrollment_period": "enrollmentEndDate"}
START = {"start_date": "startDate"}
END = {"end_date": "endDate"}


def date_mistakes(
    config: ExperimentConfiguration, blame: Blame | None = None
) -> Iterator[ConfigError]:
    """Yield what is missing or odd in the dates that every window counts from.

    Args:
        config: The experiment, resolved.
        blame: Blames a key; by default Experimenter's, whoever set the date.
    """
    blame = blame or partial(_blame_experimenter, shown(config.normandy_slug or ""))
    if config.enrollment_period <= 0:
        problem = (
            f"the experiment has no enrollment period ({config.enrollment_period} days); set "
            "`enrollmentEndDate` or `proposedEnrollment`, or `enrollment_period` in its config"
        )
        yield blame(NoEnrollmentPeriodException, PERIOD, problem)
    if config.start_date is None:
        problem = "the experiment has no start date; set `startDate`, or `start_date` in its config"
        yield blame(NoStartDateException, START, problem)
    yield from far_mistakes(config, blame)


def _blame_experimenter(
    slug: str, kind: type[ConfigError], keys: Keys, problem: str
) -> ConfigError:
    return kind(None, f"{slug}.{next(iter(keys.values()))}", problem)


def far_mistakes(config: ExperimentConfiguration, blame: Blame) -> Iterator[ConfigError]:
    """Yield what cannot be counted with, whoever set it."""
    period = config.enrollment_period
    if period > MAX_DAYS:
        problem = f"enrollment takes {period} days; correct its dates: {MAX_DAYS} are the most"
        yield blame(ConfigError, PERIOD, problem)
    for date, keys in ((config.start_date, START), (config.end_date, END)):
        if date is not None and date.year not in YEARS:
            problem = f"{date.date()} is not within {YEARS[0]} and {YEARS[-1]}; correct the date"
            yield blame(ConfigError, keys, problem)
