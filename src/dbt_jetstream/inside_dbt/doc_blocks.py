"""Looks for blocks of documentation only where a description has an expression.

Of every description dbt makes a Jinja template to find `doc(...)` in it, those of thousands of
columns, which are plain text.
"""

from __future__ import annotations

from dbt.contracts.graph.manifest import Manifest
from dbt.parser import manifest as parser

_doc_blocks_of_template = parser._get_doc_blocks


def extend() -> None:
    """Look for blocks so; doing it twice changes nothing."""
    parser._get_doc_blocks = _doc_blocks


def _doc_blocks(description: str, manifest: Manifest, node_package: str) -> list[str]:
    """Look for blocks only where there is an expression."""
    if "{{" not in description:
        return []
    return _doc_blocks_of_template(description, manifest, node_package)
