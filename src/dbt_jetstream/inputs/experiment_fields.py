"""Fields of a JSON object of Experimenter's, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any, TypeVar

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.checks import shown

T = TypeVar("T")
KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    list: "an array",
    dict: "an object",
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")


class Fields:
    """Reads the fields of a JSON object, and gathers the mistakes in it."""

    def __init__(
        self, raw: dict[str, Any], key: str, errors: list[ConfigError], address: Path | str
    ) -> None:
        self.raw = raw
        self.key = key
        self.errors = errors
        self.address = address

    def refuse(self, name: str, problem: str) -> None:
        """Note a mistake in a field."""
        self.errors.append(ConfigError(self.address, f"{self.key}.{name}", problem))

    def get(self, kind: type[T], name: str, otherwise: T) -> T:
        """Return a field; `otherwise` where it is missing, null or wrong."""
        found = self.maybe(kind, name)
        return otherwise if found is None else found

    def need(self, kind: type[T], name: str) -> T:
        """Return a field; an empty one where it is missing, null or wrong."""
        if self.raw.get(name) is None:
            self.refuse(name, f"`{name}` is missing; it must be {KINDS[kind]}")
        return self.get(kind, name, kind())

    def maybe(self, kind: type[T], name: str) -> T | None:
        """Return a field; None where it is missing, null or wrong."""
        found = self.raw.get(name)
        if found is None:
            return None
        # To Python, true and false are numbers too.
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            self.refuse(name, f"expected {KINDS[kind]}, found {kind_of(found)}")
            return None
        if isinstance(found, str) and not is_unicode(found):
            self.refuse(name, "the text holds half of a character; write it in UTF-8")
            return None
        return found

    def count(self, name: str) -> int | None:
        """Return a number that cannot be negative."""
        found = self.maybe(int, name)
        if found is not None and found < 0:
            self.refuse(name, f"expected 0 or more, found {found}")
        return found

    def date(self, name: str) -> dt.datetime | None:
        """Return a date as midnight UTC; the parser's experiments hold datetimes."""
        found = self.raw.get(name)
        if found is None:
            return None
        try:
            if not DATE.fullmatch(found):
                raise ValueError
            date = dt.datetime.fromisoformat(found).date()
        except (TypeError, ValueError):
            problem = f"expected a date as YYYY-MM-DD, found {shown(repr(found), 40)}"
            self.refuse(name, problem)
            return None
        return dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)

    def moment(self, name: str) -> dt.datetime | None:
        """Return a time, of UTC where it names no zone."""
        found = self.maybe(str, name)
        if found is None:
            return None
        try:
            moment = dt.datetime.fromisoformat(found)
        except ValueError:
            problem = f"expected a time as YYYY-MM-DDTHH:MM:SSZ, found {shown(repr(found), 40)}"
            self.refuse(name, problem)
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)

    def objects(self, name: str, *, is_needed: bool = False) -> list[Fields]:
        """Return the objects in an array; none where it is missing or null."""
        found = self.need(list, name) if is_needed else self.get(list, name, [])
        objects = []
        for i, raw in enumerate(found):
            if isinstance(raw, dict):
                objects.append(Fields(raw, f"{self.key}.{name}[{i}]", self.errors, self.address))
            else:
                self.refuse(f"{name}[{i}]", f"expected an object, found {kind_of(raw)}")
        return objects


def is_unicode(text: str) -> bool:
    """Whether a text can be written; JSON can hold halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kind_of(value: Any) -> str:
    """Show a value from JSON, or say what it is where that would be long."""
    return KINDS[type(value)] if isinstance(value, list | dict) else shown(json.dumps(value), 40)
