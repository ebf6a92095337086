"""Finds where in a telemetry row an expression looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from dbt_jetstream.demo.shapes.shape import Shape

UNIT_ALIAS = "e"
TELEMETRY_ALIAS = "ds"
Kinds = type[exp.Expr] | tuple[type[exp.Expr], ...]


@dataclass
class Scope:
    """The rows of an UNNEST."""

    alias: str
    element: Shape


Finder = Callable[[exp.Expr, list[Scope]], Shape | None]


class Places:
    """Finds the place in a row that a node names."""

    def __init__(self, row: Shape, call: Finder) -> None:
        """Search in a row; `call` finds the place of a function's result."""
        self.row = row
        self.call = call
        self.finders: list[tuple[Kinds, Finder]] = [
            (exp.Paren, self._inside),
            (exp.Column, self._column),
            (exp.Dot, self._field),
            (exp.Anonymous, call),
            (exp.Bracket, self._bracket),
            ((exp.JSONExtractScalar, exp.JSONExtract), self._json_text),
        ]

    def find(self, node: exp.Expr, scopes: list[Scope]) -> Shape | None:
        """Find the place that a node names, if it names one."""
        for kinds, finder in self.finders:
            if isinstance(node, kinds):
                return finder(node, scopes)
        return None

    def _inside(self, node: exp.Expr, scopes: list[Scope]) -> Shape | None:
        return self.find(node.this, scopes)

    def _field(self, node: exp.Expr, scopes: list[Scope]) -> Shape | None:
        if isinstance(node.expression, exp.Anonymous):
            return self.call(node.expression, scopes)
        inside = self.find(node.this, scopes)
        return None if inside is None else inside.at(node.expression.name)

    def _json_text(self, node: exp.Expr, scopes: list[Scope]) -> Shape | None:
        inside = self.find(node.this, scopes)
        path = [key.name for key in node.expression.find_all(exp.JSONPathKey)]
        if inside is None:
            return None
        if path:
            return inside.text_at(path)
        inside.ask("JSON")
        return inside

    def _column(self, column: exp.Expr, scopes: list[Scope]) -> Shape | None:
        if isinstance(column.this, exp.Star):
            return None
        path = [part.name for part in column.parts] if isinstance(column, exp.Column) else []
        for scope in reversed(scopes):
            if path[0] == scope.alias:
                return _down(scope.element, path[1:])
        if path[0] == UNIT_ALIAS and len(path) > 1:
            return None
        if path[0] == TELEMETRY_ALIAS and len(path) > 1:
            return _down(self.row, path[1:])
        return _down(scopes[-1].element if scopes else self.row, path)

    def _bracket(self, node: exp.Expr, scopes: list[Scope]) -> Shape | None:
        inside = self.find(node.this, scopes)
        key = node.expressions[0]
        if inside is None:
            return None
        if isinstance(key, exp.Literal) and key.is_string:
            inside.ask("JSON")
            return inside.text_at([key.name])
        return inside.entry()


def _down(place: Shape, path: list[str]) -> Shape:
    for name in path:
        place = place.at(name)
    return place
