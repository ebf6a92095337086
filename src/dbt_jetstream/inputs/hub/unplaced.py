"""Says where a mistake stands that the parser tells of without its file and key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from metric_config_parser.data_source import DataSource

from dbt_jetstream.common.errors import ConfigError, did_you_mean
from dbt_jetstream.inputs.hub.files import HubFile

NO_DEFINITION = re.compile(r"No default definition found for referenced metric (?P<name>\S+)")
COLUMN_TYPE = re.compile(r"experiments_column_type '(?P<given>[^']*)' must be one of")
PLACEHOLDER = re.compile(
    r"(?P<name>\w+): from_expression contains unsupported placeholder\(s\) \[(?P<given>.*?)\]"
)
NO_DATASET = re.compile(r"(?P<name>\w+): from_expression contains a `{dataset}` template but")
SOURCES = ("data_sources", "segments.data_sources")

Told = tuple[HubFile, str, str]


def unplaced(
    message: str, files: Sequence[HubFile], metrics: Iterable[str] = ()
) -> ConfigError | None:
    """Explain what the parser says of a definition; None for another message.

    Args:
        message: The parser's.
        files: What the experiment draws on, the nearest first.
        metrics: The metrics that its platform defines.
    """
    tellers: dict[re.Pattern[str], Callable[[Mapping[str, Any]], Iterator[Told]]] = {
        NO_DEFINITION: lambda found: _incomplete(found["name"], files, metrics),
        COLUMN_TYPE: lambda found: _column_types(found["given"], files),
        PLACEHOLDER: lambda found: _sources(found["name"], files, _placeholder(found["given"])),
        NO_DATASET: lambda found: _sources(found["name"], files, "set `default_dataset`"),
    }
    for pattern, teller in tellers.items():
        found = pattern.search(message)
        told = next(teller(found.groupdict()), None) if found else None
        if told:
            file, key, problem = told
            return ConfigError(file.shown, key, problem)
    return None


def circle(files: Iterable[HubFile]) -> ConfigError | None:
    """Find a metric that depends on itself, or a data source that joins itself, by whatever way."""
    found = list(files)
    for table, inner in (("metrics", "depends_on"), ("data_sources", "joins")):
        uses: dict[str, tuple[HubFile, list[str]]] = {}
        for file in found:
            for name, given in file.found.get(table, {}).items():
                if isinstance(given, dict) and given.get(inner):
                    uses.setdefault(name, (file, [*given[inner]]))
        for name, (file, _) in uses.items():
            way = _way_back(name, {user: used for user, (_, used) in uses.items()})
            if way:
                said = " needs ".join(f"`{one}`" for one in (name, *way))
                return ConfigError(
                    file.shown, f"{table}.{name}.{inner}", f"{said}; break the circle"
                )
    return None


def _way_back(start: str, uses: Mapping[str, Sequence[str]]) -> list[str]:
    """List the names from one back to itself; none where no way leads there."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop(0)
        for name in uses.get(way[-1], ()):
            if name == start:
                return [*way[1:], name]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _incomplete(name: str, files: Sequence[HubFile], metrics: Iterable[str]) -> Iterator[Told]:
    """Yield what a metric lacks that nothing but its own table defines."""
    for file in files:
        if name not in file.found.get("metrics", {}):
            continue
        given = {key.lower() for key in file.definition("metrics", name)}
        if given & {"select_expression", "aggregation"}:
            problem = "`data_source` is missing; name the data source that its SQL reads"
        elif "data_source" in given:
            problem = "`select_expression` is missing; write what to compute of a unit's rows"
        else:
            question = did_you_mean(name, metrics)
            problem = (
                "nothing says how to compute it; add `select_expression` and `data_source`, or for "
                f"a ratio `depends_on` with the metrics that it is made of{_or(question)}"
            )
        yield file, f"metrics.{name}", problem


def _or(question: str) -> str:
    return f"; {question}" if question else ""


def _column_types(given: str, files: Iterable[HubFile]) -> Iterator[Told]:
    """Yield the data sources that report experiments in a way that does not exist."""
    known = [kind for kind in DataSource.EXPERIMENT_COLUMN_TYPES if kind]
    listed = ", ".join(f"`{kind}`" for kind in known)
    hint = did_you_mean(given, known) or "`none` is for rows that do not report experiments"
    for file in files:
        for name, source in file.found.get("data_sources", {}).items():
            if isinstance(source, dict) and source.get("experiments_column_type") == given:
                key = f"data_sources.{name}.experiments_column_type"
                yield file, key, f"expected one of {listed} or `none`, found `{given}`; {hint}"


def _placeholder(given: str) -> str:
    names = ", ".join(f"`{{{name}}}`" for name in re.findall(r"'([^']*)'", given))
    return (
        f"nothing fills the placeholder {names}; only `{{dataset}}` is known, and a literal brace "
        "is written twice"
    )


def _sources(name: str, files: Iterable[HubFile], problem: str) -> Iterator[Told]:
    """Yield the data source of this name whose SQL is at fault."""
    for file in files:
        for table in SOURCES:
            kind, _, inner = table.partition(".")
            found = file.definition(kind, inner or name)
            source = found.get(name, {}) if inner else found
            if "from_expression" in source:
                yield file, f"{table}.{name}.from_expression", problem
