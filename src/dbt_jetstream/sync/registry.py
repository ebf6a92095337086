"""What became of every experiment: a seed for the warehouse, and what dbt ignores."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.common.journal import Changes
from dbt_jetstream.inputs.checks import exception_type
from dbt_jetstream.lock.definition.file import FILE
from dbt_jetstream.lock.folder import FOLDERS, definitions

REGISTRY = Path("seeds/registry.csv")
COLUMNS = ("experiment", "state", "exception_type", "message")
IGNORE = Path(".dbtignore")
FIRST_LINE = "# Experiments that are over, by `jetstream sync`; their tables stay."
LAST_LINE = "# End of the experiments that are over."
# To dbt, what it does not know at the top of a `.yml` file is deprecated.
DEFINITIONS = (
    "# Definitions are for people; dbt reads what `jetstream sync` expands them to.",
    *(f"{models.as_posix()}/*/{FILE}" for models, _ in FOLDERS.values()),
)

LIVE = "live"
FINISHED = "finished"
SKIPPED = "skipped"
REFUSED = "refused"


@dataclass(frozen=True)
class Entry:
    """What became of one experiment.

    Attributes:
        state: `live`, `finished`, `skipped` or `refused`.
        exception_type: The class of the check that it did not pass; empty where it is analysed.
        message: Why it is not analysed.
    """

    state: str
    exception_type: str = ""
    message: str = ""

    @classmethod
    def of(cls, state: str, mistakes: Iterable[ConfigError]) -> Entry:
        """Describe an experiment that is not analysed."""
        found = list(mistakes)
        return cls(state, exception_type(found[0]), "; ".join(map(str, found)))


def read_registry(project: Path) -> dict[str, Entry]:
    """Read what became of the experiments at the last sync."""
    path = project / REGISTRY
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.reader(file))
    # It is written anew: what a merge left in it is no reason to stop.
    return {row[0]: Entry(*row[1:]) for row in rows[1:] if len(row) == len(COLUMNS)}


def registry_file(entries: Mapping[str, Entry]) -> Changes:
    """Return the registry as a seed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for slug, entry in sorted(entries.items()):
        writer.writerow([slug, entry.state, entry.exception_type, entry.message])
    return {REGISTRY: text.getvalue()}


def read_retired(project: Path) -> set[str]:
    """Read which experiments dbt ignores."""
    return {Path(line).name for line in _split(_ignored(project))[1]}


def retired_file(project: Path, slugs: Iterable[str]) -> Changes:
    """Return `.dbtignore` with these experiments; other lines are the user's, and stay."""
    own, _ = _split(_ignored(project))
    own = [line for line in own if line not in DEFINITIONS]
    own += DEFINITIONS if any(definitions(project)) else ()
    folders = FOLDERS[False]
    lines = [f"{folder.as_posix()}/{slug}/" for slug in sorted(slugs) for folder in folders]
    block = [FIRST_LINE, *lines, LAST_LINE] if lines else []
    text = "".join(f"{line}\n" for line in [*own, *block])
    return {IGNORE: text or None}


def _ignored(project: Path) -> list[str]:
    path = project / IGNORE
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    """Tell the user's lines from ours."""
    if FIRST_LINE not in lines:
        return lines, []
    first = lines.index(FIRST_LINE)
    last = lines.index(LAST_LINE) if LAST_LINE in lines else len(lines)
    return lines[:first] + lines[last + 1 :], lines[first + 1 : last]


def entries_of(
    known: Mapping[str, Entry],
    live: Iterable[str],
    retired: Iterable[str],
    skipped: Mapping[str, ConfigError],
    refused: Mapping[str, Sequence[ConfigError]],
) -> dict[str, Entry]:
    """Return what became of experiments; one that was skipped stays so when it is retired."""
    entries = dict.fromkeys(live, Entry(LIVE))
    for slug in retired:
        before = known.get(slug)
        entries[slug] = before if before and before.state == SKIPPED else Entry(FINISHED)
    entries |= {slug: Entry.of(SKIPPED, [error]) for slug, error in skipped.items()}
    return entries | {slug: Entry.of(REFUSED, errors) for slug, errors in refused.items()}
