"""`definition.yml`: a definition as it is reviewed, and read again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.definition.definition import FORMAT, Definition, Experiment, Versions

FILE = "definition.yml"
SCHEMA_FILE = "definition.schema.json"
HEADER = (
    f"# yaml-language-server: $schema=../{SCHEMA_FILE}\n"
    "# What `jetstream sync` locked: review this. The dbt files beside it are its expansion.\n"
)
WIDTH = 120
# What is short enough for a line is on one; a value by itself, at any depth below these keys.
FLOWS = (
    ("experiment", "branches"),
    ("versions", "packages"),
    ("versions", "metric_definitions", "*"),
    ("defaults",),
    ("enrollment", "tables"),
    ("periods", "*"),
    ("data_sources", "*", "dates"),
    ("data_sources", "*", "order", "*"),
    ("segment_sources", "*", "dates"),
    ("measures", "*", "owners"),
    ("measures", "*", "bases"),
    ("measures", "*", "periods"),
    ("measures", "*", "ratio"),
    ("measures", "*", "statistics", "*"),
    ("outcomes", "*", "metrics"),
    ("outcomes", "*", "default_metrics"),
    ("hashes", "*", "accepts"),
    ("hashes", "*", "*", "accepts"),
)
# A diff shows a statistic whole: it is one line, however long.
ONE_LINE = re.compile(r"      \w+: \{")
BLOCK = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
# What concerns all comes first; reading hundreds of definitions takes seconds.
AFTER_HEAD = "\ndefaults:"
NOT_ONE = "is no definition as `jetstream sync` writes it"
EDITED = "restore it by `git checkout`, or lock anew by `jetstream rerun`"


class _Flow(dict[str, Any]):
    """Written on a line."""


class _FlowList(list[Any]):
    """Written on a line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write repeated values out."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent the items of lists, too."""
        super().increase_indent(flow, False)


def _represented_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(
    _Flow,
    lambda dumper, found: dumper.represent_mapping(
        "tag:yaml.org,2002:map", found.items(), flow_style=True
    ),
)
_Dumper.add_representer(
    _FlowList,
    lambda dumper, found: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", found, flow_style=True
    ),
)
_Dumper.add_representer(str, _represented_text)


@cache
def adapter() -> TypeAdapter[Definition]:
    """Return what checks and writes definitions."""
    return TypeAdapter(Definition)


def text_of(definition: Definition) -> str:
    """Write a definition; the same definition always gives the same text."""
    document = adapter().dump_python(definition, exclude_defaults=True)
    laid_out = {key: _laid_out(value, (key,)) for key, value in document.items()}
    text = yaml.dump(laid_out, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return HEADER + BLOCK.sub("\n", "\n".join(_joined(text.splitlines()))).lstrip("\n") + "\n"


def read_definition(path: Path, text: str) -> Definition:
    """Read a definition.

    Raises:
        ConfigErrors: If it is none, with one error per mistake.
    """
    document = _document(path, text)
    try:
        return adapter().validate_python(document)
    except ValidationError as error:
        raise ConfigErrors(list(_mistakes(path, error))) from error


def read_head(path: Path, text: str) -> tuple[Experiment, Versions]:
    """Read what concerns all of an experiment, which is the beginning of its definition.

    Raises:
        ConfigErrors: If it is none.
    """
    document = _document(path, text[: text.find(AFTER_HEAD) + 1 or None])
    try:
        return (
            TypeAdapter(Experiment).validate_python(document.get("experiment")),
            TypeAdapter(Versions).validate_python(document.get("versions")),
        )
    except ValidationError as error:
        raise ConfigErrors(list(_mistakes(path, error))) from error


def _document(path: Path, text: str) -> dict[str, Any]:
    try:
        document = yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as error:
        problem = f"{NOT_ONE}: {' '.join(str(error).split())}; {EDITED}"
        raise ConfigErrors([ConfigError(path, "", problem)]) from error
    number = document.get("format") if isinstance(document, dict) else None
    if number is None:
        raise ConfigErrors([ConfigError(path, "", f"{NOT_ONE}; {EDITED}")])
    if number != FORMAT:
        problem = f"is {number!r}; this version reads {FORMAT}: install the version that wrote it"
        raise ConfigErrors([ConfigError(path, "format", problem)])
    found: dict[str, Any] = document
    return found


def _mistakes(path: Path, error: ValidationError) -> Iterator[ConfigError]:
    """Yield a line for each place that does not fit; of several forms, one."""
    by_place: dict[str, str] = {}
    for found in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in found["loc"])
        by_place.setdefault(place, found["msg"])
    for place, message in by_place.items():
        yield ConfigError(path, place, f"{message[0].lower()}{message[1:]}; {EDITED}")


def _laid_out(found: Any, place: tuple[str, ...]) -> Any:
    if _is_flow(place):
        return _flow(found)
    if isinstance(found, dict):
        return {key: _laid_out(value, (*place, str(key))) for key, value in found.items()}
    if isinstance(found, list):
        return [_laid_out(item, (*place, "*")) for item in found]
    return found


def _is_flow(place: tuple[str, ...]) -> bool:
    return any(
        len(place) == len(pattern)
        and all(want in ("*", part) for want, part in zip(pattern, place, strict=True))
        for pattern in FLOWS
    )


def _flow(found: Any) -> Any:
    if isinstance(found, dict):
        return _Flow({key: _flow(value) for key, value in found.items()})
    return _FlowList(map(_flow, found)) if isinstance(found, list) else found


def _joined(lines: list[str]) -> Iterator[str]:
    """Yield lines, those of one statistic joined."""
    pending = ""
    for line in lines:
        if pending:
            space = "" if pending.endswith(("[", "{")) else " "
            pending += f"{space}{line.strip()}"
        elif ONE_LINE.match(line):
            pending = line
        else:
            yield line
            continue
        if _is_closed(pending):
            yield pending
            pending = ""


def _is_closed(line: str) -> bool:
    return sum(map(line.count, "{[")) <= sum(map(line.count, "}]"))
