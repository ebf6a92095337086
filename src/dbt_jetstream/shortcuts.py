"""Shortcuts in dbt, for work that comes to nothing and grows with the project.

Finding a table, dbt compares the name that it looks for with every table of the schema, part by
part, three times and more for each node: 11 ms each time among the 2,100 tables of a hundred
experiments. And of every description it makes a Jinja template to find `doc(...)` in it, those of
thousands of columns, which are plain text.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.base.relation import BaseRelation
from dbt.contracts.graph.manifest import Manifest
from dbt.parser import manifest as parser

_compared = BaseAdapter._make_match
_doc_blocks_of_template = parser._get_doc_blocks


def extend() -> None:
    """Take the shortcuts; doing so twice changes nothing."""
    BaseAdapter._make_match = _make_match  # type: ignore[method-assign, assignment]
    parser._get_doc_blocks = _doc_blocks


def _make_match(
    adapter: BaseAdapter,
    relations: Sequence[BaseRelation],
    database: str,
    schema: str,
    identifier: str,
) -> list[BaseRelation]:
    """Compare only tables that have the name, in whatever case."""
    name = _folded(identifier)
    named = [relation for relation in relations if _folded(relation.identifier) == name]
    return _compared(adapter, named, database, schema, identifier)


def _folded(name: str | None) -> str:
    return str(name).lower().strip('"`')


def _doc_blocks(description: str, manifest: Manifest, node_package: str) -> list[str]:
    """Look for blocks only where there is an expression."""
    if "{{" not in description:
        return []
    return _doc_blocks_of_template(description, manifest, node_package)
