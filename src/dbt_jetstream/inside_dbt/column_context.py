"""Keeps the context in which dbt asks for a table's columns.

Each time that it asks for them, all 800 macros (in 1.12, those that are used) are wrapped anew into
a context, which differs from the last one in nothing.
"""

from __future__ import annotations

import threading
from typing import Any

from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.protocol import MacroContextGeneratorCallable

# Others run a few times in a build, and not all store what they load.
COLUMNS = "get_columns_in_relation"
_set_generator = BaseAdapter.set_macro_context_generator


def extend() -> None:
    """Keep contexts; doing so twice changes nothing."""
    BaseAdapter.set_macro_context_generator = _set_kept  # type: ignore[method-assign, assignment]


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
