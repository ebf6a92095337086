"""What a new project starts with."""

from __future__ import annotations

import datetime as dt
import json
import re
from importlib.metadata import version
from pathlib import Path

from dbt_jetstream.lock.nodes.node import PACKAGE
from dbt_jetstream.project.experiment import DAYS, Draft
from dbt_jetstream.project.package import COPY, SHIPPED

TEMPLATE = Path(__file__).parent / "template"
NAME, VERSION = "PROJECT_NAME", "VERSION"
# In these, the project's name and this package's version stand.
FILLED = ("README.md", "dbt_project.yml", "profiles.yml", "requirements.txt")
EXPERIMENTS = Path("experiments.json")
EXAMPLE, APPLICATION, BRANCHES = "example", "fenix", ("control", "treatment")

Files = dict[Path, str]


def installed_version() -> str:
    """Return the version of this package."""
    return version("dbt-jetstream")


def name_of(folder: Path) -> str:
    """Make a dbt project's name of a folder's."""
    name = re.sub(r"\W+", "_", folder.resolve().name.lower(), flags=re.ASCII).strip("_")
    if not name or name[0].isdigit() or name == PACKAGE:
        return f"project_{name}".rstrip("_")
    return name


def template_files(name: str, as_of: dt.date) -> Files:
    """Return the files of a new project, without the package of macros.

    Args:
        name: The dbt project's name.
        as_of: The last day with complete telemetry: the example ends then.
    """
    files = {_place(path): path.read_text(encoding="utf-8") for path in _files(TEMPLATE)}
    for filled in map(Path, FILLED):
        files[filled] = (
            files[filled].replace(NAME, name).replace(f"=={VERSION}", f"=={installed_version()}")
        )
    start = as_of - dt.timedelta(days=DAYS)
    draft = Draft(EXAMPLE, APPLICATION, BRANCHES, start)
    files[EXPERIMENTS] = json.dumps([draft.entry()], indent=2) + "\n"
    return files


def package_copy() -> Files:
    """Return the files of the package of macros, where a project keeps its copy."""
    return {
        COPY / path.relative_to(SHIPPED): path.read_text(encoding="utf-8")
        for path in _files(SHIPPED)
    }


def _files(folder: Path) -> list[Path]:
    # Not by `rglob`, which follows no links: in the repository some folders are.
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        found += _files(path) if path.is_dir() else [path]
    return [path for path in found if "__pycache__" not in path.parts]


def _place(path: Path) -> Path:
    """Return where a file of the template goes; names with a dot in front are kept without it."""
    first, *rest = path.relative_to(TEMPLATE).parts
    return Path(f".{first}" if first in {"github", "gitignore"} else first, *rest)
