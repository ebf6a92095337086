"""Where the models of experiments lie in the dbt project, and what is written there."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dbt_jetstream.common.journal import Changes
from dbt_jetstream.common.naming import group
from dbt_jetstream.common.yaml_text import dump
from dbt_jetstream.lock.definition.file import FILE, text_of
from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.lineage import lineage, stage_color
from dbt_jetstream.lock.nodes.data_tests import described
from dbt_jetstream.lock.nodes.node import OWN_TABLE_IN_PYTHON, Node
from dbt_jetstream.lock.nodes.telemetry import telemetry_columns
from dbt_jetstream.lock.nodes.verbatim import verbatim
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.lock.written import written

# Where an experiment's models are written: (SQL and definition, Python). Git ignores the private.
FOLDERS = {
    False: (Path("models/experiments"), Path("python_models/experiments")),
    True: (Path("models/private"), Path("python_models/private")),
}
SOURCES = Path("models/sources")
MODELS = (".sql", ".py")
# What a definition reads, for the sources of all: finding it anew for hundreds takes minutes.
TELEMETRY = "telemetry.json"
# A table that lacks yesterday is late; it fails once windows do not wait for it any longer (macro
# `wait_days`).
FRESH_DAYS = 2
STALE_DAYS = f"{{{{ (var('jetstream_wait_days', 2) | int(2) + {FRESH_DAYS}) | as_number }}}}"
# No more of a table is read to find its newest day.
DAYS_LOOKED_BACK = 30
# So many readers of a column are named in the docs.
MOST_READERS = 12
HEADER = "# Written by `jetstream sync`. Change the hub, not this file.\n"
# By which text of a definition, and by which version of this package, the rest was written.
EXPANDED = "# Expanded from definition.yml {digest} by dbt-jetstream {version}.\n"

# By table, by column: what reads it.
Columns = dict[str, dict[str, set[str]]]


def definition_path(slug: str, *, is_private: bool) -> Path:
    """Name the file of an experiment's lock."""
    return FOLDERS[is_private][0] / slug / FILE


def properties_path(slug: str, *, is_private: bool) -> Path:
    """Name the file of what dbt is told of an experiment's models."""
    return FOLDERS[is_private][0] / slug / f"{slug}.yml"


def definitions(project: Path) -> Iterator[tuple[str, bool, Path]]:
    """Yield slug, privacy and file of every lock in the project, in order.

    Of a lock that an earlier version wrote, the file is what dbt is told of its models.
    """
    for is_private, (models, _) in FOLDERS.items():
        for folder in sorted((project / models).glob("*/")):
            for path in (folder / FILE, folder / f"{folder.name}.yml"):
                if path.is_file():
                    yield folder.name, is_private, path
                    break


def model_names(project: Path) -> dict[str, str]:
    """Tell whose each model in the project is: slugs by the models' names in lower case."""
    found = {}
    for slug, _, _ in definitions(project):
        for path in written_files(project, slug):
            if path.suffix in MODELS:
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
    properties = properties_path(locked.slug, is_private=locked.is_private)
    definition = definition_path(locked.slug, is_private=locked.is_private)
    text = text_of(locked.definition)
    return {
        **files,
        **stale,
        properties: _expanded_from(text) + HEADER + _properties(locked),
        properties.with_name(TELEMETRY): json.dumps(_telemetry(locked), indent=1) + "\n",
        definition: text,
    }


def is_expanded(definition: Path, text: str) -> bool:
    """Whether the files beside a definition were written from it, by this version."""
    properties = definition.with_name(f"{definition.parent.name}.yml")
    if not properties.exists():
        return False
    with properties.open(encoding="utf-8", errors="replace") as file:
        return file.readline() == _expanded_from(text)


