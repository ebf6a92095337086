"""What helps people to review definitions: what is generated, and what editors know of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dbt_jetstream.common.journal import Changes
from dbt_jetstream.lock.definition.file import FILE, SCHEMA_FILE
from dbt_jetstream.lock.definition.schema import schema
from dbt_jetstream.lock.folder import FOLDERS, SOURCES, definitions

ATTRIBUTES = ".gitattributes"
FIRST_LINE = "# By `jetstream sync`: in a review these files are folded."
# Of the SQL models' folder; tests of units are written by hand.
REVIEWED = (FILE, "unit_tests.yml", ATTRIBUTES)


def review_files(project: Path) -> Changes:
    """Return the files that tell generated files from those to review, and the schema of these."""
    if not any(definitions(project)):
        return {}
    models, python_models = FOLDERS[False]
    own = [f"{name} -linguist-generated" for name in REVIEWED]
    files: Changes = {
        models / ATTRIBUTES: _lines("* linguist-generated", *own),
        python_models / ATTRIBUTES: _lines("* linguist-generated", own[-1]),
        SOURCES / ATTRIBUTES: _lines("* linguist-generated", own[-1]),
    }
    for is_private, (folder, _) in FOLDERS.items():
        if any(private is is_private for _, private, _ in definitions(project)):
            files[folder / SCHEMA_FILE] = schema_text()
    return files


def schema_text() -> str:
    """Return the JSON schema of definitions, for editors."""
    found: dict[str, Any] = schema()
    return json.dumps(found, indent=2) + "\n"


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in (FIRST_LINE, *lines))
