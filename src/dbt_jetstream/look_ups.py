"""Lets dbt find a table among thousands without a look at each of them.

dbt compares the name that it looks for with every table of the schema, part by part, three times
and more for each node. Among the 2,100 tables of a hundred experiments that takes 11 ms each time.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.base.relation import BaseRelation

_compared = BaseAdapter._make_match


def extend() -> None:
    """Compare only tables that have the name, in whatever case; doing so twice changes nothing."""
    BaseAdapter._make_match = _make_match  # type: ignore[method-assign, assignment]


def _make_match(
    adapter: BaseAdapter,
    relations: Sequence[BaseRelation],
    database: str,
    schema: str,
    identifier: str,
) -> list[BaseRelation]:
    name = _folded(identifier)
    named = [relation for relation in relations if _folded(relation.identifier) == name]
    return _compared(adapter, named, database, schema, identifier)


def _folded(name: str | None) -> str:
    return str(name).lower().strip('"`')
