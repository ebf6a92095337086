"""The columns that dbt's sources declare with their types, where a project has such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.review.types.telemetry import Telemetry

# Locks are long, and declare no sources with types.
SOURCES = re.compile(r"""^["']?sources["']?\s*:""", re.MULTILINE)
DECLARING = "data_type"


def declared_columns(project: Path, tables: Iterable[Table]) -> Telemetry:
    """Find the columns of tables that sources of the project declare with `data_type`.

    A table counts where each of its listed columns has a type: a list of some would make the
    others missing. A source whose database is an expression of Jinja's is any project's.
    """
    declared = dict(_declared(project))
    found = {}
    for table in tables:
        for name in (table.dotted, f"{table.dataset}.{table.name}"):
            if name in declared:
                found[table.dotted] = declared[name]
                break
    return found


def _declared(project: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for path in sorted((project / "models").rglob("*.y*ml")):
        text = path.read_text(encoding="utf-8")
        if DECLARING in text and SOURCES.search(text):
            # dbt says what is wrong with a file.
            with suppress(yaml.YAMLError, AttributeError, KeyError, TypeError):
                yield from list(_of_file(text))


def _of_file(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    document = yaml.load(text, yaml.CSafeLoader)
    for source in document["sources"]:
        dataset = source.get("schema") or source["name"]
        database = source.get("database") or ""
        project = "" if "{{" in database else database
        for table in source.get("tables") or ():
            columns = _typed(table.get("columns") or ())
            if columns:
                parts = (project, dataset, table.get("identifier") or table["name"])
                yield ".".join(part for part in parts if part), columns


def _typed(columns: Iterable[dict[str, Any]]) -> dict[str, str]:
    found = {column["name"]: column.get("data_type") for column in columns}
    return {n: str(kind) for n, kind in found.items()} if all(found.values()) else {}
