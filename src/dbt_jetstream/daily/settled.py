"""Which experiments a run can leave out: nothing that their build reads differs from the last one.

A build records in the warehouse what it was made from, if all went well and nothing can become due
until a day; see macros/settled/ and docs/decisions/0029-settled-experiments.md.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dbt.contracts.graph.manifest import Manifest

from dbt_jetstream.common import naming
from dbt_jetstream.daily.build import INPUTS, Dbt, experiment_of
from dbt_jetstream.lock.folder import FOLDERS, definitions
from dbt_jetstream.project.package import package_files, package_folder
from dbt_jetstream.sync.registry import REGISTRY

PACKAGE = Path(__file__).parents[1]
# What all experiments are built with, beside their own folders. Sources, which change with every
# experiment that is added, are not in it: what is settled reads no telemetry.
SHARED = ("macros", "tests", "seeds", "dbt_packages")
VARIABLES = ("JETSTREAM_", "DBT_JETSTREAM_")
# What is compared otherwise: the day, and what a build is told of the run.
OTHERWISE = ("JETSTREAM_AS_OF", "DBT_JETSTREAM_AS_OF", INPUTS)
# What a hook of a model says where its table is exported under its own name.
EXPORTS = {"export_statistics()": "statistics", "export_trust()": "trust"}


def inputs_of(project: Path) -> dict[str, str]:
    """Return a hash of all that an experiment is built from but telemetry, by slug.

    Private experiments have a schema of their own, and are always built.
    """
    shared = hashlib.sha256()
    for key in sorted(os.environ):
        if key.startswith(VARIABLES) and key not in OTHERWISE:
            shared.update(f"{key}={os.environ[key]}\n".encode())
    _add(shared, PACKAGE, PACKAGE.rglob("*.py"))
    _add(shared, project, _shared_files(project))
    # By name: in dbt_packages there is only a link to it.
    _add(shared, package_folder(project), package_files(project))
    found = {}
    for slug, is_private, _ in definitions(project):
        if not is_private:
            own = shared.copy()
            for folder in FOLDERS[False]:
                _add(own, project, (project / folder / slug).glob("*"))
            found[slug] = own.hexdigest()[:32]
    return found


def _shared_files(project: Path) -> Iterator[Path]:
    yield from project.glob("*.yml")
    yield from (project / "models").glob("*.*")
    for folder in SHARED:
        for path in (project / folder).rglob("*"):
            # What became of all experiments is published by every run.
            if path.suffix in {".sql", ".yml", ".csv"} and path != project / REGISTRY:
                yield path


def _add(digest: Any, folder: Path, paths: Iterable[Path]) -> None:
    for path in sorted(path for path in paths if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder)} {len(content)}\n".encode() + content)


def settled_experiments(dbt: Dbt, project: Path, inputs: Mapping[str, str]) -> set[str]:
    """Return the experiments of which a build would change nothing."""
    assert dbt.manifest is not None
    elsewhere = _with_nodes_elsewhere(dbt.manifest)
    asked = {slug: found for slug, found in inputs.items() if slug in dbt.experiments - elsewhere}
    if not asked:
        return set()
    rows = dbt.query(f"{{{{ dbt_jetstream.settled_experiments({asked!r}) }}}}")
    settled = {str(row["experiment"]) for row in rows}
    missing = set(_without_exports(dbt.manifest, project)) if settled else set()
    return settled - missing


def _with_nodes_elsewhere(manifest: Manifest) -> set[str]:
    """Return the experiments that have models of the user's own: what these read is not known."""
    own = {folder.as_posix() for folder in FOLDERS[False]}
    return {
        slug
        for node in manifest.nodes.values()
        if (slug := experiment_of(node))
        and Path(node.original_file_path).parent.as_posix() not in {f"{f}/{slug}" for f in own}
    }


def _without_exports(manifest: Manifest, project: Path) -> Iterator[str]:
    """Yield the experiments of which an exported file is gone; objects are not looked up."""
    uri = os.environ.get("JETSTREAM_EXPORT_URI") or os.environ.get("DBT_JETSTREAM_EXPORT_URI")
    folder = uri or "export"
    if "://" in folder:
        return
    present = {path.relative_to(project / folder) for path in (project / folder).glob("*/*.json")}
    for node in manifest.nodes.values():
        slug = experiment_of(node)
        if slug and not present.issuperset(_exports(node, slug)):
            yield slug


def _exports(node: Any, slug: str) -> Iterator[Path]:
    name = naming.normalise(slug)
    yield from (Path(f"{kind}/{kind}_{name}.json") for kind in ("metadata", "errors"))
    hooks = "".join(hook.sql for hook in getattr(node.config, "post_hook", ()))
    for call, kind in EXPORTS.items():
        if call in hooks:
            yield Path(f"{kind}/{node.alias}.json")
