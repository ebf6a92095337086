"""Why an experiment is not analysed: each reason by the name that the original has for it."""

from __future__ import annotations

from typing import ClassVar

from dbt_jetstream.common.errors import ConfigError


class NoSlugException(ConfigError):
    """An experiment that nothing can be named after."""


class ExplicitSkipException(ConfigError):
    """Its config says not to analyse it."""

    is_error: ClassVar[bool] = False


class HighPopulationException(ConfigError):
    """It enrolls too many units to be analysed as others are."""


class NoEnrollmentPeriodException(ConfigError):
    """Nothing says how long it enrolls."""


class NoStartDateException(ConfigError):
    """Nothing says when it starts."""


class EndedException(ConfigError):
    """It ended too long ago to be added."""

    is_error: ClassVar[bool] = False


class RolloutSkipException(ConfigError):
    """It is a rollout, with nothing to compare."""

    is_error: ClassVar[bool] = False


class UnsupportedApplicationException(ConfigError):
    """Its application is none of the project's platforms."""


class EnrollmentNotCompleteException(ConfigError):
    """It still enrolls, and its last enrollment date is not known."""

    is_error: ClassVar[bool] = False


class EnrollmentLongerThanAnalysisException(ConfigError):
    """It ends before its last units enroll, so that no window is ever complete."""


class UnknownReferenceBranchException(ConfigError):
    """Its reference branch is none of its branches."""


class DuplicateBranchesException(ConfigError):
    """Two of its branches have one name."""


class EndBeforeStartException(ConfigError):
    """It ends before it starts."""


class OverlappingWindowsException(ConfigError):
    """A window ends before it starts."""


class MetricNameCollisionException(ConfigError):
    """Two columns of its tables would have one name."""


class UnsafeNameException(ConfigError):
    """A name that could not be written into SQL, Jinja and file names as it is."""


def exception_type(error: ConfigError) -> str:
    """Name the kind of a mistake, as the exported errors do."""
    kind = type(error)
    return "InvalidConfigurationException" if kind is ConfigError else kind.__name__
