"""What contradicts an experiment's facts: its dates, its enrollment and its branches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from metric_config_parser.analysis import AnalysisConfiguration

from dbt_jetstream.common.errors import ConfigError, did_you_mean
from dbt_jetstream.inputs.checks.blame import Blamed
from dbt_jetstream.inputs.checks.dates import END, PERIOD, START, far_mistakes
from dbt_jetstream.inputs.checks.names import (
    shown,
    unsafe_branch,
)
from dbt_jetstream.inputs.checks.reasons import (
    EndBeforeStartException,
    EnrollmentLongerThanAnalysisException,
    EnrollmentNotCompleteException,
    UnknownReferenceBranchException,
    UnsafeNameException,
)


class Facts(Blamed):
    """Checks dates, enrollment and branches of a resolved configuration."""

    def __init__(self, config: AnalysisConfiguration, own_file: Path | str | None) -> None:
        super().__init__(config, own_file)
        self.branches = [branch.slug for branch in config.experiment.experiment.branches]

    def mistakes(self) -> Iterator[ConfigError]:
        """Yield what contradicts Experimenter's facts, but for its dates."""
        yield from self._enrollment_mistakes()
        yield from self._reference_mistakes()

    def warnings(self) -> Iterator[ConfigError]:
        """Yield what its author should know of dates and branches."""
        end, last = self._end_date(), self._last_enrollment_date()
        if end is not None and end == last:
            problem = (
                f"the experiment ends on its last enrollment date, {last}: units are observed "
                "on the day they enroll, and the overall window is empty"
            )
            yield self.dated(ConfigError, END, problem)
        reference = self.experiment.reference_branch
        if self.experiment.enrollment_query and reference and reference not in self.branches:
            problem = (
                f"{self._unknown_branch(reference)}; it has results only if `enrollment_query` "
                "finds such a branch"
            )
            yield self.own(ConfigError, "reference_branch", problem)

    def _end_date(self) -> dt.date | None:
        end = self.experiment.end_date
        return end.date() if end else None

    def _last_enrollment_date(self) -> dt.date:
        start: dt.date = self.experiment.start_date.date()
        return start + dt.timedelta(days=self.experiment.enrollment_period)

    def _enrollment_mistakes(self) -> Iterator[ConfigError]:
        """Yield whether the last enrollment date is only proposed.

        A date in the future is none: no window is due before it.
        """
        found = self.experiment
        is_known = found.enrollment_end_date is not None or self.spec.enrollment_period is not None
        if not is_known and not found.is_enrollment_paused and found.proposed_enrollment:
            problem = (
                "enrollment has not ended, and its last date is only proposed: wait, or set "
                "`enrollment_period` in its config"
            )
            yield EnrollmentNotCompleteException(None, f"{self.slug}.enrollmentEndDate", problem)

    def own_date_mistakes(self) -> Iterator[ConfigError]:
        """Yield how the config's own dates contradict each other, whatever Experimenter's are."""
        far = list(far_mistakes(self.experiment, self.dated))
        yield from far
        if far or self.spec.start_date is None or self.spec.end_date is None:
            return
        for mistake in self.end_mistakes():
            if self.spec.enrollment_period or isinstance(mistake, EndBeforeStartException):
                yield mistake

    def end_mistakes(self) -> Iterator[ConfigError]:
        """Yield whether the experiment ends too early.

        One that ends on its last enrollment date does not: the day of enrollment is complete then,
        and the original computes it too.
        """
        end, start = self._end_date(), self.experiment.start_date.date()
        last = self._last_enrollment_date()
        if end is None or end >= last:
            return
        if end < start:
            problem = (
                f"the experiment ends on {end}, before it starts on {start}; correct one of the "
                "two dates"
            )
            yield self.dated(EndBeforeStartException, END | START, problem)
        else:
            problem = (
                f"the experiment ends on {end}, but its last enrollment date is {last}: no "
                "analysis window is ever complete; shorten the enrollment period, or correct the "
                "end date"
            )
            yield self.dated(EnrollmentLongerThanAnalysisException, END | PERIOD, problem)

    def _unknown_branch(self, name: str) -> str:
        known = ", ".join(f"`{shown(branch)}`" for branch in self.branches) or "none"
        return f"the reference branch `{shown(name)}` is none of its branches, which are {known}"

    def _reference_mistakes(self) -> Iterator[ConfigError]:
        """Yield reference branches that nobody can be in.

        A custom enrollment query may find other branches than Experimenter's.
        """
        configured = self.spec.reference_branch
        theirs = self.experiment.experiment.reference_branch
        unsafe = list(self.unsafe_reference())
        yield from unsafe
        is_unknown = configured and configured not in self.branches and not unsafe
        if is_unknown and not self.spec.enrollment_query:
            question = did_you_mean(str(configured), self.branches) or "name one of them"
            problem = f"{self._unknown_branch(configured)}; {question}"
            yield self.own(UnknownReferenceBranchException, "reference_branch", problem)
        if theirs and theirs not in self.branches:
            problem = f"{self._unknown_branch(theirs)}; name one of them"
            yield UnknownReferenceBranchException(None, f"{self.slug}.referenceBranch", problem)

    def unsafe_reference(self) -> Iterator[ConfigError]:
        """Yield whether the config's own reference branch has a name that no branch can have."""
        configured = self.spec.reference_branch
        unsafe = unsafe_branch(configured) if configured else None
        if unsafe:
            yield self.own(UnsafeNameException, "reference_branch", unsafe)
