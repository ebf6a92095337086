"""What Google's analyzer says of each statement of a build."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlglot.dialects.bigquery import BigQuery
from sqlglot.tokens import TokenType

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.googlesql.size import Size, size
from dbt_jetstream.review.statements.build import Statement, statements_of
from dbt_jetstream.review.statements.rendering import Statements
from dbt_jetstream.review.statements.types import ColumnTypes
from dbt_jetstream.review.types.telemetry import Telemetry

# BigQuery takes more; what it adds to a statement needs room.
MOST_CHARACTERS = 128 * 1024
KINDS = {"create", "merge", "hook", "test", "probe"}


class MeasuredTypes(ColumnTypes):
    """Keeps of each statement that is analyzed the table that it makes, its text and its size."""

    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__(telemetry)
        self.sizes: list[tuple[str, str, Size]] = []

    def analyze(self, name: str, sql: str) -> Any:
        response = super().analyze(name, sql)
        self.sizes.append((name, sql, size(response)))
        return response


@dataclass
class Checked:
    """What the analyzer found.

    Attributes:
        refused: The statements that it refuses, and why.
        number: How many statements it was asked about.
        kinds: What kinds of statements they were.
    """

    refused: list[tuple[Statement, str]] = field(default_factory=list)
    number: int = 0
    kinds: set[str] = field(default_factory=set)

    def said(self) -> str:
        return "\n".join(f"{s.node} {s.kind}: {why}\n" for s, why in self.refused)


def checked(
    project: Path,
    locked: LockedExperiment,
    types: ColumnTypes,
    builds: Iterable[tuple[dt.date, bool]],
    kinds: Container[str] = KINDS,
) -> Checked:
    """Ask about all statements of builds, of some kinds; a first build comes first."""
    found = Checked()
    statements = Statements(project, "bigquery", types)
    for day, is_first in builds:
        for statement in statements_of(statements, locked, day, is_first=is_first):
            if statement.kind in kinds:
                check(found, types, statement)
    return found


def check(found: Checked, types: ColumnTypes, statement: Statement) -> None:
    found.kinds.add(statement.kind)
    for sql in split(statement.sql):
        found.number += 1
        # Asked already, for the types of its columns.
        why = statement.refused if statement.kind == "create" else types.refusal(sql)
        if why is not None:
            found.refused.append((replace(statement, sql=sql), why))


def too_large(types: MeasuredTypes, scans: int, nodes: int) -> list[str]:
    """Name the statements above bounds, once their CTEs are inlined."""
    return [
        f"{name or sql[:60]}: {found.scans} scans, {found.nodes:,} nodes, {len(sql):,} characters"
        for name, sql, found in types.sizes
        if found.scans > scans or found.nodes > nodes or len(sql) > MOST_CHARACTERS
    ]


def split(script: str) -> Iterator[str]:
    """Yield the statements of a script."""
    start = 0
    for token in BigQuery().tokenize(script):
        if token.token_type == TokenType.SEMICOLON:
            yield script[start : token.start].strip()
            start = token.end + 1
    if script[start:].strip():
        yield script[start:].strip()
