"""Branches compared with the reference branch, as the statistics hold it: before and after.

Before enrollment branches cannot differ but by chance: an A/A test for free. After it, some of
many comparisons look significant by chance alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbt_jetstream.trust.finding import OK, UNDEFINED, WARNING, Finding, p_words
from dbt_jetstream.trust.multiple_testing import DISTRIBUTIONS, LEVEL, adjusted, holm, p_value

PRE_ENROLLMENT = "pre_enrollment"
MULTIPLE_TESTING = "multiple_testing"
PRE_ENROLLMENT_ALPHA = 0.01
EARLIER = "preenrollment"

Row = Mapping[str, Any]


def pre_enrollment(statistics: Iterable[Row], reference: str, remark: str = "") -> list[Finding]:
    """Test that branches were alike before units enrolled, adjusted over all tests after Holm.

    Args:
        statistics: Statistics rows with `analysis_period`.
        reference: The branch that the others are compared with.
        remark: What is to be said of it.
    """
    rows = [r for r in _against(statistics, reference) if r["comparison"] == "difference"]
    early = [row for row in rows if _is_early(row)]
    p_values = [_p(row) for row in early]
    found = [
        _early(row, p, of_family)
        for row, p, of_family in zip(early, p_values, holm(p_values), strict=True)
        if p is not None and of_family is not None
    ]
    if not found:
        message = (
            "Branches not compared before enrollment: there is no result of a period before "
            "enrollment."
        )
        return [Finding(PRE_ENROLLMENT, message, UNDEFINED)]
    odd = sum(finding.state == WARNING for finding in found)
    low = sum(p is not None and p < LEVEL for p in p_values)
    summary = Finding(
        PRE_ENROLLMENT,
        f"{odd} of {len(found)} comparisons of the time before enrollment differ after adjustment "
        f"(Holm); {low} have p below {LEVEL}, by chance about {LEVEL * len(found):.1f} would."
        + _after(remark),
        WARNING if odd else OK,
        value=float(odd),
    )
    return [summary, *found]


def multiple_testing(statistics: Iterable[Row], reference: str, remark: str = "") -> list[Finding]:
    """Count the comparisons in the newest windows that look significant; none is a warning.

    A comparison is the difference, whose law is nearer to the normal one than the uplift's, or the
    relative uplift where there is no difference. Each basis of a period's newest window is a
    family, adjusted after Benjamini and Hochberg.

    Args:
        statistics: Statistics rows with `analysis_period`.
        reference: The branch that the others are compared with.
        remark: What is to be said of it.
    """
    late = [row for row in _against(statistics, reference) if not _is_early(row)]
    newest: dict[str, int] = {}
    for row in late:
        period = row["analysis_period"]
        newest[period] = max(newest.get(period, 0), row["window_index"])
    families: dict[tuple[str, str], dict[tuple[str, ...], Row]] = {}
    # Differences come after uplifts and take their place.
    for row in sorted(late, key=lambda row: str(row["comparison"]), reverse=True):
        if row["window_index"] == newest[row["analysis_period"]] and _p(row) is not None:
            family = families.setdefault((row["analysis_period"], row["analysis_basis"]), {})
            family[row["metric"], row["statistic"], row["branch"]] = row
    if not families:
        message = "There is no comparison of branches after enrollment yet."
        return [Finding(MULTIPLE_TESTING, message, UNDEFINED)]
    return [
        finding
        for key in sorted(families)
        for finding in _family([*families[key].values()], remark)
    ]


def _after(remark: str) -> str:
    return f" {remark}" if remark else ""


def _against(statistics: Iterable[Row], reference: str) -> list[Row]:
    """Return the comparisons with the reference branch, over all units."""
    return [
        row
        for row in statistics
        if row["segment"] == "all"
        and row["comparison"] in ("difference", "relative_uplift")
        and row["comparison_to_branch"] == reference
        and row["statistic"] not in DISTRIBUTIONS
    ]


def _is_early(row: Row) -> bool:
    return str(row["analysis_period"]).startswith(EARLIER)


def _p(row: Row) -> float | None:
    return p_value(row["point"], row["lower"], row["upper"], row["ci_width"])


def _about(check: str, row: Row, message: str, state: str = OK, **more: Any) -> Finding:
    keys = ("analysis_basis", "segment", "analysis_period", "window_index")
    return Finding(check, message, state, **{key: row[key] for key in keys}, **more)


def _compared(row: Row) -> dict[str, Any]:
    keys = ("metric", "statistic", "branch", "comparison_to_branch")
    return {**{key: row[key] for key in keys}, "value": row["point"]}


def _early(row: Row, p: float, of_family: float) -> Finding:
    is_odd = of_family < PRE_ENROLLMENT_ALPHA
    verb = "already differed from" if is_odd else "did not differ from"
    message = (
        f"Before enrollment, {row['branch']} {verb} {row['comparison_to_branch']} in "
        f"{row['metric']} ({row['statistic']}, {row['analysis_basis']} basis, "
        f"{p_words(of_family)})."
    )
    if is_odd:
        message += " The branches are not alike: a difference after enrollment may be the same one."
    return _about(
        PRE_ENROLLMENT,
        row,
        message,
        WARNING if is_odd else OK,
        **_compared(row),
        p_value=p,
        adjusted_p_value=of_family,
    )


def _family(rows: Sequence[Row], remark: str) -> list[Finding]:
    """Count and mark the comparisons of a window and basis."""
    p_values = [_p(row) for row in rows]
    q_values = adjusted(p_values)
    shown = len(rows)
    low = sum(p is not None and p < LEVEL for p in p_values)
    left = sum(q is not None and q < LEVEL for q in q_values)
    first = rows[0]
    message = (
        f"{low} of {shown} comparisons ({first['analysis_period']}, window "
        f"{first['window_index']}, {first['analysis_basis']} basis) exclude zero at 95 %; "
        f"about {shown * LEVEL:.1f} would by chance alone. Left after "
        f"Benjamini-Hochberg adjustment: {left}.{_after(remark)}"
    )
    summary = _about(
        MULTIPLE_TESTING, first, message, value=float(low), expected=shown * LEVEL, units=None
    )
    found = [summary]
    for row, p, q in zip(rows, p_values, q_values, strict=True):
        found.append(_shown(row, p, q))
    return found


def _shown(row: Row, p: float | None, q: float | None) -> Finding:
    words = "moved" if q is not None and q < LEVEL else "may have moved by chance"
    if p is not None and p >= LEVEL:
        words = "did not move measurably"
    return _about(
        MULTIPLE_TESTING,
        row,
        f"{row['metric']} ({row['statistic']}) {words} in {row['branch']} against "
        f"{row['comparison_to_branch']} ({p_words(p or 0.0)}, adjusted {p_words(q or 0.0)}).",
        **_compared(row),
        p_value=p,
        adjusted_p_value=q,
    )
