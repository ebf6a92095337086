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
from functools import cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import attr
from metric_config_parser import AnalysisUnit
from metric_config_parser.data_source import DataSourceReference
from metric_config_parser.experiment import EnrollmentsQueryType
from metric_config_parser.exposure_signal import AnalysisWindow, WindowLimit
from metric_config_parser.metric import MetricReference
from metric_config_parser.segment import SegmentDataSourceReference, SegmentReference
from metric_config_parser.util import parse_date

from dbt_jetstream.common.errors import ConfigError, shown
from dbt_jetstream.inputs.hub.key_tables import LABELS, METRIC, PERIODS, Table, kind_of
from dbt_jetstream.inputs.hub.unknown_keys import at, dotted

REFERENCES = (DataSourceReference, MetricReference, SegmentDataSourceReference, SegmentReference)
# Of an empty text, or zero, the parser takes what Experimenter says.
BRANCH = "the slug of a branch"
DAYS = "a whole number above 0"
DATE = "a date that there is, as `2026-03-02`"


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_list_of_treatments(value: Any) -> bool:
    items = value if isinstance(value, list) else [None]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return all(isinstance(name, str) for name in names)


def _is_table_of_texts(value: Any) -> bool:
    return isinstance(value, dict) and _is_list_of_texts([*value.values()])


def _is_date(value: Any) -> bool:
    if isinstance(value, str):
        try:
            parse_date(value)
        except ValueError:
            return False
        return True
    return type(value) is dt.date


def _one_of(kind: type[Enum]) -> str:
    """Say which texts a value may be, and have that understood as a shape."""
    known = [member.value for member in kind]
    words = f"one of {', '.join(f'`{name}`' for name in known)}"
    SHAPES.setdefault(words, lambda value: value in known if isinstance(value, str) else False)
    return words


def _some_of(kind: type[Enum]) -> str:
    one = SHAPES[_one_of(kind)]
    words = f"a list with any of {', '.join(f'`{member.value}`' for member in kind)}"
    SHAPES.setdefault(words, lambda value: isinstance(value, list) and all(map(one, value)))
    return words


# What a value can be, in words, and the test for it.
SHAPES: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    DATE: _is_date,
    BRANCH: lambda value: isinstance(value, str) and bool(value.strip()),
    DAYS: lambda value: _is_number(value) and value == int(value) > 0,
    "true or false": lambda value: isinstance(value, bool),
    "a whole number": lambda value: _is_number(value) and value == int(value),
    "a number": _is_number,
    "a list of texts": _is_list_of_texts,
    "a list": lambda value: isinstance(value, list),
    "a table": lambda value: isinstance(value, dict),
    "a table of texts": _is_table_of_texts,
    "a list of names and of tables with a `name`": _is_list_of_treatments,
}


# What each key can hold.
Shapes = Mapping[str, tuple[str, ...]]
# What the parser takes any text or number for, and stumbles over later, or without the key.
NARROWER: Mapping[str, tuple[str, ...]] = {
    "enrollment_period": (DAYS,),
    "reference_branch": (BRANCH,),
    "start_date": (DATE,),
    "end_date": (DATE,),
    "analysis_unit": (_one_of(AnalysisUnit),),
    "enrollments_query_type": (_one_of(EnrollmentsQueryType),),
}
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
        else:
            problems.append((key, value, ("a table",)))
    return [ConfigError(shown_path, key, _problem(key, *odd)) for key, *odd in problems]


def _problem(key: str, value: Any, expected: tuple[str, ...]) -> str:
    if value and isinstance(value, list) and all(isinstance(item, dict) for item in value):
        # TOML has lists of tables, and nothing here is one.
        once = "" if len(value) == 1 else f", which stands {len(value)} times"
        if expected == ("a table",):
            return f"expected a table, found a list of tables; write [{key}] for [[{key}]]{once}"
    return f"expected {' or '.join(expected)}, found {_words(value, expected)}"


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
        if expected and not any(SHAPES[words](inner) for words in expected):
            yield dotted(before, name), inner, expected


def _words(value: Any, expected: tuple[str, ...] = ()) -> str:
    """Show a value, or say what it is where that would be long."""
    if isinstance(value, list) and any(words.startswith("a list") for words in expected):
        other = next((item for item in value if not isinstance(item, str)), None)
        return _shown(value) if other is None else f"a list with {_words(other)} in it"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    return _shown(value)


def _shown(value: Any) -> str:
    # As TOML has it: in quotes, "false" is a text.
    return f"`{shown(json.dumps(value, ensure_ascii=False, default=str), 40)}`"


@cache
def _shapes(spec: type) -> Shapes:
    """Tell what each key of the parser's class may hold; nothing for what may hold anything."""
    if not attr.has(spec):
        return {}
    attr.resolve_types(spec)
    found = {field.name: _shape(field.type) for field in attr.fields(spec)}
    found |= {name: words for name, words in NARROWER.items() if name in found}
    return {PERIODS.get(name, name): words for name, words in found.items() if words}


def _shape(annotation: Any) -> tuple[str, ...]:
    if annotation == WindowLimit:
        return ("a whole number", _one_of(AnalysisWindow))
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not types.NoneType]
        return tuple(dict.fromkeys(words for part in parts for words in _shape(part)))
    if origin is list:
        (item,) = get_args(annotation)
        if isinstance(item, type) and issubclass(item, Enum):
            return (_some_of(item),)
        return ("a list of texts",) if _shape(item) == ("text",) else ("a list",)
    if origin is dict:
        _, item = get_args(annotation)
        return ("a table of texts" if item is str else "a table",)
    return _plain_shape(annotation)


def _plain_shape(annotation: Any) -> tuple[str, ...]:
    known = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
    if annotation in known:
        return (known[annotation],)
    if annotation is Callable or annotation in REFERENCES:
        return ("text",)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return (_one_of(annotation),)
    is_table = isinstance(annotation, type) and attr.has(annotation)
    return ("a table",) if is_table else ()
