"""What stands in the way of believing an experiment's numbers, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_jetstream.common.reference import without_reference
from dbt_jetstream.results.frames import rows_of, where
from dbt_jetstream.results.pages import words
from dbt_jetstream.results.pages.definitions import Definitions

if TYPE_CHECKING:
    import pandas as pd

WARNING, NOTE = "warning", "note"


@dataclass(frozen=True)
class Obstacle:
    """One thing to know before believing the numbers.

    Attributes:
        level: `warning`, or `note` for what merely limits what can be said.
        title: In a few words.
        text: In a sentence or two.
    """

    level: str
    title: str
    text: str


# An interval that holds the truth this much less often than it should is noticeably too narrow.
NARROW = 0.03
# What must have been tested before the numbers are believed.
TESTED = ("sample_ratio", "missing_telemetry", "sanity")
SPLIT = "Sample ratio mismatch"
UNPUBLISHED = {
    "failed": (WARNING, "Computation failed"),
    "no data": (WARNING, "No data"),
    "undefined": (NOTE, "Undefined results"),
}
TITLES = {
    "sample_ratio": SPLIT,
    "several_branches": "Units in several branches",
    "missing_telemetry": "Telemetry is missing",
    "sanity": "Telemetry contradicts enrollment",
    "pre_enrollment": "Branches differed before enrollment",
    "heavy_tail": "Heavy tail",
}


def obstacles(
    definitions: Definitions,
    window: tuple[str, int] | None,
    found: dict[str, pd.DataFrame],
) -> list[Obstacle]:
    """List what to know, warnings first.

    Args:
        definitions: The experiment.
        window: The window that the verdict is about; None where none is complete.
        found: `trust`, `completeness`, `problems`, `absent_sources` and `late_telemetry` of the
            experiment's tables.
    """
    listed = [
        *_reference(definitions),
        *_trust(found["trust"]),
        *(_untested(found["trust"]) if window is not None else ()),
        *_tails(definitions, found["trust"]),
        *_unadjusted(definitions),
        *_absent(found["absent_sources"], found["completeness"]),
        *_late(found["late_telemetry"]),
        *_unpublished(definitions, found["completeness"], window),
        *_interim(found["completeness"], window),
        *_remarks(definitions, found["problems"], window),
    ]
    return sorted(listed, key=lambda obstacle: obstacle.level != WARNING)


def _reference(definitions: Definitions) -> Iterator[Obstacle]:
    if remark := without_reference(definitions.experiment):
        yield Obstacle(NOTE, "No reference branch", remark)


def _trust(trust: pd.DataFrame) -> Iterator[Obstacle]:
    warnings = where(trust, state="warning")
    for check, rows in warnings.groupby("check", sort=False):
        title = TITLES.get(str(check), str(check).replace("_", " ").capitalize())
        texts = (str(message).removeprefix(f"{title}: ") for message in rows["message"])
        messages = list(dict.fromkeys(texts))
        more = f" And {len(messages) - 3} more of this kind, below." if messages[3:] else ""
        yield Obstacle(WARNING, title, " ".join(messages[:3]) + more)


def _tails(definitions: Definitions, trust: pd.DataFrame) -> Iterator[Obstacle]:
    """Say which intervals of clipped means are too narrow."""
    rows = where(trust, check="heavy_tail")
    rows = rows.dropna(subset=["value"])
    short = (rows["expected"] - rows["value"]).astype(float)
    worst = rows.assign(short=short).sort_values("short", ascending=False)
    narrow = worst[worst["short"] > NARROW].drop_duplicates("metric")
    if len(narrow):
        each = [
            f"{_label(definitions, row.metric)} ({row.value:.0%} instead of {row.expected:.0%})"
            for row in rows_of(narrow)
        ]
        text = (
            f"The intervals of some means hold the truth less often: {words.listed(each)}. "
            "Few units carry these metrics, and where they are clipped is itself uncertain. "
            "Compare them by a linear model, which clips all branches at one value."
        )
        yield Obstacle(NOTE, "Heavy tails", text)


def _untested(trust: pd.DataFrame) -> Iterator[Obstacle]:
    """Say what could not be tested: silence would read as a passed test."""
    if not len(trust):
        text = "The trust checks have not been computed: build the experiment, or rerun it."
        yield Obstacle(NOTE, "Nothing was checked", text)
        return
    rows = where(trust, state="undefined")
    rows = rows[rows["check"].isin(TESTED) & rows["branch"].isna() & rows["day"].isna()]
    messages = list(dict.fromkeys(rows["message"]))
    if messages:
        more = f" And {len(messages) - 3} more." if messages[3:] else ""
        yield Obstacle(NOTE, "Not everything could be checked", " ".join(messages[:3]) + more)


def _unadjusted(definitions: Definitions) -> Iterator[Obstacle]:
    """Say which means the config wants to have adjusted, in vain."""
    for series in definitions.series:
        if series.unadjusted:
            label = words.statistic_label(series.statistic)
            text = f"{_label(definitions, series.metric)}, {label}: {series.unadjusted}."
            yield Obstacle(WARNING, "Not adjusted", text)


def _late(late: pd.DataFrame) -> Iterator[Obstacle]:
    """Say what waits for telemetry, and what was computed from what there was of it."""
    for period, message in late.itertuples(index=False):
        about = f"{words.PERIODS[period]}: " if period else ""
        yield Obstacle(WARNING, "Telemetry is late", f"{about}{message}.")


def _absent(absent: pd.DataFrame, completeness: pd.DataFrame) -> Iterator[Obstacle]:
    """Say which data sources failed; of windows that merely wait for them, nothing has."""
    failed = set(_windows(where(completeness, state="failed")))
    is_failed = [window in failed for window in _windows(absent)]
    for sources, rows in absent.loc[is_failed].groupby("absent_sources"):
        windows = words.listed(
            [words.window_label(p, i) for p, i in sorted(_windows(rows))][:5]
            + (["others"] if len(rows) > 5 else [])
        )
        names = str(sources).split(",")
        alone = [name for name in names if " " in name]
        unread = [name for name in names if name not in alone]
        again = "The next run computes these windows again."
        if unread:
            text = (
                f"{words.listed(unread)} could not be read for {windows}: "
                "metrics that read it are absent there. "
            )
            yield Obstacle(WARNING, "A data source failed", text + again)
        if alone:
            text = f"What fails was left out of {windows}: {words.listed(alone)}. "
            yield Obstacle(WARNING, "Some metrics or segments fail", text + again)


def _windows(rows: pd.DataFrame) -> list[tuple[str, int]]:
    return [(row.analysis_period, int(row.window_index)) for row in rows_of(rows)]


def _unpublished(
    definitions: Definitions, completeness: pd.DataFrame, window: tuple[str, int] | None
) -> Iterator[Obstacle]:
    """Say which results of the judged window, or of the overall window, are not there."""
    rows = completeness[completeness["state"].isin(list(UNPUBLISHED))]
    rows = where(rows, segment="all")
    for period, index in dict.fromkeys([window or ("overall", 1), ("overall", 1)]):
        found = where(rows, analysis_period=period, window_index=index)
        for (state, reason), those in found.groupby(["state", "reason"], dropna=False):
            level, title = UNPUBLISHED[str(state)]
            names = list(dict.fromkeys(_label(definitions, name) for name in those["metric"]))
            shown = words.listed(names[:5] + (["others"] if names[5:] else []))
            why = f" ({reason})" if isinstance(reason, str) and reason else ""
            place = words.window_label(period, index)
            yield Obstacle(level, title, f"{place}: no result for {shown}{why}.")


def _interim(completeness: pd.DataFrame, window: tuple[str, int] | None) -> Iterator[Obstacle]:
    """Say that it is too early to decide, as long as the overall window is not due."""
    rows = where(completeness, analysis_period="overall", state="not due")
    if window is None or window[0] == "overall" or not len(rows):
        return
    reasons = [str(reason) for reason in rows["reason"].dropna()]
    due = f": {reasons[0]}" if reasons else ""
    text = (
        f"The overall window is not complete{due}. Who looks every day and stops at the first "
        "clear effect finds effects that are not there more often than 5 % of the time."
    )
    yield Obstacle(NOTE, "This is an interim look", text)


def _remarks(
    definitions: Definitions, problems: pd.DataFrame, window: tuple[str, int] | None
) -> Iterator[Obstacle]:
    """Pass on what was remarked on results of the judged window."""
    if window is None:
        return
    period, index = window
    rows = where(problems, analysis_period=period, window_index=index, segment="all")
    for (metric, problem), _ in rows.groupby(["metric", "problem"]):
        yield Obstacle(NOTE, f"About {_label(definitions, metric)}", f"{problem}.")


def _label(definitions: Definitions, metric: Any) -> str:
    found = definitions.metrics.get(str(metric))
    return found.label if found else str(metric)
