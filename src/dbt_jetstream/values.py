"""Finds values in a hub's files that are of another type than metric-config-parser expects.

The parser takes some for what they look like (`skip = "false"` for true) and stumbles over others,
far from where they stand. What each key may hold is read off its own classes.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import types
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import cache, partial
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import attr
from metric_config_parser.data_source import DataSourceReference
from metric_config_parser.metric import MetricReference
from metric_config_parser.segment import SegmentDataSourceReference, SegmentReference

from dbt_jetstream.errors import ConfigError, shown
from dbt_jetstream.keys import LABELS, METRIC, PERIODS, Table, at, dotted, kind_of

REFERENCES = (DataSourceReference, MetricReference, SegmentDataSourceReference, SegmentReference)
DATES = ("start_date", "end_date")


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_list_of_treatments(value: Any) -> bool:
    items = value if isinstance(value, list) else [None]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return all(isinstance(name, str) for name in names)


def _is_table_of(kind: type, value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, kind) for item in value.values())


# What a value can be, in words, and the test for it.
SHAPES: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "true or false": lambda value: isinstance(value, bool),
    "a whole number": lambda value: _is_number(value) and value == int(value),
    "a number": _is_number,
    "a list of texts": _is_list_of_texts,
    "a list": lambda value: isinstance(value, list),
    "a table": lambda value: isinstance(value, dict),
    "a table of texts": partial(_is_table_of, str),
    "tables with names": partial(_is_table_of, dict),
    "a list of names and of tables with a `name`": _is_list_of_treatments,
}


# What each key can hold.
Shapes = Mapping[str, tuple[str, ...]]
STATISTIC = f"{METRIC}.statistics.<name>"
STATISTIC_SHAPES: Shapes = {
    "confidence_interval": ("a number",),
    "denominator": ("text",),
    "drop_highest": ("a number",),
    "grid_size": ("a whole number",),
    "log_space": ("true or false",),
    "num_samples": ("a whole number",),
    "numerator": ("text",),
    "pre_treatments": ("a list of names and of tables with a `name`",),
    "threshold": ("a number",),
}


def odd_values(path: Path, found: dict[str, Any], shown_path: Path | str) -> list[ConfigError]:
    """List every value of a file that is of the wrong type, where it stands.

    Args:
        path: The file; its place in the hub says what it may hold.
        found: Its content, as `tomllib` reads it.
        shown_path: What the errors call the file.
    """
    kind = kind_of(path)
    problems = [*_odd_in(_shapes(kind.root.spec), "", found)]
    for table in kind.tables:
        for key, value in at(table.place.split("."), found):
            problems += _odd_at(table, key, value)
    for key, value in at(STATISTIC.split("."), found):
        if isinstance(value, dict):
            problems += _odd_in(STATISTIC_SHAPES, key, value)
    return [
        ConfigError(shown_path, key, f"expected {' or '.join(expected)}, found {_words(value)}")
        for key, value, expected in problems
    ]


# A key, its value, and what is expected instead.
Odd = tuple[str, Any, tuple[str, ...]]


def _odd_at(table: Table, key: str, value: Any) -> Iterator[Odd]:
    name = key.rpartition(".")[2]
    if table.place == METRIC and name in table.taken:
        expected = "a list of texts" if name in LABELS else "a list"
        if not SHAPES[expected](value):
            yield key, value, (expected,)
    elif name in table.taken:
        return
    elif not isinstance(value, dict):
        yield key, value, ("a table",)
    else:
        folded = {k.lower() if table.folds_case else k: inner for k, inner in value.items()}
        yield from _odd_in(_shapes(table.spec), key, folded)


def _odd_in(shapes: Shapes, before: str, value: dict[str, Any]) -> Iterator[Odd]:
    for name, inner in value.items():
        expected = shapes.get(name, ())
        is_date = name in DATES and type(inner) is dt.date
        if expected and not is_date and not any(SHAPES[words](inner) for words in expected):
            yield dotted(before, name), inner, expected


def _words(value: Any) -> str:
    """Show a value, or say what it is where that would be long."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    # As TOML has it: in quotes, "false" is a text.
    return f"`{shown(json.dumps(value, ensure_ascii=False, default=str), 40)}`"


@cache
def _shapes(spec: type) -> Shapes:
    """Tell what each key of the parser's class may hold; nothing for what may hold anything."""
    if not attr.has(spec):
        return {}
    attr.resolve_types(spec)
    found = {field.name: _shape(field.type) for field in attr.fields(spec)}
    return {PERIODS.get(name, name): words for name, words in found.items() if words}


def _shape(annotation: Any) -> tuple[str, ...]:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not types.NoneType]
        return tuple(dict.fromkeys(words for part in parts for words in _shape(part)))
    if origin is list:
        (item,) = get_args(annotation)
        return ("a list of texts",) if _shape(item) == ("text",) else ("a list",)
    if origin is dict:
        _, item = get_args(annotation)
        words = {str: "a table of texts", dict: "tables with names"}
        return (words.get(get_origin(item) or item, "a table"),)
    return _plain_shape(annotation)


def _plain_shape(annotation: Any) -> tuple[str, ...]:
    known = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
    if annotation in known:
        return (known[annotation],)
    if annotation is Callable or annotation in REFERENCES:
        return ("text",)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ("text",)
    is_table = isinstance(annotation, type) and attr.has(annotation)
    return ("a table",) if is_table else ()
