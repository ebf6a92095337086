"""`jetstream diff`: compares the working tree with a commit, and writes what it does."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dbt_jetstream.common.progress import progress
from dbt_jetstream.review.diff.base import Base, checked_out
from dbt_jetstream.review.diff.code_changes import changed_code
from dbt_jetstream.review.diff.compare import Comparison
from dbt_jetstream.review.diff.estimate import Gauge, add_estimates, gauge_of, stored
from dbt_jetstream.review.diff.locks import lock_comparisons
from dbt_jetstream.review.diff.numbers import add_numbers, plan, telemetry
from dbt_jetstream.review.diff.report import Review, report
from dbt_jetstream.review.diff.resolved import Mistakes, broken_files, definition_comparisons
from dbt_jetstream.review.diff.samples import sample_comparisons
from dbt_jetstream.review.diff.side import Sides, read_sides

OTHER_CODE = "the definition and the SQL are the same; what the code computes from them differs"


@dataclass(frozen=True)
class Request:
    """What to compare.

    Attributes:
        project: The dbt project, as it is now.
        base: A branch, tag or commit.
        target: The target that estimates bytes; None for the profile's default.
        with_results: Whether to build both sides and compare the numbers.
        as_of: The last day with complete telemetry.
    """

    project: Path
    base: str
    target: str | None
    with_results: bool
    as_of: dt.date


def diff(request: Request) -> tuple[str, bool]:
    """Compare.

    Returns:
        Markdown, and whether nothing is wrong with the change.

    Raises:
        ConfigErrors: If there is nothing to compare with, or a hub cannot be read at all.
    """
    with checked_out(request.project, request.base) as base, ExitStack() as stack:
        with progress("Comparing definitions"):
            sides = read_sides(base, request.project)
            review = _review(request, base, sides)
        gauge = gauge_of(request.project, request.target) if _needs_bytes(review) else None
        if request.with_results:
            gauge = _with_results(request, sides, review, stack, gauge)
        if gauge is not None:
            review.basis = gauge.basis
            add_estimates(sides, [*review.locks, *review.definitions], gauge)
        return report(review), review.is_well


def _review(request: Request, base: Base, sides: Sides) -> Review:
    review = Review(base.reference, base.commit)
    code = changed_code(base.project, request.project)
    mistakes = Mistakes()
    broken_files(sides, mistakes)
    review.locks = lock_comparisons(sides, review.errors)
    with_same = request.with_results and bool(code)
    review.definitions = definition_comparisons(sides, request.as_of, mistakes, with_same=with_same)
    review.samples = sample_comparisons(sides, review.definitions, mistakes)
    review.errors += list(mistakes.new)
    review.old_errors = len(mistakes.old)
    review.code = [] if request.with_results else [c for c in code if c != "macros"]
    _mark_repeated(review)
    return review


def _mark_repeated(review: Review) -> None:
    """Say once what a lock and the definition behind it have in common."""
    locks = {lock.slug: lock for lock in review.locks}
    for definition in review.definitions:
        lock = locks.get(definition.slug)
        if lock is not None and definition.changes and lock.changes == definition.changes:
            definition.as_in_lock = lock.sql == definition.sql


def _needs_bytes(review: Review) -> bool:
    return any(c.moves_numbers or c.what for c in (*review.locks, *review.definitions))


def _with_results(
    request: Request, sides: Sides, review: Review, stack: ExitStack, gauge: Gauge | None
) -> Gauge | None:
    """Add results to the review; what turns out to be the same leaves it."""
    definitions, locks = _to_build(review)
    if definitions or locks:
        found = stack.enter_context(telemetry([*definitions, *locks]))
        gauge = gauge or stored(found.database, found.words)
        with progress("Building both sides"):
            add_numbers(sides, plan(definitions, locks, found), found, request.as_of)
        _show_in_lock(review)
    for comparison in review.definitions:
        if not comparison.changes and comparison.numbers and comparison.numbers.differing:
            comparison.notes.append(OTHER_CODE)
    review.definitions = [c for c in review.definitions if c.is_touched]
    return gauge


def _to_build(review: Review) -> tuple[list[Comparison], list[Comparison]]:
    """Choose the experiments whose numbers may differ.

    Where code differs, they may without another definition; a lock that differs goes first then.
    """
    locks = [lock for lock in review.locks if lock.moves_numbers]
    locked = {lock.slug for lock in locks}
    definitions = [
        c for c in review.definitions if c.moves_numbers or not (c.is_touched or c.slug in locked)
    ]
    return definitions, locks


def _show_in_lock(review: Review) -> None:
    locks = {lock.slug: lock for lock in review.locks}
    for definition in review.definitions:
        if definition.as_in_lock and definition.slug in locks:
            locks[definition.slug].numbers = definition.numbers
