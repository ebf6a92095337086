"""Finds keys in a hub's files that metric-config-parser ignores, and says where they belong.

What a table may hold is read off the parser's own classes, so that it follows their versions.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.hub.key_tables import (
    DEFAULT,
    EXPERIMENT,
    FOLDED,
    KINDS,
    LABELS,
    METRIC,
    NAME,
    PERIODS,
    SHADOWED,
    Kind,
    Table,
    _top,
    kind_of,
)


@dataclass(frozen=True)
class Unknown:
    """A key that has no effect where it stands."""

    key: str
    value: Any
    table: Table
    kind: Kind


# Keys that people write for another one which no comparison of letters would find.
RENAMED = {
    ("experiment", "enrollment_end_date"): "enrollment_period",
    (METRIC, "exposure_basis"): "analysis_bases",
    (METRIC, "pre_treatments"): f"statistics.{NAME}.pre_treatments",
    (METRIC, "pre_treatment"): f"statistics.{NAME}.pre_treatments",
}


def unknown_keys(
    path: Path, found: dict[str, Any], shown: Path | str | None = None
) -> list[ConfigError]:
    """List every key of a file that has no effect, or stops the parser, where it stands.

    Names that files refer to are checked elsewhere, and so are statistics' and pre-treatments'.

    Args:
        path: The file; its place in the hub says what it may hold.
        found: Its content, as `tomllib` reads it.
        shown: What the errors call the file, where that is not its path: a clone's has a URL.

    Returns:
        One error a key, with the nearest key that has an effect, or the place where this one has.
        Files of OpMon are not ours: none.
    """
    kind = kind_of(path)
    if kind in (EXPERIMENT, DEFAULT) and "project" in found:
        return []
    problems = [*_unknown_in(kind.root, "", found, kind)]
    for table in kind.tables:
        for key, value in at(table.place.split("."), found):
            problems += _unknown_at(table, key, value, kind)
    return [ConfigError(shown or path, key, problem) for key, problem in problems]


def stops_the_parser(key: str) -> bool:
    """Whether the parser stops at an unknown key; it passes over all but those of parameters."""
    return key.startswith("parameters.")


def at(place: list[str], found: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted key and the value of everything at a place."""
    if not place:
        yield before, found
    elif isinstance(found, dict):
        for key, value in found.items():
            # Below a data source the parser reads `Joins` too, below a metric `Statistics`.
            if place[0] in (NAME, key) or (place[0] in FOLDED and place[0] == key.lower()):
                yield from at(place[1:], value, dotted(before, key))


def dotted(before: str, key: str) -> str:
    """Name a key in a table; TOML takes an empty one in quotes."""
    name = key or '""'
    return f"{before}.{name}" if before else name


def _unknown_at(table: Table, key: str, value: Any, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a value where `table` is expected."""
    name = key.rpartition(".")[2]
    if table.place.endswith(NAME) and name in table.taken:
        if table.place == METRIC and name in SHADOWED:
            yield key, _shadowed(name, value)
    elif isinstance(value, dict):
        yield from _unknown_in(table, key, value, kind)
    elif table.place == METRIC:
        yield key, _unknown_list(name, kind)
    else:
        yield key, f"expected a table [{table.place}], found {value!r}"


def _unknown_in(
    table: Table, before: str, value: dict[str, Any], kind: Kind
) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if not table.knows(key):
            yield dotted(before, key), _problem(Unknown(key, inner, table, kind))


def _shadowed(name: str, value: Any) -> str:
    if name in PERIODS and isinstance(value, list):
        return f"has no effect; did you mean `{PERIODS[name]}`?"
    return "has no effect: the parser passes over this name; give the metric another one"


def _unknown_list(name: str, kind: Kind) -> str:
    """Say what to do about a value under [metrics] that is neither a metric nor a period list."""
    label = PERIODS.get(_nearest(name, PERIODS) or "")
    if label in kind.root.keys:
        return f"unknown list; {_period_place(name, label, kind)}"
    if label is not None:
        return f"unknown list; did you mean `{label}`?"
    known = "" if kind.root.keys >= LABELS else f" or one of the lists {', '.join(sorted(LABELS))}"
    return f"expected a table [{METRIC}]{known}"


def _problem(unknown: Unknown) -> str:
    # The parser itself stops at a parameter's key, with a message about Python's arguments.
    effect = "is unknown" if stops_the_parser(unknown.table.place) else "has no effect here"
    hints = (hint(unknown) for hint in HINTS)
    return f"{effect}; {next(hint for hint in hints if hint)}"


def _period(unknown: Unknown) -> str | None:
    label = PERIODS.get(unknown.key.lower())
    root = unknown.kind.root
    if label is None or "metrics" not in root.keys:
        return None
    if unknown.table == root and label in root.keys:
        return f"did you mean `{label}`?"
    return _period_place(unknown.key, label, unknown.kind)


def _period_place(key: str, label: str, kind: Kind) -> str:
    place = f"at the root of {kind.title}" if label in kind.root.keys else "under [metrics]"
    return f"a period list belongs {place}{'' if key == label else f', as `{label}`'}"


def _renamed(unknown: Unknown) -> str | None:
    key = RENAMED.get((unknown.table.place, unknown.key.lower()))
    return f"did you mean `{key}`?" if key else None


def _misspelt(unknown: Unknown) -> str | None:
    nearest = _nearest(unknown.key, unknown.table.keys, cutoff=0.85)
    return f"did you mean `{nearest}`?" if nearest else None


def _of_another_file(unknown: Unknown) -> str | None:
    if unknown.table != unknown.kind.root:
        return None
    return _belongs([kind.title for kind in KINDS if kind.root.knows(unknown.key)])


def _of_another_table(unknown: Unknown) -> str | None:
    tables = [table for table in unknown.kind.tables if table.knows(unknown.key)]
    related = [table for table in tables if _top(table) == _top(unknown.table)]
    places = [f"[{table.place}]" for table in related or tables]
    if unknown.kind.root.knows(unknown.key):
        places.append("the file's root")
    # What nearly every table takes, a description say, belongs in none of them in particular.
    return _belongs(places) if len(tables) <= 3 else None


def _belongs(owners: list[str]) -> str | None:
    if not owners:
        return None
    *rest, last = owners
    return f"it belongs in {', '.join(rest)} or {last}" if rest else f"it belongs in {last}"


def _statistic(unknown: Unknown) -> str | None:
    if unknown.table.place == METRIC and isinstance(unknown.value, dict):
        return f"did you mean `statistics.{unknown.key}`?"
    return None


def _similar(unknown: Unknown) -> str | None:
    nearest = _nearest(unknown.key, unknown.table.keys)
    return f"did you mean `{nearest}`?" if nearest else None


def _known(unknown: Unknown) -> str:
    # A name stands in the table's own key already.
    known = sorted(unknown.table.keys - {"name"})
    return f"known are {', '.join(known)}" if len(known) <= 15 else "remove it"


def _nearest(key: str, known: Collection[str], cutoff: float = 0.6) -> str | None:
    return next(iter(difflib.get_close_matches(key.lower(), known, n=1, cutoff=cutoff)), None)


# The first that has something to say wins.
HINTS: tuple[Callable[[Unknown], str | None], ...] = (
    _period,
    _renamed,
    _misspelt,
    _of_another_file,
    _of_another_table,
    _statistic,
    _similar,
    _known,
)
