"""Telemetry for an expression that nobody has a table of: its columns and random rows.

`shape_of` reads a BigQuery expression and notes where it looks (`a.b.c`, the entries of a map, a
JSON text, a histogram), what it compares each place with and which type that takes.
`Shape.open_places` are those whose type nothing tells; a caller gives them one of TYPES until its
database agrees.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

UNIT_ALIAS = "e"
TELEMETRY_ALIAS = "ds"
TYPES = ("BIGINT", "VARCHAR", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
# Metrics of the shopping season begin on 18 November.
FIRST_DAY = dt.date(2024, 11, 13)
NULLS = 0.15
DAYS = [str(FIRST_DAY + dt.timedelta(days=n)) for n in range(9)]
SCALARS: dict[str, list[Any]] = {
    "BIGINT": [0, 1, 1, 2, 3, 5, 40],
    "DOUBLE": [0.0, 0.1, 0.7, 1 / 3, 2.0, 12.3],
    "BOOLEAN": [True, True, True, False, False],
    "DATE": DAYS,
    "TIMESTAMP": [f"{day} 10:00:00" for day in DAYS],
    "VARCHAR": ["some", "other", ""],
    "JSON": ["some", "other", ""],
}

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
Kinds = type[exp.Expr] | tuple[type[exp.Expr], ...]
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


@dataclass
class Shape:
    """What an expression tells about a place in a telemetry row.

    Attributes:
        types: The types it asks for; several where it asks for different ones.
        values: What it compares the place with.
        only_values: Whether any other value could be an error, as of a text cast to a number.
        fields: The fields of a STRUCT.
        element: An element of an ARRAY.
        texts: The fields of the object that the place holds as JSON.
        histogram: The histogram that the place holds as JSON.
    """

    types: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    only_values: bool = False
    fields: dict[str, Shape] = field(default_factory=dict)
    element: Shape | None = None
    texts: dict[str, Shape] = field(default_factory=dict)
    histogram: Shape | None = None

    def at(self, name: str) -> Shape:
        return self.fields.setdefault(name.lower(), Shape())

    def entry(self) -> Shape:
        self.element = self.element or Shape()
        return self.element

    def text_at(self, path: list[str]) -> Shape:
        place = self
        for name in path:
            place = place.texts.setdefault(name, Shape())
        place.ask("VARCHAR")
        return place

    def as_histogram(self) -> Shape:
        if self.histogram is None:
            self.histogram = Shape()
            self.histogram.at("values").entry().at("key").ask("BIGINT", [0, 1, 2, 3])
        return self.histogram

    def ask(self, wanted: str | None, values: list[Any] | None = None, only: bool = False) -> None:
        if wanted and wanted not in self.types:
            self.types.append(wanted)
        self.values += [value for value in values or [] if value not in self.values]
        self.only_values = self.only_values or only

    def holds_json(self) -> bool:
        return bool(self.texts) or self.histogram is not None

    def open_places(self) -> Iterator[Shape]:
        """Yield the places without a type, or with more than one."""
        if self.fields:
            for place in self.fields.values():
                yield from place.open_places()
        elif self.element is not None:
            yield from self.element.open_places()
        elif not self.holds_json() and len(self.types) != 1:
            yield self

    def type(self) -> str:
        """Name the place's type in DuckDB."""
        if self.fields:
            fields = ", ".join(f'"{name}" {place.type()}' for name, place in self.fields.items())
            return f"STRUCT({fields})"
        if self.element is not None:
            return f"{self.element.type()}[]"
        if self.holds_json():
            return "JSON" if "JSON" in self.types else "VARCHAR"
        return self.types[0] if self.types else "BIGINT"

    def value(self, chance: random.Random) -> Any:
        """Make a random value, as JSON has it; a JSON text is given as the object."""
        if chance.random() < (NULLS / 3 if self.fields else NULLS):
            return None
        if self.fields:
            return {name: place.value(chance) for name, place in self.fields.items()}
        if self.element is not None:
            return _list(self.element, chance)
        if self.histogram is not None:
            return _histogram(self.histogram, chance)
        if self.texts:
            return {name: place.value(chance) for name, place in self.texts.items()}
        return _scalar(self.type(), self, chance)


def _list(element: Shape, chance: random.Random) -> list[Any]:
    """Make elements; of a map, an entry for most of the keys that are looked up, seldom two."""
    keys = element.fields["key"].values if "key" in element.fields else []
    found = [element.value(chance) for _ in range(chance.randrange(3))]
    for key in keys:
        entry = element.value(chance)
        if entry is not None and chance.random() < 0.8:
            found.append({**entry, "key": key})
    chance.shuffle(found)
    return found


def _scalar(kind: str, place: Shape, chance: random.Random) -> Any:
    asked = [value for value in place.values if _fits(value, kind)]
    if asked and (place.only_values or chance.random() < 0.7):
        return chance.choice(asked)
    return chance.choice(SCALARS[kind])


