"""What a change does to one experiment: to its committed lock, or to what it resolves to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.diff.comparable import definition_of, hash_of
from dbt_jetstream.review.diff.side import Side, Sides
from dbt_jetstream.review.diff.sql import ModelDiff, rendered, sql_diffs
from dbt_jetstream.review.diff.words import Change, changes
from dbt_jetstream.review.render import RenderError

if TYPE_CHECKING:
    from dbt_jetstream.review.diff.compared_results import Numbers
    from dbt_jetstream.review.diff.estimate import Estimate

SPELLING = "only order or spelling of the definition differs: no number changes"
SEE_SQL = "the definition is the same; what the macros make of it differs, see the SQL"


@dataclass
class Comparison:
    """One experiment, before and after.

    Attributes:
        title: What is compared: a slug, or a file of the hub.
        before: Its definition at the base; None where there is none.
        after: Its definition now; None where there is none.
        what: In a word or two, what happens as a whole: `added`, `relocked`.
        changes: What differs, in words.
        sql: What differs in the compiled SQL.
        rebuilt: The tables whose rows another definition makes, as the lock says.
        notes: What else is to be known.
        bytes: What the telemetry that it reads holds, before and after.
        numbers: Results before and after.
        as_in_lock: Whether the lock in the same change says the same.
    """

    title: str
    before: LockedExperiment | None
    after: LockedExperiment | None
    what: str = ""
    changes: list[Change] = field(default_factory=list)
    sql: list[ModelDiff] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bytes: Estimate | None = None
    numbers: Numbers | None = None
    as_in_lock: bool = False

    @property
    def slug(self) -> str:
        """The experiment."""
        found = self.after or self.before
        return found.slug if found else self.title

    @property
    def moves_numbers(self) -> bool:
        """Whether results can differ."""
        return bool(self.sql) or any(change.moves_numbers for change in self.changes)

    @property
    def is_touched(self) -> bool:
        """Whether there is anything to say."""
        differs = self.before is None or self.after is None or self.changes or self.sql
        return bool(differs or self.what or self.notes or (self.numbers and self.numbers.differing))


def compare(
    sides: Sides, title: str, before: LockedExperiment, after: LockedExperiment
) -> Comparison:
    """Compare two definitions of an experiment, in words and as SQL."""
    old, new = definition_of(before), definition_of(after)
    found = Comparison(title, before, after, changes=changes(old, new))
    found.rebuilt = rebuilt(before, after)
    try:
        found.sql = _sql(sides, before, after)
    except RenderError as error:
        found.notes.append(f"the SQL cannot be compared: {error}")
    if not any(change.moves_numbers for change in found.changes):
        if found.sql:
            found.changes.insert(0, Change(SEE_SQL))
        elif old.hashes != new.hashes:
            found.changes.insert(0, Change(SPELLING, moves_numbers=False))
    return found


def rebuilt(before: LockedExperiment, after: LockedExperiment) -> list[str]:
    """List the tables whose rows do not fit the new definition."""
    old = {node.name: hash_of(node) for node in before.nodes}
    return [
        node.name
        for node in after.nodes
        if node.config.get("materialized") != "view"
        and node.name in old
        and old[node.name] not in (hash_of(node), *node.meta.get("accepts", []))
    ]


def _sql(sides: Sides, before: LockedExperiment, after: LockedExperiment) -> list[ModelDiff]:
    return sql_diffs(_rendered(sides.base, before), _rendered(sides.head, after))


def _rendered(side: Side, locked: LockedExperiment) -> dict[str, str]:
    return rendered(side.renderer("bigquery"), locked)
