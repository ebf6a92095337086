"""The shape of telemetry: which columns its rows have, of which types, and random rows of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

TYPES = ("BIGINT", "VARCHAR", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP")
SCALARS: dict[str, list[Any]] = {
    "BIGINT": [0, 1, 1, 2, 3, 5, 40],
    "DOUBLE": [0.0, 0.1, 0.7, 1 / 3, 2.0, 12.3],
    "BOOLEAN": [True, True, True, False, False],
    "VARCHAR": ["some", "other", ""],
    "JSON": ["some", "other", ""],
}


@dataclass(frozen=True)
class Chances:
    """What random values are made from.

    Attributes:
        random: Where the chance comes from.
        days: The days that dates are chosen from.
        nulls: The share of values that are null.
    """

    random: random.Random
    days: Sequence[str]
    nulls: float


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
        """Return a field of a STRUCT."""
        return self.fields.setdefault(name.lower(), Shape())

    def entry(self) -> Shape:
        """Return what stands for each element of an ARRAY."""
        self.element = self.element or Shape()
        return self.element

    def text_at(self, path: list[str]) -> Shape:
        """Return a place in the object that is held as JSON."""
        place = self
        for name in path:
            place = place.texts.setdefault(name, Shape())
        place.ask("VARCHAR")
        return place

    def as_histogram(self) -> Shape:
        """Return the histogram that is held as JSON."""
        if self.histogram is None:
            self.histogram = Shape()
            self.histogram.at("values").entry().at("key").ask("BIGINT", [0, 1, 2, 3])
        return self.histogram

    def ask(self, wanted: str | None, values: list[Any] | None = None, only: bool = False) -> None:
        """Note a type, and values that the place is compared with."""
        if wanted and wanted not in self.types:
            self.types.append(wanted)
        self.values += [value for value in values or [] if value not in self.values]
        self.only_values = self.only_values or only

    def merge(self, other: Shape) -> None:
        """Take over what another expression tells about the place."""
        for kind in other.types:
            self.ask(kind)
        self.ask(None, other.values, other.only_values)
        for mine, theirs in ((self.fields, other.fields), (self.texts, other.texts)):
            for name, place in theirs.items():
                mine.setdefault(name, Shape()).merge(place)
        if other.element is not None:
            self.entry().merge(other.element)
        if other.histogram is not None:
            self.as_histogram().merge(other.histogram)

    def holds_json(self) -> bool:
        """Whether the place holds JSON."""
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

    def value(self, chance: Chances) -> Any:
        """Make a random value, as JSON has it; a JSON text is given as the object."""
        if chance.random.random() < (chance.nulls / 3 if self.fields else chance.nulls):
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


def _list(element: Shape, chance: Chances) -> list[Any]:
    """Make elements; of a map, an entry for most of the keys that are looked up, seldom two."""
    keys = element.fields["key"].values if "key" in element.fields else []
    found = [element.value(chance) for _ in range(chance.random.randrange(3))]
    for key in keys:
        entry = element.value(chance)
        if entry is not None and chance.random.random() < 0.8:
            found.append({**entry, "key": key})
    chance.random.shuffle(found)
    return found


def _scalar(kind: str, place: Shape, chance: Chances) -> Any:
    asked = [value for value in place.values if _fits(value, kind)]
    if asked and (place.only_values or chance.random.random() < 0.7):
        return chance.random.choice(asked)
    if kind == "DATE":
        return chance.random.choice(chance.days)
    if kind == "TIMESTAMP":
        return f"{chance.random.choice(chance.days)} 10:00:00"
    return chance.random.choice(SCALARS[kind])


def _fits(value: Any, kind: str) -> bool:
    of_kind: dict[str, tuple[type, ...]] = {
        "BIGINT": (int,),
        "DOUBLE": (int, float),
        "BOOLEAN": (bool,),
    }
    is_boolean = isinstance(value, bool)
    return isinstance(value, of_kind.get(kind, (str,))) and is_boolean == (kind == "BOOLEAN")


def _histogram(shape: Shape, chance: Chances) -> dict[str, Any]:
    draw = chance.random
    keys = shape.at("values").entry().at("key").values
    found = {str(key): draw.randrange(6) for key in keys if draw.random() < 0.6}
    total = sum(int(key) * count for key, count in found.items())
    return {
        "bucket_count": 10,
        "histogram_type": 0,
        "sum": max(total, 0),
        "range": [1, 10],
        "values": found,
    }
