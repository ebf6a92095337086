"""`jetstream sync`: resolves experiments, locks them, and writes their dbt models.

Everything is resolved before anything is written: a mistake leaves all files as they were.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metric_config_parser.experiment import Experiment

from dbt_jetstream.errors import ConfigError, ConfigErrors, distinct, mistakes_of
from dbt_jetstream.experiments import read_experiments
from dbt_jetstream.hub import Hub, HubAddress, read_hubs
from dbt_jetstream.keys import unknown_keys
from dbt_jetstream.lock.document import LockedExperiment, lock
from dbt_jetstream.lock.fragments import Table
from dbt_jetstream.naming import normalise
from dbt_jetstream.platforms import Platform, platform_of, read_platforms
from dbt_jetstream.resolve import resolve
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


@dataclass
class SyncReport:
    """What a run of `sync` did.

    Attributes:
        experiments: The experiments that were locked.
        skipped: Why the others were not, by slug.
        warnings: What the authors of the configs should know.
        changed: The files that were written or removed, relative to the project.
    """

    experiments: list[LockedExperiment]
    skipped: dict[str, str] = field(default_factory=dict)
    warnings: list[ConfigError] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)


def sync(
    hubs: Sequence[HubAddress], experiments_path: Path, project: Path, slugs: Sequence[str] = ()
) -> SyncReport:
    """Lock experiments and write their models into the dbt project.

    Args:
        hubs: Hubs in metric-hub's layout; where two define a thing, the later one wins.
        experiments_path: A JSON array of experiments, as Experimenter's v8 API returns it.
        project: The dbt project.
        slugs: The experiments to sync; all in the file where empty.

    Raises:
        ConfigErrors: With one error per mistake; nothing has been written then.
    """
    hub = read_hubs(hubs)
    platforms = read_platforms(project)
    chosen = _choose(read_experiments(experiments_path), slugs, experiments_path)
    report, errors = SyncReport([], warnings=list(_unknown_keys(hub, chosen))), []
    for experiment in chosen:
        try:
            _lock(hub, experiment, platforms, report)
        except (ConfigError, ConfigErrors) as error:
            errors += [_located(mistake, experiments_path) for mistake in mistakes_of(error)]
    report.warnings = distinct(_located(warning, experiments_path) for warning in report.warnings)
    if errors:
        raise ConfigErrors(errors)
    for locked in report.experiments:
        report.changed += _write_experiment(project, locked)
    report.changed += _write_sources(project)
    return report


def _located(error: ConfigError, experiments_path: Path) -> ConfigError:
    """Name the file of the experiments where no other is to blame."""
    return error if error.path else ConfigError(experiments_path, error.key, error.problem)


def _unknown_keys(hub: Hub, chosen: Iterable[Experiment]) -> Iterator[ConfigError]:
    """Yield the keys without effect in the files that these experiments draw on."""
    slugs = {str(experiment.normandy_slug) for experiment in chosen}
    applications = {experiment.app_name for experiment in chosen}
    for file in hub.files:
        if file.name in slugs if file.kind == "experiment" else file.application in applications:
            yield from unknown_keys(file.path, file.found, file.shown)


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
    hub: Hub, experiment: Experiment, platforms: dict[str, Platform], report: SyncReport
) -> None:
    """Add an experiment to the report, locked or skipped."""
    slug = str(experiment.normandy_slug)
    platform = platform_of(experiment, platforms)
    config = resolve(hub, experiment)
    if config.experiment.skip:
        report.skipped[slug] = "its config says `skip = true`"
        return
    locked = lock(hub, experiment, config, platform)
    report.experiments.append(locked)
    report.warnings += locked.warnings


def _write_experiment(project: Path, locked: LockedExperiment) -> list[Path]:
    models, python_models = FOLDERS[locked.is_private]
    folder, python_folder = models / locked.slug, python_models / locked.slug
    files = {folder / f"{locked.slug}.yml": _properties(project, folder, locked)}
    for node in locked.nodes:
        if node.language == "python":
            files[python_folder / f"{node.name}.py"] = node.stub
        else:
            files[folder / f"{node.name}.sql"] = node.stub
    changed = [path for path, text in files.items() if _write(project / path, text)]
    # An experiment that became private, or public, leaves nothing where it was.
    places = [place / locked.slug for pair in FOLDERS.values() for place in pair]
    written = {
        path.relative_to(project)
        for place in places
        for pattern in (f"{locked.slug}.yml", "*.sql", "*.py")
        for path in (project / place).glob(pattern)
    }
    stale = sorted(written - set(files))
    for path in stale:
        (project / path).unlink()
    return changed + stale


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
    folders = [models for models, _ in FOLDERS.values()]
    for path in sorted(path for folder in folders for path in project.glob(f"{folder}/*/*.yml")):
        text = path.read_text(encoding="utf-8")
        if text.startswith(HEADER):
            (found,) = READS.findall(text) or [""]
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


def _write(path: Path, text: str) -> bool:
    """Write `text` unless the file holds it; a reader never sees half a file."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return True
