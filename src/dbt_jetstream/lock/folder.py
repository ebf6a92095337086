"""Where the models of experiments lie in the dbt project, and what is written there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dbt_jetstream.files import Changes
from dbt_jetstream.lock.document import LockedExperiment
from dbt_jetstream.lock.fragments import Table
from dbt_jetstream.yaml_text import dump

# Where an experiment's models are written: (SQL and definition, Python). Git ignores the private.
FOLDERS = {
    False: (Path("models/experiments"), Path("python_models/experiments")),
    True: (Path("models/private"), Path("python_models/private")),
}
SOURCES = Path("models/sources")
# The list of tables in a definition; reading hundreds of definitions as YAML takes half a minute.
READS = re.compile(r"^ +reads:\n((?: +- \S+\n)+)", re.MULTILINE)
HEADER = "# Written by `jetstream sync`. Change the hub, not this file.\n"


def definition_path(slug: str, *, is_private: bool) -> Path:
    """Name the file of an experiment's lock."""
    return FOLDERS[is_private][0] / slug / f"{slug}.yml"


def definitions(project: Path) -> Iterator[tuple[str, bool, Path]]:
    """Yield slug, privacy and file of every lock in the project, in order."""
    for is_private, (models, _) in FOLDERS.items():
        for path in sorted((project / models).glob("*/*.yml")):
            if path.stem == path.parent.name:
                yield path.stem, is_private, path


def model_names(project: Path) -> dict[str, str]:
    """Tell whose each model in the project is: slugs by the models' names in lower case."""
    found = {}
    for slug, _, _ in definitions(project):
        for path in written_files(project, slug):
            if path.suffix != ".yml":
                found[path.stem.lower()] = slug
    return found


def experiment_files(project: Path, locked: LockedExperiment) -> Changes:
    """Return the files of an experiment, and None for those of an earlier lock.

    The definition comes last: a folder that has it is complete.
    """
    models, python_models = FOLDERS[locked.is_private]
    files: Changes = {}
    for node in locked.nodes:
        is_python = node.language == "python"
        folder = (python_models if is_python else models) / locked.slug
        files[folder / f"{node.name}.{'py' if is_python else 'sql'}"] = node.stub
    stale = {path: None for path in written_files(project, locked.slug) if path not in files}
    documents = [node.document(locked.slug) for node in locked.nodes]
    definition = definition_path(locked.slug, is_private=locked.is_private)
    text = HEADER + dump({"models": documents})
    return {**files, **stale, definition: text}


def written_files(project: Path, slug: str) -> Iterator[Path]:
    """Yield what an earlier lock wrote; also where the experiment lay if it was private then."""
    for folder in (place / slug for pair in FOLDERS.values() for place in pair):
        for pattern in (f"{slug}.yml", "*.sql", "*.py"):
            for path in sorted((project / folder).glob(pattern)):
                yield path.relative_to(project)


def source_files(project: Path, retired: Iterable[str] = ()) -> Changes:
    """Return one file per source, over all experiments in the project that are not retired."""
    by_source: dict[str, set[Table]] = defaultdict(set)
    for table in _tables(project, set(retired)):
        by_source[table.source].add(table)
    files: Changes = {p.relative_to(project): None for p in project.glob(f"{SOURCES}/*.yml")}
    for name, tables in by_source.items():
        text = HEADER + dump({"sources": [_source(name, sorted(tables))]})
        files[SOURCES / f"{name}.yml"] = text
    return files


def _tables(project: Path, retired: set[str]) -> Iterable[Table]:
    for slug, _, path in definitions(project):
        if slug not in retired:
            (found,) = READS.findall(path.read_text(encoding="utf-8")) or [""]
            yield from (Table.parse(line.strip(" -")) for line in found.splitlines())


def _source(name: str, tables: list[Table]) -> dict[str, Any]:
    source: dict[str, Any] = {
        "name": name,
        "schema": tables[0].dataset,
        "description": f"Raw telemetry in `{tables[0].dataset}`.",
    }
    if tables[0].project:
        source["database"] = (
            f"{{{{ '{tables[0].project}' if target.type == 'bigquery' else target.database }}}}"
        )
    source["tables"] = [
        {"name": table.name, "description": f"`{table.dotted}` in BigQuery."} for table in tables
    ]
    return source
