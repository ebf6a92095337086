"""The difference of two definitions in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_jetstream.review.diff.comparable import Definition, Metric
from dbt_jetstream.review.diff.markup import code, codes
from dbt_jetstream.statistics.catalogue import STATISTICS

# A statistic's name in configurations, by its name in result rows.
CONFIGURED = {found.label: name for name, found in STATISTICS.items()}
PERIODS = {
    "days28": "28-day",
    "preenrollment_weekly": "pre-enrollment week",
    "preenrollment_days28": "pre-enrollment 28 days",
}
# Of an experiment's part: what follows from the rest.
FACTS = {
    "start_date": "first enrollment date",
    "enrollment_period": "days of enrollment",
    "end_date": "last day",
    "branches": "branches",
    "reference_branch": "reference branch",
    "analysis_unit": "analysis unit",
    "app_name": "application",
}
ENROLLMENT = {
    "query_type": "enrollment query type",
    "custom_query": "enrollment query",
    "tables": "tables with enrollment events",
    "sample_size": "percent of clients in the sample",
    "unit_column": "unit column of the enrollment query",
}
SEGMENT = {
    "sql": "SQL",
    "data_source": "data source",
    "from": "`from_expression` of its data source",
    "window_start": "first day of its window",
    "window_end": "last day of its window",
    "unit_column": "unit column",
    "date_column": "date column",
}
SOURCE = {
    "from": "`from_expression`",
    "unit_column": "unit column",
    "date_column": "date column",
    "enrolled_branch": "how telemetry names the branch",
}
SIGNAL = {
    "name": "name",
    "sql": "SQL",
    "from": "`from_expression` of its data source",
    "window_start": "first day",
    "window_end": "last day",
    "unit_column": "unit column",
    "date_column": "date column",
}


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        text: It in words, as Markdown.
        moves_numbers: Whether results can differ by it.
    """

    text: str
    moves_numbers: bool = True


def changes(before: Definition, after: Definition) -> list[Change]:
    """List what differs, in the order of the analysis."""
    moved = [Change(text) for write in WRITERS for text in write(before, after)]
    shown = _texts(before, after)
    return moved + ([Change(shown, moves_numbers=False)] if shown else [])


def period_words(periods: Sequence[str]) -> str:
    """List periods."""
    return ", ".join(PERIODS.get(period, period) for period in periods) or "none"


def _experiment(before: Definition, after: Definition) -> Iterator[str]:
    yield from _differing(FACTS, before.experiment, after.experiment)


def _windows(before: Definition, after: Definition) -> Iterator[str]:
    old, new = before.periods, after.periods
    for period in [*old, *(name for name in new if name not in old)]:
        name = PERIODS.get(period, period)
        if period not in new or period not in old:
            yield f"{name} windows {'added' if period in new else 'removed'}"
        elif (days := _days(old[period])) != (moved := _days(new[period])):
            yield f"{name} window moved: {days} → {moved} after enrollment"


def _days(windows: Mapping[str, Any]) -> str:
    first, length = windows["first_day"], windows["length"]
    if length is None:
        return "not known yet"
    return f"days {first} to {first + length - 1}"


def _enrollment(before: Definition, after: Definition) -> Iterator[str]:
    yield from _differing(ENROLLMENT, before.enrollment, after.enrollment)


def _signal(before: Definition, after: Definition) -> Iterator[str]:
    old, new = before.signal, after.signal
    if bool(old) != bool(new):
        name = code((new or old)["name"])
        yield f"exposure signal {name} {'added' if new else 'removed'}"
    elif old:
        yield from _differing(SIGNAL, old, new, "exposure signal: ")


def _segments(before: Definition, after: Definition) -> Iterator[str]:
    yield from _named("segment", before.segments, after.segments, _segment)


