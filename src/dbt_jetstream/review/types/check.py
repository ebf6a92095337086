"""Asks Google's analyzer about the SQL of a config: does BigQuery take it, and what does it yield?

Needs PyPI's `zetasql` (the extra `types`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dbt_jetstream.common.errors import ConfigError, did_you_mean
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.statements.types import ColumnTypes, TypeMistake
from dbt_jetstream.review.types.probes import Expression, FileOf, Source, Takes, sources_of
from dbt_jetstream.review.types.telemetry import Telemetry
from dbt_jetstream.review.types.words import Refusal, refusal_of, refused_source, told
from dbt_jetstream.sql.misapplied import FLAG, NO_NUMBER

NUMBERS = {"INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BOOL"}
# The enrolled units that the rows of a data source are joined to, as far as expressions see them;
# a signal finds the date of exposure, and does not see it yet.
UNITS = {"analysis_id": "STRING", "branch": "STRING", "enrollment_date": "DATE"}
EXPOSED_UNITS = {**UNITS, "exposure_date": "DATE"}
ENROLLED, EXPOSED = "enrolled_units", "exposed_units"
GROUPS = ", ".join(f"e.{column}" for column in EXPOSED_UNITS)
COLUMN = re.compile(r"[\w.`]+")
DAY = "date '2026-01-01'"


@dataclass
class Typed:
    """What the analyzer finds.

    Attributes:
        errors: What BigQuery would refuse, or no statistic could take.
        untyped: What nobody can tell, by its key, and why.
        number: How many expressions were looked at.
    """

    errors: list[ConfigError] = field(default_factory=list)
    untyped: dict[str, str] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class Answer:
    """What an expression is.

    Attributes:
        type: Its type; empty where it is refused.
        refusal: Why BigQuery would not take it.
    """

    type: str = ""
    refusal: Refusal | None = None


class TypeChecker:
    """Looks at configs by what is known of the columns of telemetry."""

    def __init__(self, telemetry: Telemetry) -> None:
        """Prepare.

        Args:
            telemetry: The columns of tables, with their types.
        """
        self.telemetry = telemetry
        # Hundreds of experiments compute the same from the same rows.
        self._answers: dict[tuple[str, str, bool], Answer] = {}

    def look(self, locked: LockedExperiment, file_of: FileOf, *, is_made_up: bool = False) -> Typed:
        """Look at an experiment that is locked.

        Args:
            locked: The experiment.
            file_of: Names the files of its definitions.
            is_made_up: Whether it is there for a config to be tried on.
        """
        found = Typed()
        sources = sources_of(locked, is_made_up=is_made_up)
        asking = _Asking(self.telemetry, sources, self._answers)
        for source in sources:
            found.number += 1 + len(source.expressions)
            lacking = [t for t in source.tables if t not in self.telemetry]
            if lacking:
                reason = _unknown_table(lacking[0], self.telemetry)
                found.untyped |= {e.key: reason for e in source.expressions} | {source.key: reason}
                continue
            for kind, name, key, refusal in _mistakes(asking, source):
                if isinstance(refusal, Refusal) and refusal.is_ignorance:
                    found.untyped[key] = refusal.text
                else:
                    found.errors.append(ConfigError(file_of(kind, name), key, str(refusal)))
        return found


def _unknown_table(table: str, telemetry: Telemetry) -> str:
    question = did_you_mean(table, telemetry)
    return f"no columns of {table} are known{'; ' + question if question else ''}"


Found = tuple[str, str, str, Refusal | str]


def _mistakes(asking: _Asking, source: Source) -> Iterator[Found]:
    """Yield what is wrong with a source and with what is computed from it."""
    (whole,) = asking.about(source, ["1"], is_aggregate=False)
    if whole.refusal:
        yield source.kind, source.name, source.key, asking.refused(whole.refusal, source)
        return
    yield from _columns(asking, source)
    for is_aggregate in (True, False):
        asked = [e for e in source.expressions if e.is_aggregate == is_aggregate]
        answers = asking.about(source, [e.sql for e in asked], is_aggregate=is_aggregate)
        for expression, answer in zip(asked, answers, strict=True):
            problem = _problem(expression, answer, source, asking)
            if problem:
                yield expression.kind, expression.name, expression.key, problem


def _columns(asking: _Asking, source: Source) -> Iterator[Found]:
    """Yield what keeps the rows of a source from being joined to units and windows."""
    if not COLUMN.fullmatch(source.date_column):
        text = f"`{source.date_column}` is no column; let the SELECT name one, and say which it is"
        yield source.kind, source.name, source.key, f"the date: {text}"
        return
    unit, date = f"ds.{source.unit_column}", f"ds.{source.date_column}"
    others = [f"ds.{other} = e.analysis_id" for other in source.other_units]
    if any(not answer.refusal for answer in asking.about(source, others, is_aggregate=False)):
        unit = "e.analysis_id"
    uses = {
        f"{unit} = e.analysis_id": (source.unit_column, "the id of units"),
        f"{date} between {DAY} and {DAY}": (source.date_column, "the date"),
    }
    if source.branch:
        uses[source.branch] = ("", "the branch that rows report")
    answers = asking.about(source, list(uses), is_aggregate=False)
    for (column, use), answer in zip(uses.values(), answers, strict=True):
        if answer.refusal and answer.refusal.is_ignorance:
            yield source.kind, source.name, source.key, answer.refusal
        elif answer.refusal:
            text = asking.told(answer.refusal, source, column)
            yield source.kind, source.name, source.key, f"{use}: {text}"


def _problem(
    expression: Expression, answer: Answer, source: Source, asking: _Asking
) -> Refusal | str | None:
    if answer.refusal and answer.refusal.is_ignorance:
        return answer.refusal
    if answer.refusal:
        return asking.told(answer.refusal, source)
    if expression.takes is Takes.FLAG and answer.type != "BOOL":
        what = "an exposure signal" if expression.kind == "experiment" else "a segment"
        return f"yields {answer.type}, and {what} {FLAG}"
    if expression.takes is Takes.NUMBER and answer.type not in NUMBERS:
        return f"yields {answer.type}, {NO_NUMBER}"
    return None


class _Asking:
    """Asks the analyzer about the sources of one config."""

    def __init__(
        self,
        telemetry: Telemetry,
        sources: Sequence[Source],
        answers: dict[tuple[str, str, bool], Answer],
    ) -> None:
        self.telemetry = telemetry
        self.sources = sources
        self.answers = answers
        self._types: ColumnTypes | None = None
        # Why the columns of some tables are not understood.
        self._odd: dict[str, str] = {}

    def about(self, source: Source, asked: Sequence[str], *, is_aggregate: bool) -> list[Answer]:
        """Answer what each of some expressions is, over the rows of a source."""
        known = self.answers
        keys = [(source.clause, sql, is_aggregate) for sql in asked]
        new = [key for key in dict.fromkeys(keys) if key not in known]
        # Those that are well are answered by one statement.
        if len(new) > 1:
            together = self._ask(source, [sql for _, sql, _ in new], is_aggregate=is_aggregate)
            if isinstance(together, list):
                known |= {key: Answer(kind) for key, kind in zip(new, together, strict=True)}
                new = []
        for key in new:
            alone = self._ask(source, [key[1]], is_aggregate=is_aggregate)
            if isinstance(alone, Refusal):
                known[key] = Answer(refusal=alone)
            else:
                known[key] = Answer(alone[0])
        return [known[key] for key in keys]

    def refused(self, refusal: Refusal, source: Source) -> Refusal | str:
        """Say why the query of a source is refused, if BigQuery would refuse it."""
        if refusal.is_ignorance:
            return refusal
        return refused_source(refusal, {name: list(self.telemetry[name]) for name in source.tables})

    def told(self, refusal: Refusal, source: Source, column: str = "") -> str:
        """Say why an expression over the rows of a source is refused, and what may be meant."""
        names = {name: list(self.telemetry[name]) for name in source.tables}
        return told(refusal, source.name, source.clause, names, column)

    def _ask(
        self, source: Source, asked: Sequence[str], *, is_aggregate: bool
    ) -> list[str] | Refusal:
        from dbt_jetstream.review.googlesql.catalog import type_text  # noqa: PLC0415 - an extra
        from dbt_jetstream.review.googlesql.library import Refused  # noqa: PLC0415

        values = ",\n".join(f"{sql}\nas value_{i}" for i, sql in enumerate(asked))
        units, groups = (EXPOSED, f" group by {GROUPS}") if is_aggregate else (ENROLLED, "")
        rows = f"{units} as e inner join {source.clause} as ds on true"
        sql = f"select\n{values}\nfrom {rows}{groups}"
        catalog = self._catalog()
        odd = next((self._odd[table] for table in source.tables if table in self._odd), None)
        if odd:
            return Refusal(odd, is_ignorance=True)
        try:
            return [type_text(kind) for kind in catalog.columns(sql).values()]
        except Refused as refused:
            return refusal_of(str(refused))

    def _catalog(self) -> Any:
        """Let the analyzer know the tables that the config reads, once it is asked anything."""
        if self._types is None:
            self._types = ColumnTypes(self.telemetry)
            texts = [t for s in self.sources for t in _texts(s)]
            named = {word.lower() for text in texts for word in re.findall(r"\w+", text)}
            tables = {table for source in self.sources for table in source.tables}
            for table in sorted(tables):
                try:
                    self._types.read([table], named)
                except TypeMistake as mistake:
                    self._odd[table] = str(mistake)
            self._types.catalog.add_table(ENROLLED, UNITS)
            self._types.catalog.add_table(EXPOSED, EXPOSED_UNITS)
        return self._types.catalog


def _texts(source: Source) -> list[str]:
    """List all SQL of a source, for the names of columns in it."""
    columns = [source.unit_column, *source.other_units, source.date_column]
    own = [source.clause, *columns, source.branch or ""]
    return [*own, *(expression.sql for expression in source.expressions)]
