"""One TOML file of a hub: what kind it is, and what metric-config-parser makes of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cattrs.errors import AttributeValidationNote
from metric_config_parser.analysis import AnalysisSpec
from metric_config_parser.definition import DefinitionSpec
from metric_config_parser.function import FunctionsSpec
from metric_config_parser.outcome import OutcomeSpec

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inputs.hub.checkout import Checkout
from dbt_jetstream.inputs.hub.key_tables import LABELS
from dbt_jetstream.inputs.hub.odd_values import odd_values
from dbt_jetstream.inputs.hub.templates import odd_templates
from dbt_jetstream.inputs.hub.toml_words import toml_problem
from dbt_jetstream.inputs.hub.unknown_keys import stops_the_parser, unknown_keys

# Below the folder of Jetstream's own configs: `jetstream` in metric-hub, the root of a repository
# that holds nothing else.
FOLDERS = {
    "definitions": "definition",
    "defaults": "default",
    "outcomes/*": "outcome",
    "": "experiment",
}
JETSTREAM = "jetstream"
FUNCTIONS = "functions.toml"
SAYS_PRIVATE = re.compile(r"^\s*is_private\s*=\s*true", re.MULTILINE)
PARSERS: dict[str, Any] = {
    "function": FunctionsSpec,
    "definition": DefinitionSpec,
    "default": AnalysisSpec,
    "outcome": OutcomeSpec,
    "experiment": AnalysisSpec,
}


@dataclass
class HubFile:
    """One file.

    Attributes:
        kind: `function`, `definition`, `default`, `outcome` or `experiment`.
        name: The file's name without its ending: the application, outcome or experiment.
        application: The application that an outcome, default or definition is for.
        path: Where it is on disk.
        shown: Its path as the user knows it.
        found: Its TOML.
        spec: What the parser makes of it.
        checkout: The hub that it is in.
    """

    kind: str
    name: str
    application: str
    path: Path
    shown: Path | str
    found: dict[str, Any]
    spec: Any
    checkout: Checkout

    @property
    def is_private(self) -> bool:
        """Whether its hub is private."""
        return self.checkout.address.is_private

    def definition(self, kind: str, name: str) -> dict[str, Any]:
        """Return what the file itself says of a metric or data source; empty where nothing."""
        found = self.found.get(kind, {}).get(name, {})
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class BrokenFile:
    """A file that cannot be read.

    Attributes:
        kind: As a `HubFile`'s.
        name: As a `HubFile`'s.
        application: As a `HubFile`'s.
        is_private: Whether its hub is private, or its own text says so.
        mistakes: What is wrong with it.
        path: As a `HubFile`'s.
        shown: As a `HubFile`'s.
    """

    kind: str
    name: str
    application: str
    is_private: bool
    mistakes: tuple[ConfigError, ...]
    path: Path
    shown: Path | str

    def concerns(self, slug: str, application: str, outcomes: Container[str]) -> bool:
        """Whether an experiment draws on the file."""
        if self.kind == "experiment":
            return self.name == slug
        if self.kind == "function":
            return True
        is_asked_for = self.kind != "outcome" or self.name in outcomes
        return self.application == application and is_asked_for


def paths_of(folder: Path) -> list[tuple[str, Path]]:
    """List a hub's files with their kinds; later ones win where both define a thing."""
    own = folder / JETSTREAM
    shared = [("definition", path) for path in sorted(folder.glob("definitions/*.toml"))]
    found = shared if own.is_dir() else []
    root = own if own.is_dir() else folder
    for pattern, kind in FOLDERS.items():
        found += [(kind, path) for path in sorted(root.glob(f"{pattern}/*.toml".lstrip("/")))]
    return [("function" if path.name == FUNCTIONS else kind, path) for kind, path in found]


def read_file(checkout: Checkout, kind: str, path: Path) -> HubFile | None:
    """Read one file; None for OpMon's, which say nothing about experiments.

    Raises:
        ConfigErrors: If it is not TOML, or the parser refuses it.
    """
    shown = checkout.shown(path)
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigErrors([ConfigError(shown, "", toml_problem(text, error))]) from error
    except RecursionError as error:
        raise ConfigErrors([ConfigError(shown, "", "nested too deeply; simplify it")]) from error
    except OSError as error:
        raise ConfigErrors([ConfigError(shown, "", f"cannot be read: {error.strerror}")]) from error
    if "project" in found:
        return None
    unknown = unknown_keys(path, found, shown)
    # Of a period list where another kind of file has it, the key says more than the value.
    told = {mistake.key: mistake for mistake in unknown if _named(mistake.key) in LABELS}
    odd = [told.get(mistake.key, mistake) for mistake in odd_values(path, found, shown)]
    fatal = [*odd, *(u for u in unknown if stops_the_parser(u.key))]
    fatal = fatal or [*odd_templates(found, shown), *_undefined_metrics(kind, found, shown)]
    if fatal:
        raise ConfigErrors(fatal)
    try:
        # A copy, since the parser takes the segments' data sources out of what it reads.
        spec = PARSERS[kind].from_dict(tomllib.loads(text))
    except Exception as error:
        # The parser has no error type of its own for most mistakes, and its message is what
        # tells the user which key it stumbled over.
        # A key that it does not know is often the reason.
        raise ConfigErrors(_mistakes(shown, error) + unknown) from error
    application = _application(kind, path)
    return HubFile(kind, path.stem, application, path, shown, found, spec, checkout)


def _named(key: str) -> str:
    return key.rpartition(".")[2]


def _undefined_metrics(kind: str, found: dict[str, Any], shown: Path | str) -> list[ConfigError]:
    """List what an outcome shows first without defining it; the parser names no key."""
    if kind != "outcome":
        return []
    missing = [n for n in found.get("default_metrics", []) if n not in found.get("metrics", {})]
    problem = "the outcome defines no metric `{}`; define it, or remove it here"
    return [ConfigError(shown, "default_metrics", problem.format(name)) for name in missing]


def broken_file(checkout: Checkout, kind: str, path: Path, error: ConfigErrors) -> BrokenFile:
    """Describe a file that `read_file` refuses."""
    is_private = checkout.address.is_private or _says_private(path)
    mistakes = tuple(error.errors)
    application, shown = _application(kind, path), checkout.shown(path)
    return BrokenFile(kind, path.stem, application, is_private, mistakes, path, shown)


def _says_private(path: Path) -> bool:
    """Whether a file that cannot be read as a config marks its experiment as private."""
    try:
        return SAYS_PRIVATE.search(path.read_text(encoding="utf-8", errors="replace")) is not None
    except OSError:
        return False


def _application(kind: str, path: Path) -> str:
    return path.parent.name if kind == "outcome" else path.stem


def _mistakes(shown: Path | str, error: BaseException, key: str = "") -> list[ConfigError]:
    """List what the parser refuses, each with its key; it groups them by the table they are in."""
    notes = getattr(error, "__notes__", [])
    names = [note.name for note in notes if isinstance(note, AttributeValidationNote)]
    here = ".".join(part for part in (key, *names) if part)
    if isinstance(error, BaseExceptionGroup):
        return [mistake for inner in error.exceptions for mistake in _mistakes(shown, inner, here)]
    if isinstance(error, KeyError):
        missing = str(error.args[0])
        # The parser notes a missing key of its own beside the table, or the table alone.
        path = here if names[-1:] == [missing] else ".".join(filter(None, (here, missing)))
        return [ConfigError(shown, path, "the key is missing; add it")]
    return [ConfigError(shown, here, str(error))]
