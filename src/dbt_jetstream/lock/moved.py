"""Moves a lock that an earlier version wrote to the models of this one, without the hub.

Earlier versions had pieces and moments in one table, `summaries_<slug>`. Its definition is that of
both: what is upstream, and the statistics that were computed from it, stand as they are.
"""

from __future__ import annotations

import re
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from dbt_jetstream import naming
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.files import Changes
from dbt_jetstream.lock import models
from dbt_jetstream.lock.data_tests import described
from dbt_jetstream.lock.folder import FOLDERS
from dbt_jetstream.lock.growing import grown
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.lock.nodes import PACKAGE, call, column_documents, ref, unique_key

# Earlier versions called macros without the name of their package.
UNQUALIFIED, CALL = re.compile(r"^\{\{ (?=\w+\()"), f"{{{{ {PACKAGE}."
METRICS = re.compile(r"metrics\s*=\s*(\{.*?\})", re.DOTALL)


def moved(project: Path, held: HeldLock) -> Changes:
    """Return the files of a lock as this version writes them; none where it has written them.

    The lock's text is changed too.

    Raises:
        ConfigErrors: If the lock is not as `sync` writes it.
    """
    return grown(project, held, _without_summaries(project, held))


def _without_summaries(project: Path, held: HeldLock) -> Changes:
    """Return the files that tables of pieces and of moments change."""
    sql_folder, python_folder = (folder / held.slug for folder in FOLDERS[held.is_private])
    old = sql_folder / f"{_old_name(held.slug)}.sql"
    if not (project / old).exists():
        return {}
    held.text = held.with_models(partial(_moved_model, held.slug))
    found = METRICS.search((project / old).read_text(encoding="utf-8", errors="replace"))
    if found is None:
        problem = "is no model as `jetstream sync` writes it; restore it, or delete its folder"
        raise ConfigErrors([ConfigError(old, "", problem)])
    metrics = " ".join(found.group(1).split())
    pieces, moments = naming.pieces(held.slug), naming.moments(held.slug)
    sql = {
        pieces: call("pieces", bins=ref(naming.bins(held.slug)), metrics=metrics),
        moments: call("moments", pieces=ref(pieces), metrics=metrics),
    }
    files: Changes = {
        path.relative_to(project): UNQUALIFIED.sub(CALL, path.read_text(encoding="utf-8"))
        for path in sorted((project / sql_folder).glob("*.sql"))
    }
    files |= {sql_folder / f"{name}.sql": text for name, text in sql.items()}
    for path in sorted((project / python_folder).glob("*.py")):
        text = _of_pieces(path.read_text(encoding="utf-8"), held.slug)
        files[python_folder / path.name] = text
    return {**files, old: None, held.path.relative_to(project): held.text}


def _old_name(slug: str) -> str:
    return f"summaries_{naming.normalise(slug)}"


def _moved_model(slug: str, model: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what stands for a model of an earlier version: itself, if nothing changed."""
    old = _old_name(slug)
    if model["name"] == old:
        return _divided(slug, model)
    # Completeness lists all nodes of the experiment.
    nodes = model["config"]["meta"].get("nodes", [])
    if old in nodes:
        place = nodes.index(old)
        nodes[place : place + 1] = [naming.pieces(slug), naming.moments(slug)]
    return [model]


def _divided(slug: str, model: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for table in (models.PIECES, models.MOMENTS):
        document = deepcopy(model)
        document["name"] = table.name(slug)
        document["description"] = table.description.format(slug=slug)
        document["config"]["unique_key"] = list(table.key)
        document["config"]["pre_hook"] = UNQUALIFIED.sub(CALL, document["config"]["pre_hook"])
        document["data_tests"] = [described(unique_key(*table.key))]
        document["columns"] = column_documents(table.columns())
        found.append(document)
    return found


def _of_pieces(text: str, slug: str) -> str:
    """Let a Python model read pieces and, for statistics, moments."""
    old = f'summaries = dbt.ref("{_old_name(slug)}")'
    pieces = f'dbt.ref("{naming.pieces(slug)}")'
    both = f'pieces, moments = {pieces}, dbt.ref("{naming.moments(slug)}")'
    is_statistics = "statistics_table(summaries, " in text
    text = text.replace(old, both if is_statistics else f"pieces = {pieces}")
    text = text.replace("statistics_table(summaries, ", "statistics_table(pieces, moments, ")
    return text.replace("trust_table(counts, summaries, ", "trust_table(counts, pieces, ")
