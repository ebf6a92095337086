"""Changes several files of the project at once: all of them, or none.

The changes are written down in one journal first. A process that is killed before the journal is
whole has changed nothing; one that is killed later has its changes finished by the next command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

STATE = Path(".jetstream")
JOURNAL = STATE / "journal.json"

# The text of each file, by its path in the project; None removes it.
Changes = dict[Path, str | None]


def differing(project: Path, wanted: Mapping[Path, str | None]) -> Changes:
    """Keep the changes that change something."""
    return {path: text for path, text in wanted.items() if _read(project / path) != text}


def change_files(project: Path, changes: Mapping[Path, str | None]) -> list[Path]:
    """Make the changes; returns the files that differ from before.

    Raises:
        ConfigErrors: If a path leads out of the project, or a file cannot be written.
    """
    found = differing(project, changes)
    _check_inside(project, found)
    try:
        if len(found) > 1:
            content = {path.as_posix(): text for path, text in found.items()}
            _write(project / JOURNAL, json.dumps(content))
        _apply(project, found)
        (project / JOURNAL).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigErrors([ConfigError(error.filename, "", f"{error.strerror}")]) from error
    return list(found)


def finish_changes(project: Path) -> None:
    """Finish the changes of a process that was killed while it made them."""
    journal = project / JOURNAL
    text = _read(journal)
    if text is not None:
        changes = {Path(path): content for path, content in json.loads(text).items()}
        _check_inside(project, changes)
        _apply(project, changes)
        journal.unlink()


def _check_inside(project: Path, changes: Mapping[Path, str | None]) -> None:
    root = project.resolve()
    for path in changes:
        if not (project / path).resolve().is_relative_to(root):
            raise ConfigErrors([ConfigError(path, "", "lies outside of the project")])


def _apply(project: Path, changes: Mapping[Path, str | None]) -> None:
    for path, text in changes.items():
        if text is None:
            (project / path).unlink(missing_ok=True)
        else:
            _write(project / path, text)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _write(path: Path, text: str) -> None:
    """Write aside and rename: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
