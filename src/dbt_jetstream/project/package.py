"""Where the macros are that a dbt project's models call, and its generic tests.

A project installs them as a dbt package; in this package's own repository they are the project's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dbt_jetstream.common.journal import STATE
from dbt_jetstream.inputs.settings import FILE
from dbt_jetstream.lock.nodes.node import PACKAGE

# What this version of dbt-jetstream brings.
SHIPPED = Path(__file__).parent / "package"
# A project's copy, which its packages.yml names and git keeps: every checkout builds the same.
COPY = STATE / "package"
# Where `dbt deps` installs it.
INSTALLED = Path("dbt_packages") / PACKAGE
MACROS, TESTS = Path("macros"), Path("tests/generic")
MATERIALIZATIONS = "materializations"


def package_folder(project: Path) -> Path:
    """Return the folder of the dbt package that a project's models call.

    Where it is not installed yet, as in a fresh checkout, it is the copy; without one, what this
    version would install.
    """
    if project_file(project).get("name") == PACKAGE:
        return project
    installed = [project / INSTALLED, project / COPY]
    return next((folder for folder in installed if (folder / FILE).is_file()), SHIPPED)


def project_file(folder: Path) -> dict[str, Any]:
    """Return what dbt_project.yml of a project or package says; nothing where there is none."""
    try:
        found = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found if isinstance(found, dict) else {}


def macro_files(project: Path) -> list[Path]:
    """List the files of the macros, without materializations: only dbt knows their tag."""
    found = sorted((package_folder(project) / MACROS).rglob("*.sql"))
    return [path for path in found if path.parent.name != MATERIALIZATIONS]


def test_files(project: Path) -> list[Path]:
    """List the files of the generic tests, in order."""
    return sorted((package_folder(project) / TESTS).glob("*.sql"))


def package_files(project: Path) -> list[Path]:
    """List all files of the package; none where it is the project itself."""
    folder = package_folder(project)
    if folder == project:
        return []
    return [folder / FILE, *(folder / MACROS).rglob("*.sql"), *test_files(project)]
