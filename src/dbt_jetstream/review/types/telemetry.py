"""The types of telemetry's columns, as a file says them.

The file is JSON, and may be compressed: `{"project.dataset.table": {"column": "TYPE", …}, …}`, the
types as BigQuery writes them. `jetstream columns --write` makes it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.exports.places import export_text

# By a table's name with dots, by column.
Telemetry = Mapping[str, Mapping[str, str]]
# Beside the files of a hub.
FILE = "columns.json"


def read_types(path: Path) -> Telemetry:
    """Read the types of telemetry's columns: JSON, maybe compressed, of names to types by table.

    Raises:
        ConfigErrors: If it is no such file.
    """
    try:
        content = path.read_bytes()
        found = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except (EOFError, zlib.error) as error:
        raise ConfigErrors([ConfigError(path, "", "is cut off, or no gzip file")]) from error
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


def write_types(path: Path, types: Telemetry) -> None:
    """Write the types of telemetry's columns, by the names of tables and in the columns' order.

    Raises:
        ConfigErrors: If the file cannot be written.
    """
    tables = {table: dict(types[table]) for table in sorted(types)}
    try:
        export_text(str(path), json.dumps(tables, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise ConfigErrors(
            [ConfigError(path, "", error.strerror or "cannot be written")]
        ) from error
