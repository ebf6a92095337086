"""The types of columns in BigQuery, which Google's analyzer finds model by model.

Needs PyPI's `zetasql` (the extra `types`), and the types of telemetry's columns.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_jetstream.review.render import PROJECT, SCHEMA
from dbt_jetstream.review.types.telemetry import Telemetry

if TYPE_CHECKING:
    from dbt_jetstream.review.googlesql.catalog import Catalog

FUNCTIONS = Path(__file__).with_name("functions.sql")
LOGS = (
    "source",
    "experiment",
    "metric",
    "statistic",
    "analysis_basis",
    "segment",
    "analysis_period",
    "message",
    "log_level",
    "exception",
    "filename",
    "func_name",
    "exception_type",
)
REGISTRY = ("experiment", "state", "exception_type", "message")
# What a run writes by itself beside the models, by the name in a dataset.
OTHERS = {
    "logs": {"timestamp": "TIMESTAMP", **dict.fromkeys(LOGS, "STRING")},
    "registry": dict.fromkeys(REGISTRY, "STRING"),
    "settled_experiments": {
        "experiment": "STRING",
        "inputs": "STRING",
        "first_day": "DATE",
        "last_day": "DATE",
    },
    "published_experiments": {
        "experiment": "STRING",
        "results": "STRING",
        "problems": "STRING",
        "published_at": "TIMESTAMP",
    },
}
TABLES = {"table_name": "STRING"}


class TypeMistake(ValueError):
    """A type of telemetry that is none of BigQuery's."""


class ColumnTypes:
    """What is known of the columns of telemetry and of the tables that models make.

    Attributes:
        catalog: Google's analyzer, with all tables that are known.
        learned: The experiments of which a build has been seen.
    """

    def __init__(self, telemetry: Telemetry) -> None:
        """Load the analyzer.

        Raises:
            ImportError: If `zetasql` is not installed.
        """
        self.catalog = _functions().copy()
        self._unread = dict(telemetry)
        self._known: dict[str, dict[str, str]] = {}
        self._datasets: set[str] = set()
        self.learned: set[str] = set()

    def read(self, tables: Iterable[str], named: Iterable[str]) -> None:
        """Let the tables of telemetry be known that an experiment reads.

        Args:
            tables: Their names with dots.
            named: The words of its SQL, in lower case. Columns and fields of other names are left
                out: some tables have ten thousand, and the analyzer takes seconds for them.

        Raises:
            TypeMistake: If a type is none of BigQuery's.
        """
        named = {*named, *_words_of_functions()}
        for name in tables:
            columns = self._unread.get(name, {})
            known = {c: self._type(name, c, k) for c, k in columns.items() if c.lower() in named}
            for kind in known.values():
                _prune(kind, named)
            if columns:
                self.catalog.add_typed_table(name, known)

    def _type(self, table: str, column: str, text: str) -> Any:
        from dbt_jetstream.review.googlesql.library import Refused  # noqa: PLC0415

        try:
            return self.catalog.type(text)
        except Refused as refused:
            message = f"{table}.{column}: {text} is no type of BigQuery: {refused}"
            raise TypeMistake(message) from refused

    def know(self, dataset: str) -> None:
        """Let there be what runs write by themselves into a dataset."""
        if dataset not in self._datasets:
            self._datasets.add(dataset)
            schema = f"{PROJECT}.{dataset}.INFORMATION_SCHEMA"
            self.catalog.add_table(f"{schema}.TABLES", TABLES)
            self.catalog.add_table(f"{schema}.COLUMNS", {**TABLES, "column_name": "STRING"})
            for name, columns in OTHERS.items():
                self.catalog.add_table(f"{dataset}.{name}", columns)

    def learn(self, name: str, create: str, schema: str = SCHEMA) -> str | None:
        """Find the types of a table's columns from the statement that creates it.

        Returns:
            Why the analyzer refuses the statement; None where it does not.
        """
        from dbt_jetstream.review.googlesql.catalog import columns_of, type_text  # noqa: PLC0415
        from dbt_jetstream.review.googlesql.library import Refused  # noqa: PLC0415

        try:
            response = self.analyze(name, create)
        except Refused as refused:
            return str(refused)
        columns = columns_of(response)
        self._known[name] = {column: type_text(kind) for column, kind in columns.items()}
        self.catalog.add_typed_table(f"{schema}.{name}", columns)
        return None

    def analyze(self, _name: str, sql: str) -> Any:
        """Resolve a statement, and the table that it makes, if any; see `Catalog.analyze`."""
        return self.catalog.analyze(sql)

    def refusal(self, sql: str) -> str | None:
        """Return why the analyzer refuses a statement; None where it does not."""
        from dbt_jetstream.review.googlesql.library import Refused  # noqa: PLC0415

        try:
            self.analyze("", sql)
        except Refused as refused:
            return str(refused)
        return None

    def take(self, name: str, columns: Mapping[str, str], schema: str = SCHEMA) -> None:
        """Take the types of a table's columns as given."""
        self._known[name] = dict(columns)
        self.catalog.add_table(f"{schema}.{name}", columns)

    def of(self, name: str) -> dict[str, str]:
        """Return the types of a table's columns that are known, by the columns' names."""
        return self._known.get(name, {})


@cache
def _words_of_functions() -> frozenset[str]:
    """The names of fields that the functions read, among other words."""
    text = FUNCTIONS.read_text(encoding="utf-8")
    return frozenset(word.lower() for word in re.findall(r"\w+", text))


@cache
def _functions() -> Catalog:
    """Read the functions that Mozilla has in BigQuery, once for a process."""
    from dbt_jetstream.review.googlesql.catalog import Catalog  # noqa: PLC0415 - an extra

    catalog = Catalog()
    for statement in FUNCTIONS.read_text(encoding="utf-8").split(";"):
        if statement.strip():
            catalog.add_function(statement)
    return catalog


def _prune(kind: Any, named: Container[str]) -> None:
    """Take fields out of a type that nothing names; one is left in each struct."""
    if kind.HasField("array_type"):
        _prune(kind.array_type.element_type, named)
    if kind.HasField("struct_type"):
        fields = [field for field in kind.struct_type.field if field.field_name.lower() in named]
        for field in fields:
            _prune(field.field_type, named)
        kept = fields or list(kind.struct_type.field)[:1]
        copies = [type(field).FromString(field.SerializeToString()) for field in kept]
        del kind.struct_type.field[:]
        kind.struct_type.field.extend(copies)
