"""`jetstream sync`: resolves experiments, locks them, and writes their dbt models.

Everything is resolved before anything is written: a mistake leaves all files as they were.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from metric_config_parser.experiment import Experiment

from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.experiments import read_experiments
from dbt_jetstream.hub import Hub, read_hub
from dbt_jetstream.lock.document import LockedExperiment, lock
from dbt_jetstream.lock.fragments import Table
from dbt_jetstream.naming import normalise
from dbt_jetstream.platforms import Platform, read_platforms
from dbt_jetstream.resolve import resolve
from dbt_jetstream.yaml_text import dump

MODELS = Path("models/experiments")
PYTHON_MODELS = Path("python_models/experiments")
SOURCES = Path("models/sources")
HEADER = "# Written by `jetstream sync`. Change the hub, not this file.\n"


@dataclass
class SyncReport:
    """What a run of `sync` did.

    Attributes:
        experiments: The experiments that were locked.
        changed: The files that were written or removed, relative to the project.
    """

    experiments: list[LockedExperiment]
    changed: list[Path] = field(default_factory=list)


def sync(
    hub_path: Path, experiments_path: Path, project: Path, slugs: Sequence[str] = ()
) -> SyncReport:
    """Lock experiments and write their models into the dbt project.

    Args:
        hub_path: A folder in metric-hub's layout; a git checkout gives its commit to the lock.
        experiments_path: A JSON array of experiments, as Experimenter's v8 API returns it.
        project: The dbt project.
        slugs: The experiments to sync; all in the file where empty.

    Raises:
        ConfigErrors: With one error per mistake; nothing has been written then.
    """
    hub = read_hub(hub_path)
    platforms = read_platforms(project)
    chosen = _choose(read_experiments(experiments_path), slugs, experiments_path)
    locked, errors = [], []
    for experiment in chosen:
        try:
            locked.append(_lock(hub, experiment, platforms, project, experiments_path))
        except ConfigErrors as error:
            errors += error.errors
    if errors:
        raise ConfigErrors(errors)
    report = SyncReport(locked)
    for experiment_lock in locked:
        report.changed += _write_experiment(project, experiment_lock)
    report.changed += _write_sources(project)
    return report


def _choose(experiments: list[Experiment], slugs: Sequence[str], path: Path) -> list[Experiment]:
    by_slug = {str(experiment.normandy_slug): experiment for experiment in experiments}
    errors = []
    for slug in slugs:
        if slug not in by_slug:
            nearest = difflib.get_close_matches(slug, by_slug, n=1)
            hint = f"did you mean `{nearest[0]}`?" if nearest else "check the slug"
            errors.append(ConfigError(path, slug, f"no such experiment in the file; {hint}"))
    folders: dict[str, str] = {}
    for slug in by_slug:
        if folders.setdefault(normalise(slug), slug) != slug:
            problem = (
                f"its tables would have the same names as those of `{folders[normalise(slug)]}`"
            )
            errors.append(ConfigError(path, slug, problem))
    if errors:
        raise ConfigErrors(errors)
    return [by_slug[slug] for slug in slugs] if slugs else list(by_slug.values())


def _lock(
    hub: Hub,
    experiment: Experiment,
    platforms: dict[str, Platform],
    project: Path,
    experiments_path: Path,
) -> LockedExperiment:
    platform = platforms.get(experiment.app_name)
    slug = str(experiment.normandy_slug)
    if platform is None:
        problem = (
            f"unknown application `{experiment.app_name}`; add a row for it to "
            f"{project / 'seeds/platforms.csv'}, or correct `appName`"
        )
        raise ConfigErrors([ConfigError(experiments_path, f"{slug}.appName", problem)])
    try:
        return lock(hub, experiment, resolve(hub, experiment), platform)
    except ConfigError as error:
        raise ConfigErrors([ConfigError(experiments_path, error.key, error.problem)]) from error


def _write_experiment(project: Path, locked: LockedExperiment) -> list[Path]:
    folder = MODELS / locked.slug
    python_folder = PYTHON_MODELS / locked.slug
    files = {folder / f"{locked.slug}.yml": _properties(project, folder, locked)}
    for node in locked.nodes:
        if node.language == "python":
            files[python_folder / f"{node.name}.py"] = node.stub
        else:
            files[folder / f"{node.name}.sql"] = node.stub
    changed = [path for path, text in files.items() if _write(project / path, text)]
    stale = {
        path.relative_to(project)
        for pattern in (f"{folder}/*.sql", f"{python_folder}/*.py")
        for path in project.glob(pattern)
    } - set(files)
    for path in stale:
        (project / path).unlink()
    return changed + sorted(stale)


def _properties(project: Path, folder: Path, locked: LockedExperiment) -> str:
    """Write the lock; a hub that moved on without changing the definition leaves it as it is."""
    documents = [node.document(locked.slug) for node in locked.nodes]
    text = HEADER + dump({"models": documents})
    path = project / folder / f"{locked.slug}.yml"
    if not path.exists():
        return text
    known = path.read_text(encoding="utf-8")
    return known if _without_versions(known) == _without_versions(text) else text


def _without_versions(text: str) -> str:
    return re.sub(r"^ +(?:metric_hub|dbt_jetstream|commit_hash): .*\n", "", text, flags=re.M)


def _write_sources(project: Path) -> list[Path]:
    """Write one file per source, over all experiments in the project."""
    by_source: dict[str, set[Table]] = defaultdict(set)
    for table in _tables(project):
        by_source[table.source].add(table)
    files = {
        SOURCES / f"{name}.yml": HEADER + dump({"sources": [_source(name, sorted(tables))]})
        for name, tables in by_source.items()
    }
    changed = [path for path, text in files.items() if _write(project / path, text)]
    stale = {p.relative_to(project) for p in project.glob(f"{SOURCES}/*.yml")} - set(files)
    for path in stale:
        (project / path).unlink()
    return changed + sorted(stale)


def _tables(project: Path) -> Iterable[Table]:
    for path in sorted(project.glob(f"{MODELS}/*/*.yml")):
        text = path.read_text(encoding="utf-8")
        if text.startswith(HEADER):
            document = yaml.load(text, Loader=yaml.CSafeLoader)
            enrollments = document["models"][0]["config"]["meta"]
            yield from (Table.parse(dotted) for dotted in enrollments["reads"])


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


def _write(path: Path, text: str) -> bool:
    """Write `text` unless the file holds it; a reader never sees half a file."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return True
