"""The statements of a build, in the order in which they run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.render import SCHEMA
from dbt_jetstream.review.statements.rendering import NEW_ROWS, Statements
from dbt_jetstream.review.statements.types import ColumnTypes
from dbt_jetstream.review.statements.warehouse import Build

RUN_START, RUN_END = "run-start", "run-end"


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes:
        node: The model that it belongs to, `run-start` or `run-end`.
        kind: `create`, `merge`, `hook`, `test` or `probe`.
        sql: Its text; of a hook, maybe of several.
        refused: Of one that creates: why Google's analyzer refuses it, where it is asked.
    """

    node: str
    kind: str
    sql: str
    refused: str | None = None


def statements_of(
    found: Statements, locked: LockedExperiment, day: dt.date, *, is_first: bool
) -> Iterator[Statement]:
    """Yield what a build sends.

    Args:
        found: Renders them.
        locked: The experiment.
        day: The last day with complete telemetry.
        is_first: Whether nothing was built before; else all was, on the day before. Until
            enrollment is complete, every build is a first one: what it makes has no rows.
    """
    last_enrollment = locked.nodes[0].meta["experiment"]["last_enrollment_date"]
    is_first = is_first or day.isoformat() <= last_enrollment
    if found.types and not is_first and locked.slug not in found.types.learned:
        learn(found, locked, day)
    build = build_of(found, locked, day, is_first=is_first)
    yield from _hooks(found, RUN_START, found.run_hooks("on-run-start"))
    build.present.add("logs")
    for node in locked.nodes:
        yield from _statements_of_node(found, build, node)
        build.present.add(node.name)
        yield from _hooks(found, node.name, found.post_hooks(node))
        for test in found.data_tests(node):
            yield from _probes(found, node.name)
            yield Statement(node.name, "test", test)
    if found.types:
        found.types.learned.add(locked.slug)
    found.succeed()
    yield from _hooks(found, RUN_END, found.run_hooks("on-run-end"))


def learn(found: Statements, locked: LockedExperiment, day: dt.date) -> None:
    """Find the types of the tables that builds before have made."""
    for _ in statements_of(found, locked, day, is_first=True):
        pass


def build_of(found: Statements, locked: LockedExperiment, day: dt.date, *, is_first: bool) -> Build:
    """Begin a build; see `statements_of`."""

    def due(windows: dict[str, Any], day: dt.date) -> list[dict[str, Any]]:
        asked = build.day
        build.day = day
        try:
            found_due: list[dict[str, Any]] = found.macros["windows_due"](windows)
            return found_due
        finally:
            build.day = asked

    build = Build(locked, day, is_first, due)
    found.begin(build)
    return build


def _statements_of_node(found: Statements, build: Build, node: Node) -> Iterator[Statement]:
    adds = not build.is_first and node.grows
    if adds:
        found.look_for_rows(node)
    yield from _hooks(found, node.name, found.pre_hooks(node))
    table = f"{node.name}{NEW_ROWS}" if adds else node.name
    if node.language == "sql":
        query = found.query(node)
        yield from _probes(found, node.name)
        text = found.stage(node, query) if adds else found.create(node, query)
        schema = node.config.get("schema", SCHEMA)
        refused = found.types.learn(table, text, schema) if found.types else None
        yield Statement(node.name, "create", text, refused)
    elif found.types:
        _take_schema(found.types, node, table)
    if adds:
        merged = found.merge(node)
        yield from _probes(found, node.name)
        yield Statement(node.name, "merge", merged)


def _take_schema(types: ColumnTypes, node: Node, table: str) -> None:
    """Let the columns of a Python model's table be known: it declares them itself."""
    from dbt_jetstream.inside_dbt.python_job import TYPES  # noqa: PLC0415 - takes a second
    from dbt_jetstream.statistics.model import SCHEMA as STATISTICS  # noqa: PLC0415
    from dbt_jetstream.trust.model import SCHEMA as TRUST  # noqa: PLC0415

    schema = TRUST if node.name.startswith("trust_") else STATISTICS
    columns = {field.name: TYPES[field.type] for field in schema}
    types.take(table, columns, node.config.get("schema", SCHEMA))


def _hooks(found: Statements, name: str, hooks: Iterator[str]) -> Iterator[Statement]:
    """Yield what hooks ask, what they export, and what is left of them to run."""
    for hook in hooks:
        yield from _sent(found, name)
        yield Statement(name, "hook", hook)
    yield from _sent(found, name)


def _sent(found: Statements, name: str) -> Iterator[Statement]:
    yield from _probes(found, name)
    for query in found.exported:
        yield Statement(name, "hook", query)
    found.exported.clear()


def _probes(found: Statements, name: str) -> Iterator[Statement]:
    for query in found.asked:
        yield Statement(name, "probe", query)
    found.asked.clear()
