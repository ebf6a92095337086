"""The JSON schema of definitions: for editors, made from the classes that they are read as."""

from __future__ import annotations

import inspect
import re
from typing import Any

from dbt_jetstream.lock.definition import definition, measures, sources, windows
from dbt_jetstream.lock.definition.file import adapter

CLASSES = {**vars(measures), **vars(windows), **vars(sources), **vars(definition)}
DRAFT = "https://json-schema.org/draft/2020-12/schema"
# In the docstring of a class: an attribute, and what it is, which may go on in the next lines.
ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n     +.*)*)", re.MULTILINE)


def schema() -> dict[str, Any]:
    """Return the schema, with what each key means."""
    found = adapter().json_schema()
    for name, described in {**found.get("$defs", {}), "Definition": found}.items():
        _describe(described, CLASSES.get(name))
    return {"$schema": DRAFT, **found}


def _describe(described: dict[str, Any], kind: Any) -> None:
    text = inspect.getdoc(kind) or ""
    described["description"] = text.split("\n")[0]
    said = {name: " ".join(words.split()) for name, words in ATTRIBUTE.findall(text)}
    for name, field in described.get("properties", {}).items():
        if name in said:
            field["description"] = said[name]
