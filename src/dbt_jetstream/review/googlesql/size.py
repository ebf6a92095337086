"""What a statement comes to once BigQuery has put its CTEs where they are named.

BigQuery plans a CTE anew wherever it is named, and refuses what is too large to plan ("query is
too complex", "too many subqueries"). It publishes no bound; reports of it begin at about a thousand
scans of tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Parts of a resolved statement that say what a node is, and are no nodes themselves.
DESCRIPTIONS = {
    "FunctionRefProto",
    "FunctionSignatureProto",
    "ParseLocationRangeProto",
    "ResolvedColumnProto",
    "ResolvedFunctionCallInfoProto",
    "TableRefProto",
    "TypeProto",
    "ValueWithTypeProto",
}


@dataclass(frozen=True)
class Size:
    """The size of a statement.

    Attributes:
        scans: Scans of tables.
        nodes: Nodes of the resolved statement.
    """

    scans: int = 0
    nodes: int = 0

    def __add__(self, other: Size) -> Size:
        """Add up two parts of a statement."""
        return Size(self.scans + other.scans, self.nodes + other.nodes)


def size(response: Any) -> Size:
    """Measure a statement that a catalog has resolved (`Catalog.analyze`)."""
    return _size(response.resolved_statement, {})


def _size(message: Any, ctes: dict[str, Size]) -> Size:
    name = message.DESCRIPTOR.name
    if name == "ResolvedWithScanProto":
        for entry in message.with_entry_list:
            ctes[entry.with_query_name] = _size(entry.with_subquery, ctes)
        return _size(message.query, ctes)
    if name == "ResolvedWithRefScanProto":
        return Size(0, 1) + ctes[message.with_query_name]
    total = Size(int(name == "ResolvedTableScanProto"), int(_is_node(name)))
    for inner in _inner(message):
        total += _size(inner, ctes)
    return total


def _is_node(name: str) -> bool:
    """Whether a message is a node: not one of several (Any…), nor the fields of a node's base."""
    is_base = name in {"ResolvedScanProto", "ResolvedExprProto"}
    return name.startswith("Resolved") and not is_base and not name.endswith("ColumnProto")


def _inner(message: Any) -> Iterator[Any]:
    for field, value in message.ListFields():
        kind = field.message_type
        if kind is not None and kind.name not in DESCRIPTIONS:
            yield from value if field.is_repeated else [value]
