"""The dbt nodes of an experiment: what each is called, holds, reads and promises."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dbt_jetstream.lock.nodes.verbatim import verbatim
from dbt_jetstream.lock.parts.fragments import Table

# The dbt package of the macros. Stubs and hooks call them by its name: a project may install it.
PACKAGE = "dbt_jetstream"
# Another number rebuilds every table: for a change to the columns that the macros write.
LAYOUT = 3
# What the lock says, but what changes no row that is there: a later end date only adds windows.
NOT_HASHED = {
    "accepts",
    "dated_tables",
    "due",
    "end_date",
    "gap",
    "metadata",
    "not_before",
    "reads",
    "reason",
    "reference_branch",
    "select_expression",
    "source_tables",
    "unadjusted",
    "versions",
}
# The materialization of our own, see macros/materializations.
OWN_TABLE = "jetstream_table"
# dbt 2 parses no Python model with a materialization but its own; there `jetstream statistics` is
# what makes the tables.
OWN_TABLE_IN_PYTHON = f"{{{{ 'table' if dbt_version.startswith('2.') else '{OWN_TABLE}' }}}}"
# BigQuery modifies at most as many partitions in one job; no experiment has as many windows.
MOST_WINDOWS = 4000


@dataclass(frozen=True)
class Column:
    """A documented column; `tests` as dbt writes them."""

    name: str
    description: str
    tests: tuple[Any, ...] = ()


@dataclass
class Node:
    """One generated dbt model.

    Attributes:
        name: The model, which is also its table.
        description: What a row is; shown in the docs.
        meta: The part of the lock that the node's macro or Python model reads.
        columns: All columns, in order.
        stub: The model's file.
        config: dbt's configuration of it.
        upstream: The hashes of the generated nodes that it reads.
        tests: dbt tests of the whole model.
        language: `sql` or `python`.
        held_hash: Of a lock that is held, the hash that its table's rows have.
    """

    name: str
    description: str
    meta: dict[str, Any]
    columns: list[Column]
    stub: str
    config: dict[str, Any] = field(default_factory=dict)
    upstream: tuple[str, ...] = ()
    tests: list[Any] = field(default_factory=list)
    language: str = "sql"
    held_hash: str | None = None

    @property
    def definition_hash(self) -> str:
        """Identify what decides the rows of the node: its definition and all that it reads."""
        return self.held_hash or short_hash([LAYOUT, hashed(self.meta), self.upstream])

    @property
    def grows(self) -> bool:
        """Whether later builds add rows to its table, instead of making it anew."""
        return self.config["materialized"] == OWN_TABLE and "unique_key" in self.config

    def accept(self, hashes: Sequence[str]) -> None:
        """Keep the windows that earlier definitions made; other tables must be of one piece."""
        if "window_index" in self.config.get("unique_key", ()):
            earlier = [h for h in dict.fromkeys(hashes) if h != self.definition_hash]
            self.meta |= {"accepts": earlier} if earlier else {}

    def document(self, slug: str, meta: dict[str, Any]) -> dict[str, Any]:
        """Return the node as an entry under `models:` in a dbt properties file.

        `meta` is what is written of its own.

        Its config alone is Jinja: all else holds what users wrote.
        """
        document: dict[str, Any] = {
            "name": self.name,
            "description": verbatim(self.description),
            "config": {
                **self.config,
                "tags": [f"experiment:{slug}"],
                "meta": verbatim({**meta, "definition_hash": self.definition_hash}),
            },
        }
        if self.tests:
            document["data_tests"] = verbatim(self.tests)
        document["columns"] = column_documents(self.columns)
        return document


def known(node: Node) -> dict[str, Any]:
    """Return a node as dbt knows it, its texts as they are."""
    meta = {**node.meta, "definition_hash": node.definition_hash}
    return {
        "name": node.name,
        "description": node.description,
        "config": {**node.config, "meta": meta},
        "data_tests": node.tests,
        "columns": [{"name": c.name, "description": c.description} for c in node.columns],
    }


def short_hash(found: Any) -> str:
    """Identify a value of lists, dictionaries, texts, numbers and dates."""
    text = json.dumps(found, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hashed(definition: Any) -> Any:
    """Return a definition without what does not decide its rows."""
    if isinstance(definition, dict):
        return {k: hashed(value) for k, value in definition.items() if k not in NOT_HASHED}
    return [hashed(item) for item in definition] if isinstance(definition, list) else definition


def column_documents(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Return columns as a dbt properties file lists them."""
    return [_column(column) for column in columns]


def _column(column: Column) -> dict[str, Any]:
    document: dict[str, Any] = {"name": column.name, "description": column.description}
    if column.tests:
        document["data_tests"] = list(column.tests)
    return {key: verbatim(value) for key, value in document.items()}


def incremental(*unique_key: str, **more: Any) -> dict[str, Any]:
    """Configure a table that grows by new rows, which differ from all others in a key."""
    return {"materialized": OWN_TABLE, "unique_key": list(unique_key), **more}


def partitioned_by_day(column: str) -> dict[str, Any]:
    """Configure a partition per date; on DuckDB it means nothing."""
    return {"partition_by": {"field": column, "data_type": "date"}}


def partitioned_by_window() -> dict[str, Any]:
    """Configure a partition per analysis window; on DuckDB it means nothing.

    The range is the same for all, since BigQuery rebuilds a table whose range changes.
    """
    windows = {"start": 1, "end": MOST_WINDOWS + 1, "interval": 1}
    return {"partition_by": {"field": "window_index", "data_type": "int64", "range": windows}}


def unique_key(*columns: str) -> dict[str, Any]:
    """Test that no two rows agree in all of `columns`."""
    return {own_test("unique_key"): {"arguments": {"columns": list(columns)}}}


def own_test(name: str) -> str:
    """Name a generic test of this package, from whichever project it is used in."""
    return f"{PACKAGE}.{name}"


def call(macro: str, **arguments: str) -> str:
    """Write a stub that calls `macro`; a value is Jinja text."""
    if len(arguments) == 1:
        ((name, value),) = arguments.items()
        return f"{{{{ {PACKAGE}.{macro}({name}={value}) }}}}\n"
    lines = "".join(f"    {name}={value},\n" for name, value in arguments.items())
    return f"{{{{ {PACKAGE}.{macro}(\n{lines}) }}}}\n"


def ref(name: str) -> str:
    """Write a reference to a generated node."""
    return f"ref('{name}')"


def mapping(items: dict[str, str]) -> str:
    """Write a Jinja dictionary of `items`, whose values are Jinja text."""
    inside = ", ".join(f"'{key}': {value}" for key, value in items.items())
    return f"{{{inside}}}"


def sources(tables: Iterable[Table]) -> str:
    """Write a Jinja dictionary that names the source of each table."""
    return mapping({t.key: f"source('{t.source}', '{t.name}')" for t in sorted(set(tables))})