def _fits(value: Any, kind: str) -> bool:
    of_kind: dict[str, tuple[type, ...]] = {
        "BIGINT": (int,),
        "DOUBLE": (int, float),
        "BOOLEAN": (bool,),
    }
    is_boolean = isinstance(value, bool)
    return isinstance(value, of_kind.get(kind, (str,))) and is_boolean == (kind == "BOOLEAN")


def _histogram(shape: Shape, chance: random.Random) -> dict[str, Any]:
    keys = shape.at("values").entry().at("key").values
    found = {str(key): chance.randrange(6) for key in keys if chance.random() < 0.6}
    total = sum(int(key) * count for key, count in found.items())
    return {
        "bucket_count": 10,
        "histogram_type": 0,
        "sum": max(total, 0),
        "range": [1, 10],
        "values": found,
    }


def shape_of(tree: exp.Expr, date_column: str, chance: random.Random) -> Shape:
    """Find the columns of an expression over telemetry; `chance` picks among numeric types."""
    row = Shape()
    row.at(date_column).ask("DATE")
    _Reader(row, chance).read(tree, Asked(), [])
    return row


@dataclass
class Asked:
    """What a node's surroundings ask of its value, as the fields of Shape; NUMBER is any number."""

    type: str | None = None
    values: list[Any] = field(default_factory=list)
    only: bool = False


@dataclass
class _Scope:
    """The rows of an UNNEST."""

    alias: str
    element: Shape