def _expanded_from(text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return EXPANDED.format(digest=digest, version=version("dbt-jetstream"))


def _properties(locked: LockedExperiment) -> str:
    metas = written(locked)
    models = [_model(node, metas[node.name], locked.slug) for node in locked.nodes]
    return dump({"models": models, **lineage(locked)})


def _telemetry(locked: LockedExperiment) -> dict[str, Any]:
    """Say of each table that an experiment reads its date, and what its columns are read for.

    What a private experiment measures must not be seen in a file that is committed.
    """
    if locked.is_private:
        return {table.dotted: {} for table in locked.tables}
    meta = locked.nodes[0].meta
    dates = {table["name"]: table["date"] for table in meta["dated_tables"]}
    columns = telemetry_columns(meta, locked.sources, locked.tables)
    return {
        table.dotted: {"date": dates.get(table.dotted), "columns": columns.get(table.dotted, {})}
        for table in locked.tables
    }


def _model(node: Node, meta: dict[str, Any], slug: str) -> dict[str, Any]:
    """Return a node as dbt's properties file lists it, with its place in the lineage."""
    document = node.document(slug, meta)
    if node.language == "python":
        document["config"]["materialized"] = OWN_TABLE_IN_PYTHON
    tags = document["config"].pop("tags")
    found = document["config"].pop("meta")
    own = {"group": group(slug), "docs": {"node_color": stage_color(node)}}
    document["config"] |= {**own, "tags": tags, "meta": found}
    for tested in [document, *document["columns"]]:
        if "data_tests" in tested:
            tested["data_tests"] = [described(test) for test in tested["data_tests"]]
    return document


def written_files(project: Path, slug: str) -> Iterator[Path]:
    """Yield what an earlier lock wrote; also where the experiment lay if it was private then."""
    for folder in (place / slug for pair in FOLDERS.values() for place in pair):
        for pattern in (f"{slug}.yml", FILE, TELEMETRY, "*.sql", "*.py"):
            for path in sorted((project / folder).glob(pattern)):
                yield path.relative_to(project)


def source_files(project: Path, retired: Iterable[str] = ()) -> Changes:
    """Return one file per source, over all experiments in the project that are not retired."""
    by_source: dict[str, set[Table]] = defaultdict(set)
    columns: Columns = defaultdict(lambda: defaultdict(set))
    dates: dict[str, Fragment] = {}
    ignored = set(retired)
    for slug, _, path in definitions(project):
        said = path.with_name(TELEMETRY)
        if slug in ignored or not said.exists():
            continue
        for dotted, read in json.loads(said.read_text(encoding="utf-8")).items():
            table = Table.parse(dotted)
            by_source[table.source].add(table)
            dates |= {dotted: read["date"]} if read.get("date") else {}
            for column, readers in read.get("columns", {}).items():
                columns[dotted][column].update(readers)
    files: Changes = {p.relative_to(project): None for p in project.glob(f"{SOURCES}/*.yml")}
    for name, tables in by_source.items():
        text = HEADER + dump({"sources": [_source(name, sorted(tables), columns, dates)]})
        files[SOURCES / f"{name}.yml"] = text
    return files


def _source(
    name: str, tables: list[Table], columns: Columns, dates: Mapping[str, Fragment]
) -> dict[str, Any]:
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
        {
            "name": table.name,
            "description": f"`{table.dotted}` in BigQuery. Listed are the columns that are read.",
            **(_freshness(dates[table.dotted]) if table.dotted in dates else {}),
            "columns": [
                {"name": column, "description": verbatim(_readers(columns[table.dotted][column]))}
                for column in sorted(columns[table.dotted])
            ],
        }
        for table in tables
    ]
    return source


def _freshness(date: Fragment) -> dict[str, Any]:
    """Let `dbt source freshness` look for a table's newest day; dbt compares timestamps."""
    return {
        "config": {
            "loaded_at_field": _by_target(date, "cast({} as timestamp)"),
            "freshness": {
                "warn_after": {"count": FRESH_DAYS, "period": "day"},
                "error_after": {"count": STALE_DAYS, "period": "day"},
                "filter": _by_target(date, f"{{}} > current_date - {DAYS_LOOKED_BACK}"),
            },
        }
    }


def _by_target(date: Fragment, form: str) -> str:
    """Write SQL about a date, as Jinja where dialects differ."""
    if isinstance(date, str):
        return str(verbatim(form.format(date)))
    bigquery, duckdb = (form.format(date[key]) for key in ("bigquery", "duckdb"))
    return f"{{{{ {bigquery!r} if target.type == 'bigquery' else {duckdb!r} }}}}"


def _readers(uses: set[str]) -> str:
    named = sorted(uses)[:MOST_READERS]
    more = [f"{len(uses) - MOST_READERS} more"] if len(uses) > MOST_READERS else []
    return f"Read for {', '.join([*named, *more])}."
