"""What is wrong with an experiment's segments, its exposure signal and its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.data_source import DataSource
from metric_config_parser.exposure_signal import AnalysisWindow, WindowLimit
from metric_config_parser.metric import Metric

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.checks.blame import Blamed
from dbt_jetstream.inputs.checks.collisions import collisions
from dbt_jetstream.inputs.checks.dates import MAX_DAYS
from dbt_jetstream.inputs.checks.names import (
    MAX_COLUMN,
    MAX_DATA_SOURCE,
    is_identifier,
    shown,
    unsafe_identifier,
)
from dbt_jetstream.inputs.checks.reasons import (
    MetricNameCollisionException,
    OverlappingWindowsException,
    UnsafeNameException,
)

MOVING_LIMITS = (AnalysisWindow.ANALYSIS_WINDOW_START, AnalysisWindow.ANALYSIS_WINDOW_END)


class Definitions(Blamed):
    """Checks segments, exposure signal and names of a resolved configuration."""

    def __init__(self, config: AnalysisConfiguration, own_file: Path | str | None) -> None:
        super().__init__(config, own_file)
        summaries = [s.metric for period in config.metrics.values() for s in period]
        upstream = [s.metric for metric in summaries for s in metric.depends_on or []]
        self.summarised = {metric.name for metric in summaries}
        # The same metric is resolved once for each of its statistics and periods.
        self.metrics: dict[tuple[str, str | None], Metric] = {
            (metric.name, metric.data_source.name if metric.data_source else None): metric
            for metric in [*upstream, *summaries]
        }

    def mistakes(self, *, are_dates_real: bool = True) -> Iterator[ConfigError]:
        """Yield what is wrong with segments, the exposure signal and names."""
        yield from self._segment_mistakes()
        if are_dates_real or self._is_signal_dated():
            yield from self._signal_mistakes()
        yield from self._name_mistakes()
        found = collisions(list(self.metrics.values()), self.experiment.segments, self.summarised)
        for key, problem in found:
            yield self.defined(MetricNameCollisionException, key, problem)

    def warnings(self) -> Iterator[ConfigError]:
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
