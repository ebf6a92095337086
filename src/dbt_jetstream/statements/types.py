"""The types of columns in BigQuery, which Google's analyzer finds model by model.

Needs PyPI's `zetasql` (the extra `types`), and the types of telemetry's columns.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.render import SCHEMA

if TYPE_CHECKING:
    from dbt_jetstream.googlesql.catalog import Catalog

# By a table's name with dots, by column.
Telemetry = Mapping[str, Mapping[str, str]]
FUNCTIONS = Path(__file__).with_name("functions.sql")


def read_types(path: Path) -> Telemetry:
    """Read the types of telemetry's columns: JSON, maybe compressed, of names to types by table.

    Raises:
        ConfigErrors: If it is no such file.
    """
    try:
        content = path.read_bytes()
        found = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except OSError as error:
        raise ConfigErrors([ConfigError(path, "", error.strerror or "cannot be read")]) from error
    except ValueError as error:
        raise ConfigErrors([ConfigError(path, "", f"is no JSON: {error}")]) from error
    if not _is_telemetry(found):
        problem = 'expected {"project.dataset.table": {"column": "TYPE", …}, …}'
        raise ConfigErrors([ConfigError(path, "", problem)])
    return {str(table): columns for table, columns in found.items()}


def _is_telemetry(found: Any) -> bool:
    tables = found.values() if isinstance(found, dict) else [None]
    return all(
        isinstance(columns, dict) and all(isinstance(kind, str) for kind in columns.values())
        for columns in tables
    )


class ColumnTypes:
    """What is known of the columns of telemetry and of the tables that models make.

    Attributes:
        catalog: Google's analyzer, with all tables that are known.
        refused: Why the analyzer refuses a model's query, by the model.
    """

    def __init__(self, telemetry: Telemetry) -> None:
        """Learn the types of telemetry.

        Raises:
            ImportError: If `zetasql` is not installed.
            Refused: If a type is none of BigQuery's.
        """
        from dbt_jetstream.googlesql.catalog import Catalog  # noqa: PLC0415 - an extra

        self.catalog: Catalog = Catalog()
        for name, columns in telemetry.items():
            self.catalog.add_table(name, columns)
        for statement in FUNCTIONS.read_text(encoding="utf-8").split(";"):
            if statement.strip():
                self.catalog.add_function(statement)
        self.refused: dict[str, str] = {}
        self._known: dict[str, dict[str, str]] = {}

    def learn(self, name: str, sql: str, schema: str = SCHEMA) -> None:
        """Find the types of a model's columns from its query, unless the analyzer refuses it."""
        from dbt_jetstream.googlesql.catalog import type_text  # noqa: PLC0415
        from dbt_jetstream.googlesql.library import Refused  # noqa: PLC0415

        try:
            columns = self.catalog.columns(sql)
        except Refused as refused:
            self.refused[name] = str(refused)
            return
        self._known[name] = {column: type_text(kind) for column, kind in columns.items()}
        self.catalog.add_typed_table(f"{schema}.{name}", columns)

    def take(self, name: str, columns: Mapping[str, str], schema: str = SCHEMA) -> None:
        """Take the types of a table's columns as given."""
        self._known[name] = dict(columns)
        self.catalog.add_table(f"{schema}.{name}", columns)

    def of(self, name: str) -> dict[str, str]:
        """Return the types of a table's columns that are known, by the columns' names."""
        return self._known.get(name, {})
