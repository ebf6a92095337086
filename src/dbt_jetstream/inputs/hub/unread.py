"""Finds files of a hub that nothing reads, since their name or place is another than it seems."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from dbt_jetstream.common.errors import ConfigError, did_you_mean
from dbt_jetstream.inputs.hub.checkout import Checkout
from dbt_jetstream.inputs.hub.collection import Hub
from dbt_jetstream.inputs.hub.files import JETSTREAM, HubFile, paths_of
from dbt_jetstream.inputs.platforms import PLATFORMS

# What only configs have at their root.
ROOT_KEYS = {"metrics", "experiment", "data_sources", "segments"}
# metric-hub's own examples; nobody takes them for configs.
EXAMPLE = ".example"
# Longer files are no configs.
MAX_BYTES = 1_000_000
# The folders that configs lie in below the hub's.
MEANT = {"defaults", "definitions", "outcomes"}
OF_APPLICATIONS = ("outcome", "default", "definition")
# Names that are this much alike differ in a letter or two.
MISSPELT = 0.88
PLACES = (
    "an experiment's config belongs in {0}, an outcome in {0}/outcomes/<application>, a default in "
    "{0}/defaults, a definition in {0}/definitions; move it"
)


def unread_files(hub: Hub) -> list[ConfigError]:
    """List the files of hubs that look like configs and are not read, with what to do."""
    return [found for checkout in hub.checkouts for found in _unread(checkout)]


def unknown_applications(hub: Hub, applications: Collection[str]) -> list[ConfigError]:
    """List the files that are for an application that no experiment can have.

    Of defaults and definitions only those that are misspelt: other tools have other applications.

    Args:
        hub: The hub.
        applications: Those of the project.
    """
    defined = {file.name for file in hub.files if file.kind == "definition"}
    found = []
    for file in hub.files:
        if file.kind not in OF_APPLICATIONS or file.application in applications:
            continue
        near = difflib.get_close_matches(file.application, applications, n=1, cutoff=MISSPELT)
        if near or (file.kind == "outcome" and file.application not in defined):
            found.append(of_no_application(file, applications))
    return found


def of_no_application(file: HubFile, applications: Collection[str]) -> ConfigError:
    """Say that a file is for an application that no experiment can have."""
    named = "its folder is" if file.kind == "outcome" else "the file is"
    known = f"known are {', '.join(applications)}; a new one is a row in {PLATFORMS}"
    hint = did_you_mean(file.application, applications) or known
    problem = f"is not read: no application is called `{file.application}`, as {named}; {hint}"
    return ConfigError(file.shown, "", problem)


def misnamed_configs(hub: Hub, slugs: Iterable[str]) -> list[ConfigError]:
    """List the configs whose names are an experiment's but for case, `_` or spaces.

    What is like no slug may be the config of an experiment that is not listed any more.
    """
    folded = {_folded(slug): slug for slug in slugs}
    found = []
    for file in hub.files:
        slug = folded.get(_folded(file.name))
        if file.kind != "experiment" or slug in {None, file.name}:
            continue
        problem = f"is not read: the experiment's slug is `{slug}`; rename it to {slug}.toml"
        found.append(ConfigError(file.shown, "", problem))
    return found


def unknown_slug(name: str, slugs: Collection[str]) -> str | None:
    """Say that no experiment has the name of a config; None where one has.

    Args:
        name: The config's name.
        slugs: All experiments; where there are none, only the form of the name is looked at.
    """
    if name in slugs:
        return None
    if slugs:
        hint = did_you_mean(name, slugs) or "name the file after its slug"
        return f"is not read: no experiment has the slug `{name}`; {hint}"
    likely = _folded(name.removesuffix(".toml"))
    if likely == name:
        return None
    return (
        "slugs are in lower case, with `-` between words, and one `.toml` follows; did you mean "
        f"`{likely}.toml`?"
    )


def _unread(checkout: Checkout) -> Iterator[ConfigError]:
    read = {path for _, path in paths_of(checkout.folder)}
    own = checkout.folder / JETSTREAM
    root = own if own.is_dir() else checkout.folder
    for path in _candidates(checkout.folder, root):
        if path not in read and _is_config(path):
            name = JETSTREAM if own.is_dir() else "the hub's folder"
            yield ConfigError(checkout.shown(path), "", _problem(path, name))


def _candidates(folder: Path, root: Path) -> Iterator[Path]:
    """Yield the files below Jetstream's folder, and those beside it that may belong there."""
    patterns = ("*", "defaults/*", "outcomes/*", "outcomes/*/*") if root != folder else ()
    found = {path for path in root.rglob("*") if ".git" not in path.parts}
    found |= {path for pattern in patterns for path in folder.glob(pattern)}
    for other in folder.iterdir() if root != folder else ():
        if did_you_mean(other.name, MEANT - {other.name}):
            found |= {*other.rglob("*")}
    yield from sorted(path for path in found if path.is_file())


def _is_config(path: Path) -> bool:
    """Whether a file is TOML with what only configs have."""
    if path.suffix == EXAMPLE or path.stat().st_size > MAX_BYTES:
        return False
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError):
        return False
    return bool(ROOT_KEYS & found.keys()) and "project" not in found


def _problem(path: Path, name: str) -> str:
    if path.suffix != ".toml":
        renamed = f"{path.name.partition('.')[0]}.toml"
        return f"is not read: its name does not end in .toml; rename it to {renamed}"
    for folder in path.parts[-3:-1]:
        question = did_you_mean(folder, MEANT - {folder})
        if question:
            return f"is not read in a folder `{folder}`; {question}"
    return f"is not read in this folder: {PLACES.format(name)}"


def _folded(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")
