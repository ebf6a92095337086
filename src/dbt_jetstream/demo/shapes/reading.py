"""Reads in an expression which places of a row it looks at, and what it asks of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from dbt_jetstream.demo.shapes.literals import literals_of, matching, python, type_of, unnest_alias
from dbt_jetstream.demo.shapes.places import Kinds, Places, Scope
from dbt_jetstream.demo.shapes.shape import Shape

A_DAY = "2024-11-13"
HISTOGRAM_CALLS = {"extract", "json_extract_histogram"}
HISTOGRAM_NUMBERS = {
    "threshold_count",
    "histogram_to_threshold_count",
    "histogram_max_key_with_nonzero_value",
}
BOOLEAN_CONTEXTS = (exp.And, exp.Or, exp.Not, exp.LogicalOr, exp.LogicalAnd, exp.CountIf, exp.Where)
NUMBER_CONTEXTS = (exp.Sum, exp.Avg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Round)
TEXT_CONTEXTS = (
    exp.Like,
    exp.RegexpLike,
    exp.StartsWith,
    exp.EndsWith,
    exp.Contains,
    exp.Lower,
)
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
TRANSPARENT = (
    exp.Paren,
    exp.Coalesce,
    exp.Nullif,
    exp.Max,
    exp.Min,
    exp.IgnoreNulls,
    exp.ArrayAgg,
    exp.Subquery,
)


def shape_of(tree: exp.Expr, date_column: str, chance: random.Random) -> Shape:
    """Find the columns of an expression over telemetry; `chance` picks among numeric types."""
    row = Shape()
    row.at(date_column).ask("DATE")
    add_expression(row, tree, chance)
    return row


def add_expression(
    row: Shape, tree: exp.Expr, chance: random.Random, asked: str | None = None
) -> None:
    """Add to a row what an expression looks at, and what is asked of its own value."""
    _Reader(row, chance).read(tree, Asked(asked), [])


@dataclass
class Asked:
    """What a node's surroundings ask of its value, as the fields of Shape; NUMBER is any number."""

    type: str | None = None
    values: list[Any] = field(default_factory=list)
    only: bool = False


