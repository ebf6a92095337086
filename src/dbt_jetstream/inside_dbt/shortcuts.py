"""Shortcuts in dbt, for work that comes to nothing and grows with the project.

Finding a table, dbt goes through all tables of the schema and compares each part of their names,
three times and more for each node: 11 ms each time among the 2,100 tables of a hundred
experiments. Each time that it asks for a table's columns, all 800 macros (in 1.12, those that are
used) are wrapped anew into a context, which differs from the last one in nothing. And of every
description dbt makes a Jinja template to find `doc(...)` in it, those of thousands of columns,
which are plain text.

dbt has no setting or hook for any of these, so its own functions are replaced, which mypy objects
to; each falls back to the original where the shortcut does not hold.
"""

from __future__ import annotations

import threading
from typing import Any

from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.base.relation import BaseRelation
from dbt.adapters.protocol import MacroContextGeneratorCallable
from dbt.adapters.reference_keys import _ReferenceKey, lowercase
from dbt.contracts.graph.manifest import Manifest
from dbt.parser import manifest as parser

_searched = BaseAdapter.get_relation
_set_generator = BaseAdapter.set_macro_context_generator
# Others run a few times in a build, and not all store what they load.
COLUMNS = "get_columns_in_relation"
_doc_blocks_of_template = parser._get_doc_blocks


def extend() -> None:
    """Take the shortcuts; doing so twice changes nothing."""
    BaseAdapter.get_relation = _get_relation  # type: ignore[method-assign]
    BaseAdapter.set_macro_context_generator = _set_kept  # type: ignore[method-assign, assignment]
    parser._get_doc_blocks = _doc_blocks


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


def _set_kept(adapter: BaseAdapter, generate: MacroContextGeneratorCallable) -> None:
    """Let an adapter keep the context in which it asks for columns, one for each thread."""
    kept = threading.local()

    def context(
        macro_protocol: Any, config: Any, macro_resolver: Any, package_name: str | None
    ) -> dict[str, Any]:
        about = (macro_protocol, config, macro_resolver, package_name)
        if macro_protocol.name != COLUMNS:
            return generate(*about)
        contexts: dict[str, dict[str, Any]] = vars(kept)
        # A context holds its manifest, so that no other takes the id meanwhile.
        key = f"{id(macro_resolver)} {macro_protocol.unique_id} {package_name}"
        if key not in contexts:
            contexts[key] = generate(*about)
        return contexts[key]

    _set_generator(adapter, context)


def _doc_blocks(description: str, manifest: Manifest, node_package: str) -> list[str]:
    """Look for blocks only where there is an expression."""
    if "{{" not in description:
        return []
    return _doc_blocks_of_template(description, manifest, node_package)
