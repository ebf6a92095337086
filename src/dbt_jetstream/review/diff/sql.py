"""The difference of compiled BigQuery SQL, in which whitespace and comments say nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

import jinja2
import sqlglot
from sqlglot.errors import SqlglotError

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.render import Renderer, RenderError, described

CONTEXT = 2
# Every model says which definition made its rows; that it is another one is said in words.
MASK = "definition-hash"


@dataclass(frozen=True)
class ModelDiff:
    """How the SQL of one model differs.

    Attributes:
        model: The model.
        lines: A unified diff, without the lines that name the files.
        what: `changed`, `new` or `removed`.
    """

    model: str
    lines: tuple[str, ...]
    what: str = "changed"

    @property
    def added(self) -> int:
        """How many lines are new."""
        return sum(line.startswith("+") for line in self.lines)

    @property
    def removed(self) -> int:
        """How many lines are gone."""
        return sum(line.startswith("-") for line in self.lines)


def rendered(renderer: Renderer, locked: LockedExperiment) -> dict[str, str]:
    """Render the models of an experiment; the hash of its definition is masked.

    Raises:
        RenderError: If a macro refuses what the definition asks for.
    """
    hashes = {str(described(node)["definition_hash"]) for node in locked.nodes}
    try:
        found = renderer.render(locked)
    except (jinja2.TemplateError, TypeError, KeyError, AttributeError) as error:
        # What Jinja raises where a macro and a definition do not fit each other.
        message = f"the macros cannot render it: {error}"
        raise RenderError(message) from error
    for definition_hash in hashes:
        found = {name: sql.replace(definition_hash, MASK) for name, sql in found.items()}
    return found


def sql_diffs(before: dict[str, str], after: dict[str, str]) -> list[ModelDiff]:
    """Compare the SQL of two sides, model by model."""
    return list(_diffs(before, after))


def _diffs(before: dict[str, str], after: dict[str, str]) -> Iterator[ModelDiff]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name, ""), after.get(name, "")
        if old == new:
            continue
        found = difflib.unified_diff(_lines(old), _lines(new), n=CONTEXT, lineterm="")
        lines = tuple(found)[2:]
        if lines:
            what = "new" if not old else "changed" if new else "removed"
            yield ModelDiff(name, lines, what)


def _lines(sql: str) -> list[str]:
    """Write SQL in sqlglot's own form."""
    if not sql:
        return []
    try:
        tree = sqlglot.parse_one(sql, dialect="bigquery")
    except SqlglotError:
        return [" ".join(line.split()) for line in sql.splitlines() if line.strip()]
    return tree.sql(dialect="bigquery", pretty=True, comments=False).splitlines()