class _Reader:
    """Walks an expression from its root and tells each place what is asked of it."""

    def __init__(self, row: Shape, chance: random.Random) -> None:
        self.row = row
        self.chance = chance
        self.readers: list[tuple[Kinds, Callable[[exp.Expr, Asked, list[_Scope]], None]]] = [
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
        self.finders: list[tuple[Kinds, Callable[[exp.Expr, list[_Scope]], Shape | None]]] = [
            (exp.Paren, self._inside),
            (exp.Column, self._column),
            (exp.Dot, self._field),
            (exp.Anonymous, self._call),
            (exp.Bracket, self._bracket),
            ((exp.JSONExtractScalar, exp.JSONExtract), self._json_text),
        ]

    def read(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        place = self.place(node, scopes)
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

    def _read_children(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        for child in node.iter_expressions():
            self.read(child, asked, scopes)

    def _read_select(self, select: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        source = select.args.get("from_")
        unnest = source.this if source is not None else None
        if isinstance(unnest, exp.Unnest):
            place = self.place(unnest.expressions[0], scopes)
            element = place.entry() if place is not None else Shape()
            scopes = [*scopes, _Scope(_unnest_alias(unnest), element)]
        for projection in select.expressions:
            self.read(projection, asked, scopes)
        if select.args.get("where"):
            self.read(select.args["where"], Asked(), scopes)

    def _read_through(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        """Ask of each argument what is asked of the whole, such as of a COALESCE."""
        literals = _literals(node)
        wanted = asked.type or (_type_of(literals[0]) if literals else None)
        self._read_children(node, Asked(wanted, asked.values, asked.only), scopes)

    def _read_comparison(self, node: exp.Expr, _asked: Asked, scopes: list[_Scope]) -> None:
        literals = _literals(node)
        kind = _type_of(literals[0]) if literals else None
        near = [value + step for value in literals for step in (-1, 1) if kind == "NUMBER"]
        self._read_children(node, Asked(kind, [*literals, *near]), scopes)

    def _read_cast(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        """A text that is cast needs to be a number's or boolean's."""
        if node.args["to"].is_type("boolean"):
            asked = Asked(None, ["true", "false"], only=True)
        elif node.args["to"].is_type(*exp.DataType.NUMERIC_TYPES):
            texts = ["0", "1", "2", "30", *[str(value) for value in asked.values]]
            asked = Asked("VARCHAR" if isinstance(node, exp.TryCast) else None, texts, only=True)
        else:
            asked = Asked(None, asked.values)
        self.read(node.this, asked, scopes)

    def _read_if(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        self.read(node.this, Asked("BOOLEAN"), scopes)
        for branch in (node.args["true"], node.args.get("false")):
            if branch is not None:
                self.read(branch, asked, scopes)

    def _read_case(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        subject, otherwise = node.this, node.args.get("default")
        conditions = [branch.this for branch in node.args["ifs"]]
        if subject is not None:
            literals = [_python(condition) for condition in conditions]
            self.read(subject, Asked(_type_of(literals[0]), literals), scopes)
        else:
            for condition in conditions:
                self.read(condition, Asked("BOOLEAN"), scopes)
        for branch in [branch.args["true"] for branch in node.args["ifs"]]:
            self.read(branch, asked, scopes)
        if otherwise is not None:
            self.read(otherwise, asked, scopes)

    def _read_is(self, node: exp.Expr, _asked: Asked, scopes: list[_Scope]) -> None:
        is_boolean = isinstance(node.expression, exp.Boolean)
        self.read(node.this, Asked("BOOLEAN" if is_boolean else None), scopes)

    def _read_size(self, node: exp.Expr, _asked: Asked, scopes: list[_Scope]) -> None:
        listed = self.place(node.this, scopes)
        if listed is not None:
            listed.entry()
        else:
            self._read_children(node, Asked(), scopes)

    def _read_date_text(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        dates = [f"{day}+00:00" for day in [FIRST_DAY, *asked.values]]
        self.read(node.this, Asked("VARCHAR", dates, only=True), scopes)

    def _read_replaced(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        self.read(node.this, Asked("VARCHAR", asked.values, bool(asked.values)), scopes)

    def _read_split(self, node: exp.Expr, _asked: Asked, scopes: list[_Scope]) -> None:
        between = [pattern for pattern in _literals(node) if isinstance(pattern, str)] or [","]
        self.read(node.this, Asked("VARCHAR", [f"1{between[0]}{n}" for n in "234"]), scopes)

    def _read_text(self, node: exp.Expr, asked: Asked, scopes: list[_Scope]) -> None:
        patterns = [pattern for pattern in _literals(node) if isinstance(pattern, str)]
        texts = [value for value in asked.values if isinstance(value, str)]
        texts += [text for pattern in patterns for text in _matching(pattern)]
        self.read(node.this, Asked("VARCHAR", texts), scopes)

    def place(self, node: exp.Expr, scopes: list[_Scope]) -> Shape | None:
        """Find the place that a node names, if it names one."""
        for kinds, finder in self.finders:
            if isinstance(node, kinds):
                return finder(node, scopes)
        return None

    def _inside(self, node: exp.Expr, scopes: list[_Scope]) -> Shape | None:
        return self.place(node.this, scopes)

    def _field(self, node: exp.Expr, scopes: list[_Scope]) -> Shape | None:
        if isinstance(node.expression, exp.Anonymous):
            return self._call(node.expression, scopes)
        inside = self.place(node.this, scopes)
        return None if inside is None else inside.at(node.expression.name)

    def _json_text(self, node: exp.Expr, scopes: list[_Scope]) -> Shape | None:
        inside = self.place(node.this, scopes)
        path = [key.name for key in node.expression.find_all(exp.JSONPathKey)]
        if inside is None:
            return None
        if path:
            return inside.text_at(path)
        inside.ask("JSON")
        return inside

    def _column(self, column: exp.Expr, scopes: list[_Scope]) -> Shape | None:
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

    def _bracket(self, node: exp.Expr, scopes: list[_Scope]) -> Shape | None:
        inside = self.place(node.this, scopes)
        key = node.expressions[0]
        if inside is None:
            return None
        if isinstance(key, exp.Literal) and key.is_string:
            inside.ask("JSON")
            return inside.text_at([key.name])
        return inside.entry()

    def _call(self, call: exp.Expr, scopes: list[_Scope]) -> Shape:
        """Tell a function's arguments what it takes; returns the place of its result."""
        name = call.name.replace("`", "").rpartition(".")[2].lower()
        first = self.place(call.expressions[0], scopes) if call.expressions else None
        first = first or Shape()
        if name == "get_key":
            key = _python(call.expressions[1])
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
            first.entry().at("key").ask("VARCHAR", [_python(call.expressions[1])])
            first.entry().at("value").as_histogram()
        self._read_children(call, Asked(), scopes)
        return Shape()


def _down(place: Shape, path: list[str]) -> Shape:
    for name in path:
        place = place.at(name)
    return place


def _unnest_alias(unnest: exp.Unnest) -> str:
    alias = unnest.args.get("alias")
    if alias is None:
        return ""
    return alias.name or (alias.columns[0].name if alias.columns else "")


def _literals(node: exp.Expr) -> list[Any]:
    children = [
        child.this if isinstance(child, exp.Lower) else child for child in node.iter_expressions()
    ]
    return [
        _python(child)
        for child in children
        if isinstance(child, exp.Literal | exp.RawString | exp.Boolean)
        or (isinstance(child, exp.Neg) and isinstance(child.this, exp.Literal))
    ]


def _python(node: exp.Expr) -> Any:
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Neg):
        return -_python(node.this)
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.this) if "." in node.this else int(node.this)
    return node.name


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, int | float):
        return "NUMBER"
    return "VARCHAR"


def _matching(pattern: str) -> list[str]:
    """Make texts that a LIKE pattern or a simple regular expression matches."""
    plain = [re.sub(r"\\(.)", r"\1", part) for part in pattern.split("|")]
    return [part.replace("%", "").strip("^$") for part in plain]
