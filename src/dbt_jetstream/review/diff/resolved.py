"""What a change does to definitions: what experiments resolve to, before and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.common.unexpected import apart
from dbt_jetstream.project.package import macro_files, package_folder
from dbt_jetstream.review.diff.compare import Comparison, compare
from dbt_jetstream.review.diff.side import Resolved, Side, Sides


@dataclass
class Mistakes:
    """What is wrong at head.

    Attributes:
        new: What this change brings.
        old: What the base has as well.
    """

    new: dict[str, None] = field(default_factory=dict)
    old: dict[str, None] = field(default_factory=dict)

    def add(self, before: list[str], after: list[str]) -> None:
        """Note the mistakes of one experiment on both sides."""
        for mistake in after:
            (self.old if mistake in before else self.new).setdefault(mistake)

    @contextmanager
    def apart(self, side: Side, name: str) -> Iterator[None]:
        """Note what one experiment or file raises, which keeps no other from being compared."""
        raised: list[ConfigError] = []
        with apart(side.project, name, raised):
            yield
        self.add([], [side.told(mistake) for mistake in raised])


def definition_comparisons(
    sides: Sides, as_of: dt.date, mistakes: Mistakes, *, with_same: bool
) -> list[Comparison]:
    """Resolve every experiment on both sides, and compare.

    Args:
        sides: Both sides.
        as_of: The last day with complete telemetry.
        mistakes: Gets what is wrong.
        with_same: Whether to return those that are the same, too: code that makes other numbers of
            one definition may have changed.
    """
    same_macros = macro_texts(sides.base.project) == macro_texts(sides.head.project)
    found = []
    for slug in sides.slugs(as_of):
        comparison = None
        with mistakes.apart(sides.head, slug):
            comparison = _compare(sides, slug, mistakes, needs_sql=with_same or not same_macros)
        if comparison is not None and (with_same or comparison.is_touched):
            found.append(comparison)
    return found


def broken_files(sides: Sides, mistakes: Mistakes) -> None:
    """Note files of the hub, and entries of the list of experiments, that cannot be read."""
    before, after = (
        [side.told(mistake) for file in side.hub.broken for mistake in file.mistakes]
        + [side.told(mistake) for found in side.unreadable.values() for mistake in found]
        for side in (sides.base, sides.head)
    )
    mistakes.add(before, after)


def macro_texts(project: Path) -> dict[str, str]:
    """Read the macros that a project's models call."""
    folder = package_folder(project)
    paths = macro_files(project)
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


def _compare(sides: Sides, slug: str, mistakes: Mistakes, *, needs_sql: bool) -> Comparison | None:
    """Compare one experiment; None where nothing can differ."""
    old, new = sides.base.experiments.get(slug), sides.head.experiments.get(slug)
    if old is not None and new is not None and not needs_sql:
        before, after = sides.base.inputs(old), sides.head.inputs(new)
        if before == after:
            return None
    return outcome(
        sides,
        slug,
        sides.base.resolve(old) if old else Resolved(is_skipped=True),
        sides.head.resolve(new) if new else Resolved(is_skipped=True),
        mistakes,
    )


def outcome(
    sides: Sides, title: str, old: Resolved, new: Resolved, mistakes: Mistakes
) -> Comparison | None:
    """Compare what an experiment resolves to; None where there is nothing on either side."""
    is_private = any(r.locked is not None and r.locked.is_private for r in (old, new))
    if is_private:
        return None
    before, after = (
        [side.told(error) for error in resolved.errors]
        for side, resolved in ((sides.base, old), (sides.head, new))
    )
    mistakes.add(before, after)
    if old.locked is not None and new.locked is not None:
        return compare(sides, title, old.locked, new.locked)
    if new.locked is not None:
        what = "new" if old.is_skipped else "can be resolved now"
        return Comparison(title, None, new.locked, what)
    if old.locked is not None:
        what = "no longer analysed" if new.is_skipped else "cannot be resolved: see the errors"
        return Comparison(title, old.locked, None, what)
    return None
