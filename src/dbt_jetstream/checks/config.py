"""Checks the resolved configuration of an experiment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.data_source import DataSource
from metric_config_parser.exposure_signal import AnalysisWindow, WindowLimit
from metric_config_parser.metric import Metric

from dbt_jetstream.checks.collisions import collisions
from dbt_jetstream.checks.dates import END, MAX_DAYS, PERIOD, START, date_mistakes, far_mistakes
from dbt_jetstream.checks.names import (
    MAX_COLUMN,
    MAX_DATA_SOURCE,
    is_identifier,
    shown,
    unsafe_branch,
    unsafe_identifier,
)
from dbt_jetstream.checks.reasons import (
    EndBeforeStartException,
    EnrollmentLongerThanAnalysisException,
    EnrollmentNotCompleteException,
    MetricNameCollisionException,
    OverlappingWindowsException,
    UnknownReferenceBranchException,
    UnsafeNameException,
)
from dbt_jetstream.errors import ConfigError, ConfigErrors, did_you_mean

MOVING_LIMITS = (AnalysisWindow.ANALYSIS_WINDOW_START, AnalysisWindow.ANALYSIS_WINDOW_END)


def check_config(
    config: AnalysisConfiguration, own_file: Path | str | None = None
) -> list[ConfigError]:
    """Check the resolved configuration of an experiment that `check_experiment` let through.

    Args:
        config: The resolved configuration.
        own_file: The experiment's own config, if it has one.

    Returns:
        Warnings: what its author should know, but what does not keep it from being analysed.

    Raises:
        ConfigErrors: With all mistakes; a path is None where the file of the experiments is to
            blame.
    """
    checker = _Checker(config, own_file)
    errors = list(date_mistakes(config.experiment, checker.dated))
    if not errors:
        errors += checker.end_mistakes()
    errors += [*checker.fact_mistakes(), *checker.definition_mistakes()]
    if errors:
        raise ConfigErrors(errors)
    return [*checker.fact_warnings(), *checker.definition_warnings()]


def check_definitions(
    config: AnalysisConfiguration, own_file: Path | str | None = None
) -> list[ConfigError]:
    """Check what of a configuration is wrong for whatever experiment; see `check_config`."""
    checker = _Checker(config, own_file)
    errors = list(checker.own_date_mistakes())
    errors += [*checker.unsafe_reference(), *checker.definition_mistakes(are_dates_real=False)]
    if errors:
        raise ConfigErrors(errors)
    return list(checker.definition_warnings())


class _Checker:
    """Checks one resolved experiment."""

    def __init__(self, config: AnalysisConfiguration, own_file: Path | str | None) -> None:
        self.experiment = config.experiment
        self.spec = config.experiment.experiment_spec
        self.slug = str(config.experiment.normandy_slug)
        self.own_file = own_file
        summaries = [s.metric for period in config.metrics.values() for s in period]
        upstream = [s.metric for metric in summaries for s in metric.depends_on or []]
        self.summarised = {metric.name for metric in summaries}
        # The same metric is resolved once for each of its statistics and periods.
        self.metrics: dict[tuple[str, str | None], Metric] = {
            (metric.name, metric.data_source.name if metric.data_source else None): metric
            for metric in [*upstream, *summaries]
        }
        self.branches = [branch.slug for branch in config.experiment.experiment.branches]

    def own(self, kind: type[ConfigError], key: str, problem: str) -> ConfigError:
        """Blame the `[experiment]` table of the experiment's own config."""
        return self.defined(kind, f"experiment.{key}", problem)

    def defined(self, kind: type[ConfigError], key: str, problem: str) -> ConfigError:
        """Blame the experiment's own config; without one, whatever lists the experiment."""
        if self.own_file is None:
            return kind(None, f"{self.slug}.{key}", problem)
        return kind(self.own_file, key, problem)

    def dated(self, kind: type[ConfigError], keys: dict[str, str], problem: str) -> ConfigError:
        """Blame the date that the config sets, or else Experimenter's.

        Args:
            kind: The mistake.
            keys: The config's keys that may be to blame, each with Experimenter's own.
            problem: What is wrong.
        """
        for key in keys:
            if getattr(self.spec, key) is not None:
                return self.own(kind, key, problem)
        return kind(None, f"{self.slug}.{next(iter(keys.values()))}", problem)

    def fact_mistakes(self) -> Iterator[ConfigError]:
        """Yield what contradicts Experimenter's facts, but for its dates."""
        yield from self._enrollment_mistakes()
        yield from self._reference_mistakes()

    def definition_mistakes(self, *, are_dates_real: bool = True) -> Iterator[ConfigError]:
        """Yield what is wrong with segments, the exposure signal and names."""
        yield from self._segment_mistakes()
        if are_dates_real or self._is_signal_dated():
            yield from self._signal_mistakes()
        yield from self._name_mistakes()
        found = collisions(list(self.metrics.values()), self.experiment.segments, self.summarised)
        for key, problem in found:
            yield self.defined(MetricNameCollisionException, key, problem)

    def fact_warnings(self) -> Iterator[ConfigError]:
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

    def _segment_mistakes(self) -> Iterator[ConfigError]:
        sources = {s.data_source.name: s.data_source for s in self.experiment.segments}
        for source in sources.values():
            key = f"segments.data_sources.{source.name}.window_start"
            limits = (source.window_start, source.window_end)
            yield from self._far_mistakes(key, limits)
            if source.window_start > source.window_end:
                problem = (
                    f"the window starts on day {source.window_start} and ends on day "
                    f"{source.window_end}; swap `window_start` and `window_end`"
                )
                yield self.defined(OverlappingWindowsException, key, problem)

    def _far_mistakes(self, key: str, limits: Iterable[WindowLimit]) -> Iterator[ConfigError]:
        """Yield days that are too far from enrollment to be a date."""
        for limit in limits:
            if isinstance(limit, int) and abs(limit) > MAX_DAYS:
                problem = f"day {limit} is too far from enrollment; {MAX_DAYS} days are the most"
                yield self.defined(ConfigError, key, problem)

    def _is_signal_dated(self) -> bool:
        """Whether the signal's window is known whatever the dates of the experiment are."""
        signal = self.experiment.exposure_signal
        if signal is None or self.spec.enrollment_period is not None:
            return True
        start, end = signal.window_start or 0, signal.window_end or None
        return isinstance(start, int) and isinstance(end, int)

    def _signal_mistakes(self) -> Iterator[ConfigError]:
        signal = self.experiment.exposure_signal
        if signal is None:
            return
        limits = (signal.window_start, signal.window_end)
        yield from self._far_mistakes("experiment.exposure_signal.window_start", limits)
        if self._is_never(*limits):
            problem = (
                f"the window starts at {_limit(signal.window_start, 'enrollment_start')} and ends "
                f"before that, at {_limit(signal.window_end, 'enrollment_end')}, so that nobody "
                "counts as exposed; move one of them"
            )
            key = "exposure_signal.window_start"
            yield self.own(OverlappingWindowsException, key, problem)

    def _is_never(self, start: WindowLimit, end: WindowLimit) -> bool:
        """Whether no analysis window gives an exposure signal a single day.

        Both count from the first enrollment date; the limits of analysis windows come after the
        last one, the later the later the window.
        """
        period = self.experiment.enrollment_period
        named = dict.fromkeys(AnalysisWindow, period) | {AnalysisWindow.ENROLLMENT_START: 0}
        first_day = named[start] if isinstance(start, AnalysisWindow) else start or 0
        last_day = named[end] if isinstance(end, AnalysisWindow) else end
        # An end of 0 stands for the end of enrollment, as in the original.
        return end not in MOVING_LIMITS and first_day > (last_day or period)

    def definition_warnings(self) -> Iterator[ConfigError]:
        """Yield the segments that what happens after enrollment decides."""
        for segment in self.experiment.segments:
            last_day = segment.data_source.window_end
            if last_day > 0:
                problem = (
                    f"segment `{segment.name}` is decided up to {last_day} days after enrollment, "
                    "so that the branch can decide who is in it; end the window on day 0, or on "
                    "day -1 for what is known before"
                )
                key = f"segments.data_sources.{segment.data_source.name}.window_end"
                yield self.defined(ConfigError, key, problem)

    def _name_mistakes(self) -> Iterator[ConfigError]:
        dataset = self.spec.dataset_id
        if dataset is not None and not (is_identifier(dataset) and len(dataset) <= MAX_COLUMN):
            problem = (
                f"`{shown(dataset)}` is no name of a dataset; use letters, digits and `_`, at most "
                f"{MAX_COLUMN}"
            )
            yield self.own(UnsafeNameException, "dataset_id", problem)
        for key, problem in self._unsafe_names():
            yield self.defined(UnsafeNameException, shown(key), problem)

    def _unsafe_names(self) -> Iterator[tuple[str, str]]:
        """Yield the key of each name that is not plainly safe, and why."""
        signal = self.experiment.exposure_signal
        direct = [metric.data_source for metric in self.metrics.values()]
        direct += [signal.data_source] if signal else []
        segments = self.experiment.segments
        names = {
            "metric": ("metrics", MAX_COLUMN, [name for name, _ in self.metrics]),
            "segment": ("segments", MAX_COLUMN, [s.name for s in segments]),
            "data source": (
                "data_sources",
                MAX_DATA_SOURCE,
                [source.name for found in direct for source in read_sources(found)],
            ),
            "segment data source": (
                "segments.data_sources",
                MAX_DATA_SOURCE,
                [s.data_source.name for s in segments],
            ),
        }
        for kind, (table, longest, found) in names.items():
            for name in dict.fromkeys(found):
                problem = unsafe_identifier(kind, name, longest)
                if problem:
                    yield f"{table}.{name}", problem


def read_sources(source: DataSource | None) -> Iterator[DataSource]:
    """Yield a data source and those that it joins."""
    if source is not None:
        yield source
        for join in source.joins or []:
            yield from read_sources(join.data_source)


def _limit(limit: WindowLimit, otherwise: str) -> str:
    """Show a limit of an exposure signal's window."""
    if isinstance(limit, int):
        return f"day {limit}"
    return f"`{limit.value if limit else otherwise}`"
