"""How many units of each branch were never heard of again after they enrolled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dbt_jetstream.trust.finding import UNDEFINED, Finding, p_words
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

CHECK = "missing_telemetry"
# Where less than this share of every branch is heard of, absence is an outcome: who does not use
# a feature sends none of its events.
LEAST_COVERAGE = 0.9

# By branch, the units without telemetry.
Missing = dict[str, Share]


def missing_telemetry(counts: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Compare branches by the units without any telemetry on or after their enrollment date.

    All data sources together are one test. Those that nearly all units report to are a further
    family, adjusted after Holm.

    Args:
        counts: Rows with `data_source` (null: in none of them), `branch`, `units` and how many of
            them were `found` missing.
    """
    by_source: dict[str | None, Missing] = defaultdict(dict)
    for row in counts:
        if row["units"]:
            by_source[row["data_source"]][row["branch"]] = Share(row["found"], row["units"])
    whole = by_source.pop(None, None)
    if not whole:
        message = (
            "Missing telemetry not tested: no unit has enrolled yet, or no data source is read "
            "day by day."
        )
        return [Finding(CHECK, message, UNDEFINED)]
    test = _tested(whole, 0.0)
    found = list(_findings(None, whole, test, test.p_value))
    tests = {
        source: _tested(by_source[source], LEAST_COVERAGE)
        for source in sorted(filter(None, by_source))
    }
    adjusted = holm([test.p_value for test in tests.values()])
    for (source, test), of_test in zip(tests.items(), adjusted, strict=True):
        found += _findings(source, by_source[source], test, of_test)
    return found


def _tested(missing: Missing, least: float) -> Tested:
    coverage = 1 - min(share.share for share in missing.values())
    if coverage == 0:
        return Tested(None, "no telemetry of any enrolled unit has arrived yet")
    if coverage < least:
        reason = (
            f"no branch has telemetry of more than {coverage:.0%} of its units there, so that "
            "units without any are nothing unusual"
        )
        return Tested(None, reason)
    return independence(missing)


def _findings(
    source: str | None, missing: Missing, test: Tested, adjusted: float | None
) -> Iterator[Finding]:
    about = Finding(CHECK, "", data_source=source)
    place = f" in data source {source}" if source else ""
    whole = whole_of(missing)
    message = _message(place, whole, missing, test, adjusted)
    yield overall(about, message, whole, test, adjusted)
    expected = expected_counts(missing)
    for branch, share in missing.items():
        words = f"{share.found:,} of {share.units:,} units ({share.share:.2%})"
        yield replace(
            about,
            branch=branch,
            message=f"{branch}: {words} have no telemetry{place} since they enrolled.",
            units=share.found,
            expected=expected[branch],
            value=share.share,
        )


def _message(
    place: str, whole: Share, missing: Missing, test: Tested, adjusted: float | None
) -> str:
    if test.reason:
        return f"Missing telemetry{place} not tested: {test.reason}."
    if adjusted is None:
        return f"Every unit has telemetry{place} since it enrolled."
    shares = {branch: share.share for branch, share in missing.items()}
    if adjusted >= ALPHA:
        return (
            f"{whole.share:.2%} of units have no telemetry{place} since they enrolled, about "
            f"as many in each branch ({p_words(adjusted)})."
        )
    low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    return (
        f"Telemetry goes missing by branch: {shares[high]:.2%} of units in {high} have none"
        f"{place} since they enrolled, {shares[low]:.2%} in {low} ({p_words(adjusted)}). "
        "Metrics count these units as inactive: find out why they are silent."
    )
