"""Whether telemetry tells of the same branches as the enrollments do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dbt_jetstream.common.periods import AFTER_ENROLLMENT
from dbt_jetstream.trust.finding import OK, UNDEFINED, WARNING, Finding, p_words
from dbt_jetstream.trust.multiple_testing import holm
from dbt_jetstream.trust.shares import (
    ALPHA,
    Share,
    Tested,
    expected_counts,
    independence,
    overall,
    whole_of,
)

CHECK = "sanity"
# Of a branch's units, the share from which the results are no longer those of its treatment.
BOUNDS = {"has_contradictory_branch": 0.02, "has_non_enrolled_data": 0.1}
WORDS = {
    "has_contradictory_branch": "sent telemetry of another branch",
    "has_non_enrolled_data": "sent telemetry that does not report the experiment",
}
LEAST_UNITS = 5

Column = tuple[str, str]


def sanity(counts: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Summarise the sanity columns in the newest window of the longest period.

    Args:
        counts: Rows with `data_source`, `metric`, `analysis_period`, `window_index`, `branch`,
            `units` that sent telemetry and how many of them were `found`; both are null where it
            is not known who sent any.
    """
    by_column: dict[Column, list[Mapping[str, Any]]] = defaultdict(list)
    unknown: set[str] = set()
    for row in counts:
        if row["units"]:
            by_column[row["data_source"], row["metric"]].append(row)
        elif row["units"] is None:
            unknown.add(row["data_source"])
    found = [_not_known(source) for source in sorted(unknown)]
    if not by_column and not found:
        message = (
            "Sanity not checked: no window after enrollment has been computed yet, or no data "
            "source reports experiments."
        )
        return [Finding(CHECK, message, UNDEFINED)]
    newest = {column: _newest(by_column[column]) for column in sorted(by_column)}
    tests = {column: independence(_shares(rows)) for column, rows in newest.items()}
    adjusted = holm([test.p_value for test in tests.values()])
    for (column, test), of_test in zip(tests.items(), adjusted, strict=True):
        found += _findings(newest[column], test, of_test)
    return found


def _not_known(data_source: str) -> Finding:
    message = (
        f"Units that {WORDS['has_non_enrolled_data']} ({data_source}): not counted, since units "
        "without any look the same in a data source that is not read day by day."
    )
    metric = f"{data_source}_has_non_enrolled_data"
    return Finding(CHECK, message, UNDEFINED, data_source=data_source, metric=metric)


def _newest(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    windows = {(row["analysis_period"], row["window_index"]) for row in rows}
    chosen = min(windows, key=lambda window: (AFTER_ENROLLMENT.index(window[0]), -window[1]))
    return [row for row in rows if (row["analysis_period"], row["window_index"]) == chosen]


def _shares(rows: list[Mapping[str, Any]]) -> dict[str, Share]:
    return {row["branch"]: Share(row["found"], row["units"]) for row in rows}


def _findings(
    rows: list[Mapping[str, Any]], test: Tested, adjusted: float | None
) -> Iterator[Finding]:
    first, shares = rows[0], _shares(rows)
    about = Finding(
        CHECK,
        "",
        analysis_basis="enrollments",
        analysis_period=first["analysis_period"],
        window_index=first["window_index"],
        data_source=first["data_source"],
        metric=first["metric"],
    )
    kind = _kind(first["metric"])
    whole = whole_of(shares)
    message = _message(about, shares, whole, test, adjusted)
    yield overall(about, message, whole, test, adjusted)
    expected = expected_counts(shares)
    for branch, share in shares.items():
        is_high = share.share > BOUNDS[kind] and share.found >= LEAST_UNITS
        message = (
            f"{branch}: {share.found:,} of {share.units:,} units ({share.share:.2%}) "
            f"{WORDS[kind]} ({about.data_source})"
        )
        yield replace(
            about,
            branch=branch,
            state=WARNING if is_high else OK,
            message=message + (f"; up to {BOUNDS[kind]:.0%} are usual." if is_high else "."),
            units=share.found,
            expected=expected[branch],
            value=share.share,
        )


def _kind(metric: str) -> str:
    return next(kind for kind in BOUNDS if metric.endswith(kind))


def _message(
    about: Finding, shares: Mapping[str, Share], whole: Share, test: Tested, adjusted: float | None
) -> str:
    what = f"{WORDS[_kind(about.metric or '')]} ({about.data_source})"
    if test.reason:
        return f"Units that {what}: not compared, {test.reason}."
    if adjusted is None:
        return f"{'All units' if whole.found else 'No unit'} {what}."
    if adjusted >= ALPHA:
        return (
            f"{whole.share:.2%} of units {what}, about as many in each branch "
            f"({p_words(adjusted)})."
        )
    low = min(shares, key=lambda branch: shares[branch].share)
    high = max(shares, key=lambda branch: shares[branch].share)
    return (
        f"Branches differ in how many units {what}: {shares[high].share:.2%} in {high}, "
        f"{shares[low].share:.2%} in {low} ({p_words(adjusted)})."
    )
