"""`jetstream upgrade`: a project's own files at the version of this package that is installed.

What locks hold is carried over elsewhere; both are steps of one command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.journal import Changes, change_files, differing
from dbt_jetstream.inputs.settings import FILE
from dbt_jetstream.project.package import COPY, INSTALLED, package_folder, project_file
from dbt_jetstream.project.settings_block import add_settings
from dbt_jetstream.project.template import installed_version, package_copy
from dbt_jetstream.project.yaml_edit import YamlFile

REQUIREMENTS = Path("requirements.txt")
PINNED = re.compile(r"^(dbt-jetstream(?:\[[^\]]*\])?\s*==\s*)(\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass
class Upgraded:
    """What was brought to this version.

    Attributes:
        before: The version of the package that the project had.
        after: This version.
        package: How many files of the package are new, changed and gone.
        settings: The keys that were added to dbt_project.yml.
        requirements: Whether requirements.txt names this version now.
    """

    before: str
    after: str
    package: dict[str, int] = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)
    requirements: bool = False

    def lines(self, project: Path) -> Iterator[str]:
        """Yield what there is to say."""
        if self.package:
            counted = ", ".join(f"{number} {what}" for what, number in self.package.items())
            # A link, as dbt makes one, needs no second installation.
            is_linked = (project / INSTALLED).resolve() == (project / COPY).resolve()
            then = "" if is_linked else "; run `dbt deps`"
            yield f"macros: {self.before} -> {self.after} ({counted} files){then}"
        for key in self.settings:
            yield f"{FILE}: added {key}"
        if self.requirements:
            yield f"{REQUIREMENTS}: dbt-jetstream=={self.after}"


def upgrade_files(project: Path) -> Upgraded:
    """Bring the package, the settings and the pinned version of a project to this version.

    This package's own repository has nothing to be brought.

    Raises:
        ConfigErrors: If the project does not use this package.
    """
    after = installed_version()
    if package_folder(project) == project:
        return Upgraded(after, after)
    if not (project / COPY).is_dir():
        problem = f"has no {COPY}; `jetstream init --into {project}` adds dbt-jetstream to it"
        raise ConfigErrors([ConfigError(project, "", problem)])
    found = Upgraded(str(project_file(project / COPY).get("version", "unknown")), after)
    package = _package_changes(project)
    found.package = _counted(project, package)
    path = project / FILE
    settings = YamlFile(path, path.read_text(encoding="utf-8"))
    found.settings = add_settings(settings)
    changes: Changes = {**package, Path(FILE): settings.text}
    pinned = _pinned(project)
    found.requirements = pinned is not None
    change_files(project, {**changes, **({REQUIREMENTS: pinned} if pinned else {})})
    return found


def _package_changes(project: Path) -> Changes:
    wanted: Changes = {**package_copy()}
    present = {p.relative_to(project) for p in (project / COPY).rglob("*") if p.is_file()}
    return differing(project, {**dict.fromkeys(sorted(present - set(wanted))), **wanted})


def _counted(project: Path, changes: Changes) -> dict[str, int]:
    kinds = ["gone" if t is None else _kind(project / path) for path, t in changes.items()]
    return {kind: kinds.count(kind) for kind in ("new", "changed", "gone") if kind in kinds}


def _kind(path: Path) -> str:
    return "changed" if path.exists() else "new"


def _pinned(project: Path) -> str | None:
    """Return requirements.txt with this version; None where it names no other one."""
    path = project / REQUIREMENTS
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    changed = PINNED.sub(lambda found: found[1] + installed_version(), text)
    return changed if changed != text else None
