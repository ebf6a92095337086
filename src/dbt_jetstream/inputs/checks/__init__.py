"""Finds out why an experiment cannot be analysed, before anything of it is rendered."""

from dbt_jetstream.inputs.checks.config import check_config, check_definitions
from dbt_jetstream.inputs.checks.dates import date_mistakes
from dbt_jetstream.inputs.checks.experiment import check_experiment, check_slug, check_wanted
from dbt_jetstream.inputs.checks.names import is_safe_table, shown
from dbt_jetstream.inputs.checks.reasons import (
    DuplicateBranchesException,
    EndBeforeStartException,
    EndedException,
    EnrollmentLongerThanAnalysisException,
    EnrollmentNotCompleteException,
    ExplicitSkipException,
    HighPopulationException,
    MetricNameCollisionException,
    NoEnrollmentPeriodException,
    NoSlugException,
    NoStartDateException,
    OverlappingWindowsException,
    RolloutSkipException,
    UnknownReferenceBranchException,
    UnsafeNameException,
    UnsupportedApplicationException,
    exception_type,
)
from dbt_jetstream.inputs.checks.repeated import defined_twice, repeated_names
from dbt_jetstream.inputs.checks.unused import Unused, unused

__all__ = [
    "DuplicateBranchesException",
    "EndBeforeStartException",
    "EndedException",
    "EnrollmentLongerThanAnalysisException",
    "EnrollmentNotCompleteException",
    "ExplicitSkipException",
    "HighPopulationException",
    "MetricNameCollisionException",
    "NoEnrollmentPeriodException",
    "NoSlugException",
    "NoStartDateException",
    "OverlappingWindowsException",
    "RolloutSkipException",
    "UnknownReferenceBranchException",
    "UnsafeNameException",
    "UnsupportedApplicationException",
    "Unused",
    "check_config",
    "check_definitions",
    "check_experiment",
    "check_slug",
    "check_wanted",
    "date_mistakes",
    "defined_twice",
    "exception_type",
    "is_safe_table",
    "repeated_names",
    "shown",
    "unused",
]
