"""Checks an experiment before its configuration is resolved, which takes a tenth of a second."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from metric_config_parser.experiment import Experiment, ExperimentSpec
from metric_config_parser.util import parse_date

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inputs.checks.names import shown, unsafe_branch, unsafe_slug
from dbt_jetstream.inputs.checks.reasons import (
    DuplicateBranchesException,
    EndedException,
    ExplicitSkipException,
    HighPopulationException,
    NoSlugException,
    RolloutSkipException,
    UnsafeNameException,
    UnsupportedApplicationException,
)
from dbt_jetstream.inputs.platforms import Platform, platform_of


def check_wanted(
    experiment: Experiment,
    own: ExperimentSpec | None,
    own_file: Path | str | None = None,
    ended_before: dt.date | None = None,
) -> None:
    """Check that an experiment is to be analysed at all.

    Args:
        experiment: Experimenter's facts.
        own: What its own config says of the experiment, if it has one.
        own_file: That config.
        ended_before: Refuse an experiment that ended before this date; None: refuse none, so that
            one that ended long ago can be analysed now.

    Raises:
        ConfigErrors: With the one reason; its path is None where the file of the experiments is to
            blame.
    """
    if own is not None and own.skip:
        problem = "its config says `skip = true`: it is not analysed"
        raise ConfigErrors([ExplicitSkipException(own_file, "experiment.skip", problem)])
    own_end = parse_date(own.end_date) if own is not None else None
    end = own_end or experiment.end_date
    if ended_before is None or end is None or end.date() >= ended_before:
        return
    problem = (
        f"the experiment ended on {end.date()}, before {ended_before}: it is not added; name it to "
        "analyse it all the same"
    )
    key = f"{shown(str(experiment.normandy_slug))}.endDate"
    where = (own_file, "experiment.end_date") if own_end else (None, key)
    raise ConfigErrors([EndedException(*where, problem)])


def check_experiment(experiment: Experiment, platforms: Mapping[str, Platform]) -> None:
    """Check an experiment by Experimenter's facts alone.

    Args:
        experiment: The facts.
        platforms: The project's platforms by application name.

    Raises:
        ConfigErrors: With all mistakes; a missing slug and a rollout come alone. Their path is
            None: the file of the experiments is to blame.
    """
    if not experiment.normandy_slug:
        problem = "the experiment has no slug; set `slug`"
        raise ConfigErrors([NoSlugException(None, "slug", problem)])
    slug = shown(experiment.normandy_slug)
    if experiment.is_rollout:
        problem = "the experiment is a rollout, with no branch to compare: it is not analysed"
        raise ConfigErrors([RolloutSkipException(None, f"{slug}.isRollout", problem)])
    errors = list(_slug_mistakes(experiment.normandy_slug))
    if experiment.is_high_population:
        problem = "the experiment has a high population: it is analysed by hand, or not at all"
        errors.append(HighPopulationException(None, f"{slug}.isHighPopulation", problem))
    errors += _branch_mistakes(experiment, f"{slug}.branches")
    errors += _application_mistakes(experiment, platforms)
    if errors:
        raise ConfigErrors(errors)


def check_slug(slug: str) -> None:
    """Check that a slug can be a folder's name and part of a table's.

    Raises:
        ConfigErrors: If it cannot.
    """
    errors = list(_slug_mistakes(slug))
    if errors:
        raise ConfigErrors(errors)


def _slug_mistakes(slug: str) -> Iterator[ConfigError]:
    problem = unsafe_slug(slug)
    if problem:
        yield UnsafeNameException(None, f"{shown(slug)}.slug", problem)


def _branch_mistakes(experiment: Experiment, key: str) -> Iterator[ConfigError]:
    names = [branch.slug for branch in experiment.branches]
    if not names:
        problem = "the experiment has no branches; add at least two to compare"
        yield ConfigError(None, key, problem)
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            problem = f"{names.count(name)} branches are called `{shown(name)}`; name each its own"
            yield DuplicateBranchesException(None, key, problem)
        unsafe = unsafe_branch(name)
        if unsafe:
            yield UnsafeNameException(None, key, unsafe)


def _application_mistakes(
    experiment: Experiment, platforms: Mapping[str, Platform]
) -> Iterator[ConfigError]:
    try:
        platform_of(experiment, dict(platforms))
    except ConfigErrors as found:
        for error in found.errors:
            yield UnsupportedApplicationException(error.path, error.key, error.problem)
