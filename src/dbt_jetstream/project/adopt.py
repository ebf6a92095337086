"""`jetstream init --into DIR`: the same in a dbt project that exists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.journal import Changes, change_files
from dbt_jetstream.common.target import profiles_folder
from dbt_jetstream.inputs.settings import FILE
from dbt_jetstream.project.package import COPY, project_file
from dbt_jetstream.project.settings_block import add_settings
from dbt_jetstream.project.template import package_copy, template_files
from dbt_jetstream.project.yaml_edit import YamlFile

PACKAGES, DEPENDENCIES = Path("packages.yml"), Path("dependencies.yml")
SELECTORS, IGNORED, README = Path("selectors.yml"), Path(".gitignore"), Path("README.md")
PROFILES, REQUIREMENTS = Path("profiles.yml"), Path("requirements.txt")
# Where ours goes in a project that has a README.
OUR_README = Path("README-jetstream.md")
# Ours, if the project has none; else they are merged, or left alone.
SHARED = (PACKAGES, SELECTORS, IGNORED, README, PROFILES, REQUIREMENTS, Path(FILE))
# The front page of dbt's docs is the project's.
LEFT_OUT = (Path("models/overview.md"),)
MODULE = "dbt_jetstream.duckdb_plugin"
PLUGIN = (
    "add to the target of DuckDB in the profile `{profile}`, if there is one: "
    f"plugins: [{{{{module: {MODULE}}}}}]"
)
PIN = "add to requirements.txt: {requirement}"


@dataclass
class Adopted:
    """What was done to a project.

    Attributes:
        written: The files that are new or changed, without those of the package.
        settings: The keys of dbt_project.yml that were added or changed.
        readme: The file that says what comes next.
        to_do: What is left to the user.
    """

    written: list[Path]
    settings: list[str]
    readme: Path = README
    to_do: list[str] = field(default_factory=list)


def adopt(project: Path, as_of: dt.date) -> Adopted:
    """Add what a project needs to analyse experiments.

    Args:
        project: The folder of a dbt project.
        as_of: The last day with complete telemetry.

    Raises:
        ConfigErrors: If it is no dbt project, has this package already, or a name is taken.
    """
    path = project / FILE
    if not path.is_file():
        problem = f"is no dbt project, it has no {FILE}; `jetstream init {project}` writes one"
        raise ConfigErrors([ConfigError(project, "", problem)])
    settings = YamlFile(path, path.read_text(encoding="utf-8"))
    name = settings.get("name")
    if not isinstance(name, str):
        raise ConfigErrors([ConfigError(path, "name", "the project has no name; give it one")])
    if (project / COPY).exists():
        problem = "is there already; `jetstream upgrade` brings it to this version"
        raise ConfigErrors([ConfigError(project / COPY, "", problem)])
    files = template_files(name, as_of)
    for left_out in LEFT_OUT:
        del files[left_out]
    own = {path: text for path, text in files.items() if path not in SHARED}
    _check_free(project, own)
    added = add_settings(settings)
    changes: Changes = {**own, **merged_files(project, files), Path(FILE): settings.text}
    written = change_files(project, {**package_copy(), **changes})
    found = Adopted([path for path in written if not path.is_relative_to(COPY)], added)
    profile = settings.get("profile") or name
    found.readme = README if README in written else OUR_README
    found.to_do = list(_to_do(project, str(profile), files, found.written))
    return found


def _to_do(
    project: Path, profile: str, files: dict[Path, str], written: list[Path]
) -> Iterator[str]:
    if MODULE not in _text(profiles_folder(project) / PROFILES):
        yield PLUGIN.format(profile=profile)
    if REQUIREMENTS not in written:
        yield PIN.format(requirement=files[REQUIREMENTS].splitlines()[-1])


def merged_files(project: Path, files: dict[Path, str]) -> Changes:
    """Return what becomes of files that a project may have, too."""
    found: Changes = {}
    readme = OUR_README if (project / README).exists() else README
    found[readme] = files[README]
    has_packages = YamlFile(DEPENDENCIES, _text(project / DEPENDENCIES)).get("packages") is not None
    packages = DEPENDENCIES if has_packages else PACKAGES
    found[packages] = _with_item(project, packages, files[PACKAGES], "packages", f"local: {COPY}")
    found[SELECTORS] = _with_selector(project, files[SELECTORS])
    found[IGNORED] = _with_lines(_text(project / IGNORED), files[IGNORED])
    for path in (PROFILES, REQUIREMENTS):
        if not (project / path).exists():
            found[path] = files[path]
    return found


def _with_item(project: Path, path: Path, ours: str, key: str, item: str) -> str:
    text = _text(project / path)
    if not text.strip():
        return ours
    file = YamlFile(project / path, text)
    file.append(key, item)
    return file.text


def _with_selector(project: Path, ours: str) -> str:
    """Add the selector of all live experiments; one of the same name is the project's own."""
    text = _text(project / SELECTORS)
    if not text.strip():
        return ours
    file = YamlFile(project / SELECTORS, text)
    named = {found.get("name") for found in file.get("selectors") or [] if isinstance(found, dict)}
    (selector,) = YamlFile(SELECTORS, ours).get("selectors")
    if selector["name"] not in named:
        inner = ours.partition("selectors:\n")[2].removeprefix("  - ")
        item = "\n".join(line.removeprefix("    ") for line in inner.splitlines())
        file.append("selectors", item)
    return file.text


def _with_lines(text: str, ours: str) -> str:
    """Add the lines of ours that a text lacks."""
    known = {line.strip() for line in text.splitlines()}
    lacking = [line for line in ours.splitlines() if line not in known]
    if not text:
        return ours
    return text if not lacking else text.rstrip("\n") + "\n\n" + "\n".join(lacking) + "\n"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _check_free(project: Path, files: dict[Path, str]) -> None:
    """Refuse to write over files, and seeds whose names are taken.

    Raises:
        ConfigErrors: With all that is in the way.
    """
    mistakes = [
        ConfigError(project / path, "", "is there already; rename or move it")
        for path in files
        if (project / path).exists()
    ]
    seeds = {path.stem for path in files if path.suffix == ".csv"}
    for taken in _models_and_seeds(project):
        if taken.stem in seeds and taken.relative_to(project) not in files:
            problem = (
                f"the project has a seed or model `{taken.stem}` already, and so does "
                "dbt-jetstream; rename yours"
            )
            mistakes.append(ConfigError(taken, "", problem))
    if mistakes:
        raise ConfigErrors(mistakes)


def _models_and_seeds(project: Path) -> Iterator[Path]:
    """Yield the files of nodes that others refer to by name."""
    settings = project_file(project)
    places = {"model-paths": ["models"], "seed-paths": ["seeds"], "snapshot-paths": ["snapshots"]}
    for key, default in places.items():
        for folder in settings.get(key) or default:
            for path in sorted((project / str(folder)).rglob("*")):
                if path.suffix in {".csv", ".sql", ".py"}:
                    yield path
