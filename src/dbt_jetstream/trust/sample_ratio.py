"""Whether units arrive in the branches in the ratio that the experiment asks for."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from dbt_jetstream.trust.chi_square import chi_square
from dbt_jetstream.trust.finding import NOTED, OK, UNDEFINED, WARNING, Finding, p_words
from dbt_jetstream.trust.multiple_testing import holm
from dbt_jetstream.trust.shares import LEAST_EXPECTED

CHECK = "sample_ratio"
ALPHA = 0.001
# All splits but that of enrollments overall share half its level.
STRICTER = 2.0
# Of unequal branches, so many expected in the smallest one that chi-square is right far out.
LEAST_UNEQUAL = 1000
# So many days of a mismatch are named.
MOST_DAYS = 7
WHO = {"enrollments": "units", "exposures": "exposed units"}
NOBODY = {"enrollments": "no unit has enrolled yet", "exposures": "no unit has been exposed"}

Units = Mapping[str, int]
Ratios = Mapping[str, float]
# A basis, and one of its days or all of them.
Key = tuple[str, dt.date | None]


@dataclass(frozen=True)
class Split:
    """How the units of a basis, or of one of its days, split into branches."""

    analysis_basis: str
    day: dt.date | None
    units: Units

    @property
    def key(self) -> Key:
        """What tells it from other splits."""
        return self.analysis_basis, self.day

    @property
    def words(self) -> str:
        """Whom the split is of, as in `exposed units on 2026-03-04`."""
        return WHO[self.analysis_basis] + (f" on {self.day}" if self.day else "")


@dataclass(frozen=True)
class Tested:
    """A split with what was expected, and the p-value or why there is none."""

    split: Split
    expected: Mapping[str, float]
    p_value: float | None = None
    reason: str | None = None


def sample_ratio(counts: Iterable[Mapping[str, Any]], ratios: Ratios) -> list[Finding]:
    """Test the split of enrollments and exposures, overall and by day.

    Enrollments overall are tested by themselves. All other splits are one family, adjusted after
    Holm and held to half the level: a fair experiment raises an alarm with a chance of at most
    1.5 * ALPHA.

    Args:
        counts: Rows with `analysis_basis`, `day`, `branch` and `units`.
        ratios: The ratio of each branch.
    """
    first, *others = [tested(split, ratios) for split in _splits(counts)]
    adjusted = [first.p_value, *(_stricter(p) for p in holm([test.p_value for test in others]))]
    tests = [first, *others]
    mismatches = [t for t, p in zip(tests, adjusted, strict=True) if p is not None and p < ALPHA]
    told = _told(mismatches)
    found: list[Finding] = []
    for test, p in zip(tests, adjusted, strict=True):
        found += _findings(test, p, told.get(test.split.key))
    return found


def _stricter(p: float | None) -> float | None:
    return None if p is None else min(STRICTER * p, 1.0)


def _told(mismatches: Sequence[Tested]) -> dict[Key, str]:
    """Choose the mismatches that warn, and what each tells of the others.

    There is one for all enrollments; where only some of its days differ, it is the worst of them.
    Exposures warn by themselves where enrollments overall are right.
    """
    told: dict[Key, str] = {}
    for basis in WHO:
        of_basis = [test for test in mismatches if test.split.analysis_basis == basis]
        if basis == "exposures" and ("enrollments", None) in told:
            told["enrollments", None] += " Exposed units differ, too." if of_basis else ""
        elif of_basis:
            first = min(of_basis, key=lambda test: (test.split.day is not None, test.p_value))
            days = [t.split.day for t in of_basis if t.split.day and t is not first]
            told[first.split.key] = _days_words(days)
    return told


def _days_words(days: Sequence[dt.date]) -> str:
    if not days:
        return ""
    named = [str(day) for day in days[:MOST_DAYS]]
    left = len(days) - MOST_DAYS
    more = [f"{left} {'day' if left == 1 else 'days'} more"] if left > 0 else []
    *others, last = named + more
    listed = f"{', '.join(others)} and {last}" if others else last
    return f" The days apart show it, too: {listed}."


def tested(split: Split, ratios: Ratios) -> Tested:
    """Test one split, with one degree of freedom less than branches."""
    asked = {branch: ratio for branch, ratio in ratios.items() if ratio > 0}
    observed = [split.units.get(branch, 0) for branch in asked]
    total = sum(observed)
    expected = {
        branch: total * ratio / sum(asked.values()) if branch in asked else 0.0
        for branch, ratio in ratios.items()
    }
    reason = _undefined(split, asked, expected)
    if reason:
        return Tested(split, expected, reason=reason)
    return Tested(split, expected, _p_value(observed, [expected[branch] for branch in asked]))


def _p_value(observed: list[int], expected: list[float]) -> float:
    """Test by chi-square; unequal branches exactly while one is small.

    There chi-square raises several times as many false alarms as it should.
    """
    if len(set(expected)) > 1 and min(expected) < LEAST_UNEQUAL:
        return _exact(observed, expected)
    return chi_square(observed, expected, len(expected) - 1)


def _exact(observed: list[int], expected: list[float]) -> float:
    """Test each branch against those that follow it, from the smallest on, and join the p-values.

    Units of a branch among its own and those of the branches that follow are binomial, whatever
    the branches before have: the tests are independent, and the least p-value of them is joined
    after Sidak. The level is kept at any number of units.

    References:
        Clopper & Pearson (1934); Sidak (1967), Rectangular confidence regions for the means of
        multivariate normal distributions, J. Am. Stat. Assoc. 62.
    """
    # Importing it takes longer than all other checks of most experiments.
    from scipy.stats import binomtest  # noqa: PLC0415

    branches = sorted(zip(expected, observed, strict=True), key=itemgetter(0))
    least = 1.0
    for place, (share, units) in enumerate(branches[:-1]):
        rest = branches[place:]
        total = sum(found for _, found in rest)
        if total:
            asked = share / sum(e for e, _ in rest)
            least = min(least, float(binomtest(units, total, asked).pvalue))
    if least == 1.0:
        return 1.0
    return -math.expm1((len(branches) - 1) * math.log1p(-least))


def _undefined(split: Split, asked: Ratios, expected: Mapping[str, float]) -> str | None:
    if len(asked) < 2:
        return "fewer than two branches: there is no ratio to test"
    least = min(expected[branch] for branch in asked)
    if least == 0:
        return NOBODY[split.analysis_basis]
    if least < LEAST_EXPECTED:
        return f"too few {split.words}: {least:.1f} expected in a branch, {LEAST_EXPECTED} needed"
    return None


def _splits(counts: Iterable[Mapping[str, Any]]) -> list[Split]:
    """Return the splits overall, enrollments first, and then those of each day."""
    whole: dict[str, dict[str, int]] = {basis: defaultdict(int) for basis in WHO}
    days: dict[tuple[str, dt.date], dict[str, int]] = defaultdict(dict)
    for row in counts:
        basis, day, branch = row["analysis_basis"], row["day"], row["branch"]
        whole[basis][branch] += row["units"]
        if day is not None:
            days[basis, day][branch] = row["units"]
    overall = [Split(basis, None, dict(units)) for basis, units in whole.items()]
    return overall + [Split(basis, day, days[basis, day]) for basis, day in sorted(days)]


def _findings(test: Tested, adjusted: float | None, told: str | None) -> Iterator[Finding]:
    """Yield the row of the test and one of each branch.

    Args:
        test: The test.
        adjusted: Its p-value, adjusted.
        told: What the row tells of other mismatches, if it is the one that warns.
    """
    about = Finding(CHECK, "", analysis_basis=test.split.analysis_basis, day=test.split.day)
    total = sum(test.split.units.values())
    if adjusted is None:
        yield replace(
            about, state=UNDEFINED, message=f"Sample ratio not tested: {test.reason}.", units=total
        )
    else:
        yield replace(
            about,
            state=OK if adjusted >= ALPHA else NOTED if told is None else WARNING,
            message=_message(test, adjusted, told or ""),
            units=total,
            p_value=test.p_value,
            adjusted_p_value=adjusted,
        )
    for branch in [*test.expected, *sorted(set(test.split.units) - set(test.expected))]:
        yield _of_branch(about, test, branch, total)


def _of_branch(about: Finding, test: Tested, branch: str, total: int) -> Finding:
    units, expected = test.split.units.get(branch, 0), test.expected.get(branch, 0.0)
    found = replace(
        about,
        branch=branch,
        units=units,
        expected=expected,
        value=units / total if total else None,
        message=f"{branch}: {units:,} of {total:,} {test.split.words}, {expected:,.0f} expected.",
    )
    is_whole = test.split.day is None and test.split.analysis_basis == "enrollments"
    if expected or not units or not is_whole:
        return found
    # A branch alone is right with whatever it has.
    message = (
        f"{units:,} units enrolled in branch {branch}, which the experiment does not have or gives "
        "a ratio of 0. They are in no comparison; check the enrollment query and the branches."
    )
    return replace(found, state=WARNING, message=message)


def _message(test: Tested, adjusted: float, told: str) -> str:
    units, expected = test.split.units, test.expected
    known = [branch for branch in expected if expected[branch] > 0]
    total = sum(units.get(branch, 0) for branch in known)
    if adjusted >= ALPHA:
        return (
            f"The {total:,} {test.split.words} split into branches as asked for "
            f"({p_words(adjusted)})."
        )
    worst = max(known, key=lambda b: (units.get(b, 0) - expected[b]) ** 2 / expected[b])
    day = f" on {test.split.day}" if test.split.day else ""
    return (
        f"Sample ratio mismatch{day}: {worst} {units.get(worst, 0):,} of {total:,} "
        f"{WHO[test.split.analysis_basis]} where {expected[worst]:,.0f} were expected "
        f"({p_words(adjusted)}).{told} The branches are not comparable: do not read the results "
        "before the cause is found."
    )
