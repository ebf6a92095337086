"""The tables of telemetry that a hub's definitions read, whatever asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.platforms import ROLES, Platform
from dbt_jetstream.lock.parts.fragments import Table, from_clause, query


def tables_of(hub: Hub, platforms: dict[str, Platform]) -> list[Table]:
    """List the tables that data sources, segments and enrollments of a hub read.

    What cannot be parsed is left out: `jetstream validate` says what is wrong with it.
    """
    found: set[Table] = set()
    for file in hub.files:
        named = [platforms[file.application]] if file.application in platforms else []
        for platform in named or platforms.values():
            for key, sql in _queries(file.found):
                found |= set(_tables(key, sql, platform.dataset))
    used = {file.application for file in hub.files}
    for platform in platforms.values():
        if platform.app_name in used:
            found |= set(_of_enrollments(platform))
    return sorted(found)


def _queries(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the FROM clauses and queries of a file, wherever they stand in it."""
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _queries(value)
        elif isinstance(value, str) and key in {"from_expression", "enrollment_query"}:
            yield key, value


def _tables(key: str, sql: str, dataset: str) -> Iterable[Table]:
    # Whatever is wrong with one: there are others.
    with suppress(ValueError, KeyError, IndexError):
        text = sql.format(dataset=dataset) if key == "from_expression" else sql
        return (from_clause(text) if key == "from_expression" else query(text))[1]
    return ()


def _of_enrollments(platform: Platform) -> Iterator[Table]:
    kind = platform.enrollments_query_type
    if all((kind, role) in platform.tables for role in ROLES[kind]):
        for name in platform.tables_of(kind, platform.dataset).values():
            yield Table.parse(name)
