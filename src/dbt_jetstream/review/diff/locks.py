"""What a change does to the committed locks: what the next run builds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.common.unexpected import apart
from dbt_jetstream.lock.folder import MODELS, written_files
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.review.diff.comparable import read_lock
from dbt_jetstream.review.diff.compare import Comparison, compare
from dbt_jetstream.review.diff.markup import code, codes
from dbt_jetstream.review.diff.side import Side, Sides

SAME = "no number changes: only what made the lock differs"


def lock_comparisons(sides: Sides, errors: list[str]) -> list[Comparison]:
    """Compare the locks of both sides; those that are the same are left out.

    Args:
        sides: Both sides.
        errors: Gets what is wrong with the locks of the change.
    """
    found = []
    for slug in dict.fromkeys([*sides.base.held, *sides.head.held]):
        if not sides.is_shown(slug):
            continue
        comparison = None
        mistakes: list[ConfigError] = []
        with apart(sides.head.project, slug, mistakes):
            comparison = _compare(sides, slug)
        errors += [sides.head.told(mistake) for mistake in mistakes]
        if comparison is not None and comparison.is_touched:
            found.append(comparison)
    return found


def _compare(sides: Sides, slug: str) -> Comparison | None:
    old, new = sides.base.held.get(slug), sides.head.held.get(slug)
    if old is None or new is None:
        return _one_sided(slug, old, new)
    what = _retirement(sides, slug)
    edited = list(_edited(sides, slug))
    if old.text == new.text:
        return Comparison(slug, None, None, what, notes=edited) if what or edited else None
    found = compare(sides, slug, read_lock(old), read_lock(new))
    found.what = what or "relocked"
    found.notes += [*_origin(old, new), *edited]
    if not found.changes:
        found.notes.insert(0, SAME)
    return found


def _one_sided(slug: str, old: HeldLock | None, new: HeldLock | None) -> Comparison:
    if new is not None:
        after = read_lock(new)
        tables = [n.name for n in after.nodes if n.config.get("materialized") != "view"]
        note = f"its {len(tables)} tables are built for the first time"
        return Comparison(slug, None, after, "added", notes=[note])
    assert old is not None
    note = "its models leave the project; its tables stay"
    return Comparison(slug, read_lock(old), None, "removed", notes=[note])


def _retirement(sides: Sides, slug: str) -> str:
    was, is_now = slug in sides.base.retired, slug in sides.head.retired
    if was == is_now:
        return ""
    return "retired: no longer built, its tables stay" if is_now else "live again"


def _origin(old: HeldLock, new: HeldLock) -> Iterator[str]:
    """Say what made the locks, where that differs."""
    if old.reruns != new.reruns:
        yield f"rerun {new.reruns}: all its windows are computed again"
    before, after = old.versions, new.versions
    hubs = [str(versions.metric_hub or "none")[:10] for versions in (before, after)]
    if hubs[0] != hubs[1]:
        yield f"locked from metric-hub {code(hubs[0])} → {code(hubs[1])}"
    packages = (before.packages, after.packages)
    moved = [
        f"{name} {packages[0].get(name, 'none')} → {packages[1].get(name, 'none')}"
        for name in dict.fromkeys([*packages[0], *packages[1]])
        if packages[0].get(name) != packages[1].get(name)
    ]
    if moved:
        yield f"locked with {codes(moved)}"


def _edited(sides: Sides, slug: str) -> Iterator[str]:
    """Name the stubs that differ although both locks have the model."""
    before, after = _stubs(sides.base, slug), _stubs(sides.head, slug)
    paths = [path for path in before if path in after and before[path] != after[path]]
    if paths:
        yield f"models whose file differs: {codes(paths)}"


def _stubs(side: Side, slug: str) -> dict[Path, str]:
    paths = [path for path in written_files(side.project, slug) if path.suffix in MODELS]
    return {path: (side.project / path).read_text(encoding="utf-8") for path in paths}
