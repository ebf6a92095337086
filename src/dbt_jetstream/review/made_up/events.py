"""The events that expressions ask for, by the values that they compare columns with."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from dbt_jetstream.demo.shapes.literals import python

# A column by its name, with the fields inside of it.
Place = tuple[str, ...]
# What a row must hold for an expression to find it.
Event = dict[Place, Any]
# A condition of many alternatives is looked at in as many ways.
MOST_EVENTS = 8


def events_of(tree: exp.Expr) -> Iterator[Event]:
    """Yield what a row must hold for each condition of an expression to be true."""
    for node in tree.walk():
        is_whole = not isinstance(node.parent, exp.And | exp.Or | exp.Paren | exp.Not)
        if isinstance(node, exp.And | exp.Or | exp.EQ | exp.In) and is_whole:
            for event in itertools.islice(_ways(node), MOST_EVENTS):
                if event:
                    yield event


def _ways(node: exp.Expr) -> Iterator[Event]:
    """Yield ways to make a condition true, as far as they are equations."""
    if isinstance(node, exp.Paren):
        yield from _ways(node.this)
    elif isinstance(node, exp.Or):
        yield from _ways(node.this)
        yield from _ways(node.expression)
    elif isinstance(node, exp.And):
        for left in _ways(node.this):
            for right in _ways(node.expression):
                yield {**left, **right}
    else:
        yield from _equations(node)


def _equations(node: exp.Expr) -> Iterator[Event]:
    asked = place(node.this) if isinstance(node, exp.EQ | exp.In) else None
    options = [node.expression] if isinstance(node, exp.EQ) else node.expressions
    literals = [option for option in options if isinstance(option, exp.Literal)]
    if asked is None or not literals:
        yield {}
    elif asked is not None:
        yield from ({asked: python(literal)} for literal in literals)


def place(node: exp.Expr) -> Place | None:
    """Return the column, and the keys inside of it, that an expression reads."""
    if isinstance(node, exp.Column):
        parts = [part.name.lower() for part in node.parts]
        return tuple(parts[1:] if parts[0] == "ds" and len(parts) > 1 else parts)
    if isinstance(node, exp.JSONExtractScalar):
        inside = place(node.this)
        keys = [key.name for key in node.expression.find_all(exp.JSONPathKey)]
        return (*inside, *keys) if inside and keys else None
    return None