class _Reader:
    """Walks an expression from its root and tells each place what is asked of it."""

    def __init__(self, row: Shape, chance: random.Random) -> None:
        self.places = Places(row, self._call)
        self.chance = chance
        self.readers: list[tuple[Kinds, Callable[[exp.Expr, Asked, list[Scope]], None]]] = [
            (exp.Select, self._read_select),
            (TRANSPARENT, self._read_through),
            (COMPARISONS, self._read_comparison),
            (exp.Cast, self._read_cast),
            (exp.If, self._read_if),
            (exp.Case, self._read_case),
            (exp.Is, self._read_is),
            (exp.ArraySize, self._read_size),
            (exp.ParseDatetime, self._read_date_text),
            (exp.Replace, self._read_replaced),
            (exp.Split, self._read_split),
            (TEXT_CONTEXTS, self._read_text),
        ]

    def read(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        place = self.places.find(node, scopes)
        if place is not None:
            place.ask(
                self._number(place) if asked.type == "NUMBER" else asked.type,
                asked.values,
                asked.only,
            )
            return
        for kinds, reader in self.readers:
            if isinstance(node, kinds):
                reader(node, asked, scopes)
                return
        self._read_children(node, self._asks_of_children(node), scopes)

    @staticmethod
    def _asks_of_children(node: exp.Expr) -> Asked:
        if isinstance(node, BOOLEAN_CONTEXTS):
            return Asked("BOOLEAN")
        if isinstance(node, NUMBER_CONTEXTS):
            return Asked("NUMBER")
        if isinstance(node, exp.BitwiseAnd):
            return Asked("BIGINT", [0, 1, 2, 3, 8, 64, 255])
        return Asked()

    def _number(self, place: Shape) -> str:
        """Choose between the numeric types, once for a place."""
        known = [kind for kind in place.types if kind in {"BIGINT", "DOUBLE"}]
        return known[0] if known else self.chance.choice(["BIGINT", "BIGINT", "DOUBLE"])

    def _read_children(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        for child in node.iter_expressions():
            self.read(child, asked, scopes)

    def _read_select(self, select: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        source = select.args.get("from_")
        unnest = source.this if source is not None else None
        if isinstance(unnest, exp.Unnest):
            place = self.places.find(unnest.expressions[0], scopes)
            element = place.entry() if place is not None else Shape()
            scopes = [*scopes, Scope(unnest_alias(unnest), element)]
        for projection in select.expressions:
            self.read(projection, asked, scopes)
        if select.args.get("where"):
            self.read(select.args["where"], Asked(), scopes)

    def _read_through(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        """Ask of each argument what is asked of the whole, such as of a COALESCE."""
        literals = literals_of(node)
        wanted = asked.type or (type_of(literals[0]) if literals else None)
        self._read_children(node, Asked(wanted, asked.values, asked.only), scopes)

    def _read_comparison(self, node: exp.Expr, _asked: Asked, scopes: list[Scope]) -> None:
        literals = literals_of(node)
        kind = type_of(literals[0]) if literals else None
        near = [value + step for value in literals for step in (-1, 1) if kind == "NUMBER"]
        self._read_children(node, Asked(kind, [*literals, *near]), scopes)

    def _read_cast(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        """A text that is cast needs to be a number's or boolean's."""
        if node.args["to"].is_type("boolean"):
            asked = Asked(None, ["true", "false"], only=True)
        elif node.args["to"].is_type(*exp.DataType.NUMERIC_TYPES):
            texts = ["0", "1", "2", "30", *[str(value) for value in asked.values]]
            asked = Asked("VARCHAR" if isinstance(node, exp.TryCast) else None, texts, only=True)
        else:
            asked = Asked(None, asked.values)
        self.read(node.this, asked, scopes)

    def _read_if(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        self.read(node.this, Asked("BOOLEAN"), scopes)
        for branch in (node.args["true"], node.args.get("false")):
            if branch is not None:
                self.read(branch, asked, scopes)

    def _read_case(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        subject, otherwise = node.this, node.args.get("default")
        conditions = [branch.this for branch in node.args["ifs"]]
        if subject is not None:
            literals = [python(condition) for condition in conditions]
            self.read(subject, Asked(type_of(literals[0]), literals), scopes)
        else:
            for condition in conditions:
                self.read(condition, Asked("BOOLEAN"), scopes)
        for branch in [branch.args["true"] for branch in node.args["ifs"]]:
            self.read(branch, asked, scopes)
        if otherwise is not None:
            self.read(otherwise, asked, scopes)

    def _read_is(self, node: exp.Expr, _asked: Asked, scopes: list[Scope]) -> None:
        is_boolean = isinstance(node.expression, exp.Boolean)
        self.read(node.this, Asked("BOOLEAN" if is_boolean else None), scopes)

    def _read_size(self, node: exp.Expr, _asked: Asked, scopes: list[Scope]) -> None:
        listed = self.places.find(node.this, scopes)
        if listed is not None:
            listed.entry()
        else:
            self._read_children(node, Asked(), scopes)

    def _read_date_text(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        dates = [f"{day}+00:00" for day in [A_DAY, *asked.values]]
        self.read(node.this, Asked("VARCHAR", dates, only=True), scopes)

    def _read_replaced(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        self.read(node.this, Asked("VARCHAR", asked.values, bool(asked.values)), scopes)

    def _read_split(self, node: exp.Expr, _asked: Asked, scopes: list[Scope]) -> None:
        between = [pattern for pattern in literals_of(node) if isinstance(pattern, str)] or [","]
        self.read(node.this, Asked("VARCHAR", [f"1{between[0]}{n}" for n in "234"]), scopes)

    def _read_text(self, node: exp.Expr, asked: Asked, scopes: list[Scope]) -> None:
        patterns = [pattern for pattern in literals_of(node) if isinstance(pattern, str)]
        texts = [value for value in asked.values if isinstance(value, str)]
        texts += [text for pattern in patterns for text in matching(pattern)]
        self.read(node.this, Asked("VARCHAR", texts), scopes)

    def _call(self, call: exp.Expr, scopes: list[Scope]) -> Shape:
        """Tell a function's arguments what it takes; returns the place of its result."""
        name = call.name.replace("`", "").rpartition(".")[2].lower()
        first = self.places.find(call.expressions[0], scopes) if call.expressions else None
        first = first or Shape()
        if name == "get_key":
            key = python(call.expressions[1])
            first.entry().at("key").ask("VARCHAR" if isinstance(key, str) else "BIGINT", [key])
            return first.entry().at("value")
        if name in HISTOGRAM_CALLS:
            return first.as_histogram()
        if name in HISTOGRAM_NUMBERS:
            first.as_histogram()
        elif name == "extract_keyed_scalar_sum":
            first.entry().at("key").ask("VARCHAR")
            first.entry().at("value").ask("BIGINT")
        elif name == "keyed_histogram_get_sum":
            first.entry().at("key").ask("VARCHAR", [python(call.expressions[1])])
            first.entry().at("value").as_histogram()
        self._read_children(call, Asked(), scopes)
        return Shape()