def _segment(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    yield from _differing(SEGMENT, old, new, f"segment {code(name)}: ")


def _sources(before: Definition, after: Definition) -> Iterator[str]:
    # That one is added or removed is said with the metrics that read it.
    for name in before.sources.keys() & after.sources.keys():
        old, new = before.sources[name], after.sources[name]
        yield from _differing(SOURCE, old, new, f"data source {code(name)}: ")


def _metrics(before: Definition, after: Definition) -> Iterator[str]:
    old, new = _metric_names(before), _metric_names(after)
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"metric {code(name)} removed"
        elif name not in old:
            yield f"metric {code(name)} added{_introduced(after, name)}"
        elif name in before.metrics and name in after.metrics:
            yield from _metric(name, before.metrics[name], after.metrics[name])


def _metric_names(definition: Definition) -> dict[str, None]:
    return dict.fromkeys([*definition.metrics, *(metric for metric, _ in definition.statistics)])


def _introduced(definition: Definition, name: str) -> str:
    """Say of a new metric what it is."""
    metric = definition.metrics.get(name)
    found = {s: p for (m, s), p in definition.statistic_periods.items() if m == name}
    periods = metric.periods if metric else next(iter(found.values()))
    words = [f" ({period_words(periods)})"]
    if found:
        words.append(f", with {codes(CONFIGURED.get(label, label) for label in found)}")
    if metric:
        words.append(f": {code(metric.sql)} over {code(metric.source)}")
    if metric and metric.reason:
        words.append(f"; read for every window: {code(metric.reason)}")
    return "".join(words)


def _metric(name: str, old: Metric, new: Metric) -> Iterator[str]:
    shown = f"metric {code(name)}"
    if old.sql != new.sql:
        yield f"{shown}: SQL changed: {code(old.sql)} → {code(new.sql)}"
    if old.source != new.source:
        yield f"{shown}: data source {code(old.source)} → {code(new.source)}"
    if new.reason and not old.reason:
        why = code(new.reason)
        yield f"{shown}: read for every window now, no longer rolled up from days: {why}"
    if old.reason and not new.reason:
        yield f"{shown}: rolled up from days now, no longer read for every window"
    if old.bases != new.bases:
        yield f"{shown}: analysis bases {', '.join(old.bases)} → {', '.join(new.bases)}"
    if set(old.periods) != set(new.periods):
        yield f"{shown}: {_moved_periods(old.periods, new.periods)}"


def _moved_periods(old: Sequence[str], new: Sequence[str]) -> str:
    added = [period for period in new if period not in old]
    removed = [period for period in old if period not in new]
    words = [f"also {period_words(added)}"] if added else []
    return " and ".join(words + ([f"no longer {period_words(removed)}"] if removed else []))


def _statistics(before: Definition, after: Definition) -> Iterator[str]:
    both = _metric_names(before).keys() & _metric_names(after).keys()
    for key in sorted({*before.statistics, *after.statistics}):
        metric, label = key
        if metric not in both:
            continue
        name = f"statistic {code(CONFIGURED.get(label, label))} of {code(metric)}"
        old, new = before.statistics.get(key), after.statistics.get(key)
        if old is None or new is None:
            found = new or old or {}
            yield f"{name} {'added' if new is not None else 'removed'}{_with(found)}"
            continue
        yield from _parameters(name, old, new)
        yield from _statistic_periods(name, key, before, after)


def _with(parameters: Mapping[str, Any]) -> str:
    shown = {k: v for k, v in parameters.items() if k not in {"version", "confidence_interval"}}
    words = [f"{_parameter_name(k)} {_value(k, v)}" for k, v in shown.items() if v]
    return f" ({', '.join(words)})" if words else ""


def _parameters(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            values = f"{_value(key, old.get(key))} → {_value(key, new.get(key))}"
            yield f"{name}: {_parameter_name(key)} {values}"


def _parameter_name(key: str) -> str:
    return {"pre_treatments": "pre-treatments", "version": "behaviour"}.get(key, code(key))


def _value(key: str, value: Any) -> str:
    if value in (None, []):
        return "none"
    if key == "pre_treatments":
        return ", ".join(_treatment(treatment) for treatment in value)
    if key == "covariate":
        return f"{code(value['metric'])} over the {PERIODS.get(value['period'], value['period'])}"
    if isinstance(value, list):
        return codes(value)
    return code(value)


def _treatment(treatment: Mapping[str, Any]) -> str:
    given = [f"{key} {value}" for key, value in treatment.items() if key != "name"]
    return code(treatment["name"]) + (f" ({', '.join(given)})" if given else "")


def _statistic_periods(
    name: str, key: tuple[str, str], before: Definition, after: Definition
) -> Iterator[str]:
    """Say over which periods a statistic is new or gone, unless the metric says it."""
    old, new = before.statistic_periods[key], after.statistic_periods[key]
    metric, other = before.metrics.get(key[0]), after.metrics.get(key[0])
    of_metric = metric and other and _moved_periods(metric.periods, other.periods)
    moved = _moved_periods(old, new)
    if moved and moved != of_metric:
        yield f"{name}: {moved}"


def _texts(before: Definition, after: Definition) -> str:
    """Say in one line what is only shown."""
    found: dict[str, list[str]] = defaultdict(list)
    for (kind, name), old in before.texts.items():
        new = after.texts.get((kind, name), old)
        for what, text in old.items():
            if text != new.get(what):
                found[what].append(name)
    words = [f"{what} of {codes(names)}" for what, names in found.items()]
    return f"no number changes: {'; '.join(words)}" if words else ""


def _named(
    kind: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    compare: Callable[[str, Any, Any], Iterator[str]],
) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        if name not in before or name not in after:
            found, what = (after, "added") if name in after else (before, "removed")
            yield f"{kind} {code(name)} {what}: {code(found[name]['sql'])}"
        else:
            yield from compare(name, before[name], after[name])


def _differing(
    names: Mapping[str, str], old: Mapping[str, Any], new: Mapping[str, Any], before: str = ""
) -> Iterator[str]:
    for key, words in names.items():
        if old.get(key) != new.get(key):
            yield f"{before}{words} {_value(key, old.get(key))} → {_value(key, new.get(key))}"


WRITERS = (_experiment, _windows, _enrollment, _signal, _segments, _sources, _metrics, _statistics)
