"""Finds a table in dbt's cache by its key.

Finding a table, dbt goes through all tables of the schema and compares each part of their names,
three times and more for each node: 11 ms each time among the 2,100 tables of a hundred experiments.
"""

from __future__ import annotations

from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.base.relation import BaseRelation
from dbt.adapters.reference_keys import _ReferenceKey, lowercase

_searched = BaseAdapter.get_relation


def extend() -> None:
    """Find tables so; doing it twice changes nothing."""
    BaseAdapter.get_relation = _get_relation  # type: ignore[method-assign]


def _get_relation(
    adapter: BaseAdapter, database: str, schema: str, identifier: str
) -> BaseRelation | None:
    """Find a table in dbt's cache by its key, which is its name in lower case."""
    has_key = bool(identifier) and '"' not in identifier
    if not (has_key and adapter._schema_is_cached(database, schema)):
        searched: BaseRelation | None = _searched(adapter, database, schema, identifier)
        return searched
    key = _ReferenceKey(lowercase(database), lowercase(schema), lowercase(identifier))
    with adapter.cache.lock:
        found = adapter.cache.relations.get(key)
    matches = adapter._make_match([found.inner] if found else [], database, schema, identifier)
    return matches[0] if matches else None
