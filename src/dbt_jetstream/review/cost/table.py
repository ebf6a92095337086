"""Costs as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dbt_jetstream.common.sizes import readable
from dbt_jetstream.review.cost.plans import BytesOfPlan, Costs, Plan
from dbt_jetstream.review.cost.scans import Purpose

HEADER = ("data source", "days", "enrollments", "daily", "per window", "here", "original", "times")
BYTES = ("bytes here", "bytes original")
NOTHING = "-"


def cost_table(costs: Costs, price: BytesOfPlan | None) -> str:
    """Describe what one experiment reads.

    Args:
        costs: What it reads.
        price: What that costs in bytes, where somebody was asked.
    """
    header = (*HEADER, *(BYTES if price else ()), "telemetry")
    rows = [header, *_rows(costs, price)]
    lines = [_title(costs), "", *_aligned(rows), "", *_notes(costs, price)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def sum_line(all_costs: Sequence[Costs], price: BytesOfPlan | None) -> str:
    """Sum over several experiments."""
    here = sum(costs.here.source_days for costs in all_costs)
    original = sum(costs.original.source_days for costs in all_costs)
    words = f"{len(all_costs)} experiments: {here:,} source-days here"
    words += f", {original:,} by the original's plan{_times_in_words(here, original)}"
    if price is None:
        return words
    ours = sum(price(costs.definition, costs.here) for costs in all_costs)
    theirs = sum(price(costs.definition, costs.original) for costs in all_costs)
    return f"{words}; {readable(ours)} and {readable(theirs)}"


def _title(costs: Costs) -> str:
    life = costs.definition.life
    dates = f"{life.start} to {life.end}"
    if life.is_open_ended:
        dates = f"from {life.start}, without an end yet"
    counted = f"up to {costs.until}" if costs.until else "over its whole life"
    enrolled = len(life.enrollment_dates)
    return f"{costs.slug}, {dates}, {enrolled} enrollment dates: source-days read {counted}"


def _rows(costs: Costs, price: BytesOfPlan | None) -> Iterator[tuple[str, ...]]:
    for source in costs.sources:
        plans = (costs.here.of(source), costs.original.of(source))
        row = (source.name, *_cells(costs, costs.distinct_days(source), plans, price))
        yield (*row, ", ".join(source.tables))
    if len(costs.sources) > 1:
        days = sum(costs.distinct_days(source) for source in costs.sources)
        yield ("all", *_cells(costs, days, (costs.here, costs.original), price), "")


def _cells(
    costs: Costs, days: int, plans: tuple[Plan, Plan], price: BytesOfPlan | None
) -> tuple[str, ...]:
    """Write the numbers of a row: what is read here by purpose, and by both plans."""
    here, original = plans
    purposes = (Purpose.ENROLLMENTS, Purpose.DAYS, Purpose.WINDOWS)
    parts = (here.of(None, purpose).source_days for purpose in purposes)
    return (
        *map(_number, (days, *parts, here.source_days, original.source_days)),
        _times(here.source_days, original.source_days),
        *(readable(price(costs.definition, plan)) for plan in plans if price),
    )


def _notes(costs: Costs, price: BytesOfPlan | None) -> Iterator[str]:
    asked = costs.arrival.source_days
    if asked:
        yield (
            f"Not counted: of {asked:,} source-days runs read the date alone, to see whether "
            "telemetry has arrived."
        )
    if price and not any(price(costs.definition, plan) for plan in (costs.here, costs.original)):
        yield "All dry runs answered 0 bytes: the tables are empty, or the server only emulates."
    if costs.definition.has_own_query:
        yield "Its own enrollment query is taken to read the enrollment dates of its tables."


def _number(count: int) -> str:
    return f"{count:,}" if count else NOTHING


def _times(here: int, original: int) -> str:
    return f"{original / here:.1f}" if here and original else NOTHING


def _times_in_words(here: int, original: int) -> str:
    return f", {_times(here, original)} times as many" if here and original else ""


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Align columns: the first and the last are text, the others numbers."""
    rows = list(rows)
    last = len(rows[0]) - 1
    widths = [max(len(row[i]) for row in rows) for i in range(last + 1)]

    def line(row: tuple[str, ...]) -> str:
        cells = enumerate(zip(row, widths, strict=True))
        return "  ".join(c.ljust(w) if i in {0, last} else c.rjust(w) for i, (c, w) in cells)

    return [line(rows[0]), "  ".join("-" * w for w in widths), *map(line, rows[1:])]
