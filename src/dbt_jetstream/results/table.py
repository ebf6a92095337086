"""An experiment's results as a table for people: one window, every branch against a reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.periods import PERIODS
from dbt_jetstream.common.reference import reference_branch, without_reference
from dbt_jetstream.results.frames import known, rows_of, where
from dbt_jetstream.results.of_experiment import Tables, newest_window
from dbt_jetstream.results.significance import CELL, comparisons, is_distribution
from dbt_jetstream.trust.multiple_testing import LEVEL

if TYPE_CHECKING:
    import pandas as pd

HEADER = ("metric", "statistic", "branch", "value", "uplift", "interval", "")
RIGHT = (3, 4)
MARKS = "* p < 0.05, ** also after correction for all comparisons but medians"


@dataclass(frozen=True)
class Choice:
    """What of an experiment's results to look at; None stands for what matters most.

    Attributes:
        period: The analysis period, by its table suffix; by default the longest with results.
        window: The analysis window, from 1; by default the newest.
        basis: The analysis basis.
        segment: The segment.
        reference: The reference branch; by default the experiment's.
    """

    period: str | None = None
    window: int | None = None
    basis: str = "enrollments"
    segment: str = "all"
    reference: str | None = None


def chosen(statistics: pd.DataFrame, choice: Choice, slug: str) -> pd.DataFrame:
    """Return the rows of one window, basis and segment; none where no window is complete.

    Raises:
        ConfigErrors: If what was chosen has no results; says what has.
    """
    found = newest_window(statistics, choice.period)
    if found is None and choice.period is not None:
        periods = [p for p in PERIODS if (statistics["analysis_period"] == p).any()]
        raise _mistake(slug, "--period", choice.period, periods)
    if found is None:
        return statistics
    period, newest = found
    rows = statistics[statistics["analysis_period"] == period]
    window = newest if choice.window is None else choice.window
    for option, column, value in (
        ("--window", "window_index", window),
        ("--basis", "analysis_basis", choice.basis),
        ("--segment", "segment", choice.segment),
    ):
        kept = rows[rows[column] == value]
        if not len(kept):
            raise _mistake(slug, option, str(value), sorted(rows[column].unique().tolist()))
        rows = kept
    return rows


def results_table(tables: Tables, choice: Choice) -> str:
    """Describe one window of an experiment, with the warnings of its trust checks.

    Raises:
        ConfigErrors: If the experiment is not built, or what was chosen has no results.
    """
    slug = tables.slug
    rows = chosen(tables.statistics(), choice, slug)
    if not len(rows):
        return f"{slug}: no analysis window is complete yet\n"
    reference = reference_of(tables, choice)
    first = rows.iloc[0]
    units = {"enrollments": "enrolled", "exposures": "exposed"}[first["analysis_basis"]]
    who = f"{units} units" if first["segment"] == "all" else f"{units} in {first['segment']}"
    lines = [
        f"{slug}: {first['analysis_period']}, window {first['window_index']}, {who}",
        *_warnings(tables),
        f"{units}: {_units(rows)}",
        f"uplifts relative to branch {reference}; {MARKS}",
        *_remarks(tables, choice),
        "",
        *_aligned([HEADER, *_lines(rows, reference)]),
        *_absent(tables.completeness(), first),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _remarks(tables: Tables, choice: Choice) -> Iterator[str]:
    if choice.reference is None and (remark := without_reference(tables.lock.experiment)):
        yield remark


def reference_of(tables: Tables, choice: Choice) -> str:
    """Return the branch to compare to: as chosen, the experiment's, or the first.

    Raises:
        ConfigErrors: If the experiment has no such branch.
    """
    experiment = tables.lock.experiment
    branches = experiment["branches"]
    reference = choice.reference or reference_branch(experiment)
    if reference not in branches:
        raise _mistake(tables.slug, "--reference", reference, branches)
    return reference


def _mistake(slug: str, option: str, value: str, known: Sequence[Any]) -> ConfigErrors:
    names = ", ".join(str(name) for name in known) or "none"
    return ConfigErrors(
        [ConfigError(None, slug, f"{option} {value}: no results; there are {names}")]
    )


def _warnings(tables: Tables) -> Iterator[str]:
    try:
        trust = tables.trust()
    except ConfigErrors:
        yield "note: the trust checks have not been computed"
        return
    for message in dict.fromkeys(where(trust, state="warning")["message"]):
        yield f"warning: {message}"


def _units(rows: pd.DataFrame) -> str:
    counts = rows[(rows["metric"] == "identity") & rows["comparison"].isna()]
    return ", ".join(f"{row.branch} {row.point:,.0f}" for row in rows_of(counts))


def _lines(rows: pd.DataFrame, reference: str) -> Iterator[tuple[str, ...]]:
    """Yield a line per metric, statistic and branch: its value, its uplift over the reference."""
    uplifts = _uplifts(rows, reference)
    alone = rows[rows["comparison"].isna() & (~is_distribution(rows) | _is_median(rows))]
    for row in rows_of(alone[alone["metric"] != "identity"]):
        name = "median" if row.statistic == "deciles" else row.statistic
        uplift = _uplift(uplifts.get((row.metric, row.statistic, row.branch)))
        yield (row.metric, name, row.branch, f"{row.point:,.5g}", *uplift)


def _uplifts(rows: pd.DataFrame, reference: str) -> dict[tuple[str, str, str], Any]:
    medians = where(rows[_is_median(rows)], comparison="relative_uplift")
    found = (where(r, comparison_to_branch=reference) for r in (comparisons(rows), medians))
    return {(r.metric, r.statistic, r.branch): r for frame in found for r in rows_of(frame)}


def _is_median(rows: pd.DataFrame) -> pd.Series:
    return (rows["statistic"] == "deciles") & (rows["parameter"] == 0.5)


def _uplift(row: Any) -> tuple[str, str, str]:
    """Write an uplift, or where the reference may be 0 the difference."""
    if row is None:
        return ("", "", "")
    p, q = known(getattr(row, "p", None)), known(getattr(row, "q", None))
    mark = "" if p is None or p >= LEVEL else "**" if q is not None and q < LEVEL else "*"
    ends = [known(value) for value in (row.point, row.lower, row.upper)]
    if None not in ends:
        return (f"{row.point:+.2%}", f"{row.lower:+.2%} to {row.upper:+.2%}", mark)
    if p is None:
        return ("", "", "")
    lower, upper = row.lower_difference, row.upper_difference
    return (f"{row.point_difference:+.4g}", f"{lower:+.4g} to {upper:+.4g}", mark)


def _absent(completeness: pd.DataFrame, first: Any) -> Iterator[str]:
    """Say which results of the window are not there, and why."""
    rows = completeness[completeness["state"] != "published"]
    rows = where(rows, **{column: first[column] for column in CELL})
    columns = ["metric", "statistic", "state", "reason"]
    found = rows_of(rows[columns].drop_duplicates())
    lines = [
        f"{row.metric} {row.statistic}: {row.state}" + (f": {row.reason}" if row.reason else "")
        for row in found
    ]
    if lines:
        yield from ("", "without a result:", *lines)


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]

    def line(row: tuple[str, ...]) -> str:
        cells = zip(range(len(row)), row, widths, strict=True)
        return "  ".join(c.rjust(w) if i in RIGHT else c.ljust(w) for i, c, w in cells)

    return [line(rows[0]), "  ".join("-" * w for w in widths), *map(line, rows[1:])]
