"""`jetstream statistics`: what the Python models make, where dbt does not run them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.run_lock import run_lock
from dbt_jetstream.common.target import run_lock_path
from dbt_jetstream.common.unexpected import apart
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.outside_dbt.store import Store, Tables, open_store
from dbt_jetstream.results.of_experiment import locks_of
from dbt_jetstream.statistics.model import (
    SCHEMA,
    Window,
    done_windows,
    statistics_of_windows,
    summarised_windows,
)
from dbt_jetstream.statistics.tables import Table
from dbt_jetstream.sync.registry import read_retired
from dbt_jetstream.trust.model import trust_findings

HASH = "definition_hash"


@dataclass(frozen=True)
class Computed:
    """What became of an experiment.

    Attributes:
        computed: How many windows got statistics.
        kept: How many had them.
        findings: How many rows the trust checks have.
    """

    computed: int
    kept: int
    findings: int

    def __str__(self) -> str:
        """Say it in a line."""
        windows = "window" if self.computed == 1 else "windows"
        return (
            f"statistics of {self.computed} {windows} computed, of {self.kept} kept; "
            f"{self.findings} findings of trust checks"
        )


@dataclass
class Outcome:
    """What became of all experiments.

    Attributes:
        computed: Of those whose tables were written.
        passed_over: Why others were not, by slug; no mistakes.
        mistakes: Why others failed.
    """

    computed: dict[str, Computed] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)
    mistakes: list[ConfigError] = field(default_factory=list)


def compute_statistics(
    project: Path,
    slugs: Sequence[str],
    target: str | None,
    wait: float = 0,
    *,
    anew: bool = False,
    after_each: Callable[[int], None] | None = None,
) -> Outcome:
    """Make the statistics and trust tables of experiments, from those of their SQL models.

    They are what dbt makes with the Python models: rows, their order, types and names. A table of
    statistics keeps the windows that need nothing, as dbt's does.

    Args:
        project: The dbt project.
        slugs: The experiments; none for all that are built and not retired.
        target: dbt's target; None for the profile's default.
        wait: Seconds to wait for a run on the target to end.
        anew: Whether windows that have their statistics are computed, too, as by --full-refresh.
        after_each: Called after each experiment, with their number.

    Raises:
        ConfigErrors: If an experiment is not locked here, or the target cannot be opened.
    """
    project = project.resolve()
    locks, retired = _locks(project, slugs), read_retired(project)
    outcome = Outcome()
    with run_lock(run_lock_path(project, target), wait), open_store(project, target) as store:
        for lock in locks:
            if lock.slug in retired:
                again = f"`jetstream rerun {lock.slug}` brings it back"
                outcome.passed_over[lock.slug] = f"retired, its tables stay; {again}"
            else:
                _compute_apart(project, lock, store, outcome, anew=anew)
            if after_each:
                after_each(len(locks))
    return outcome


def _locks(project: Path, slugs: Sequence[str]) -> list[HeldLock]:
    if slugs:
        return locks_of(project, slugs)
    locks = [lock for _, lock in sorted(held_locks(project).items())]
    if not locks:
        problem = "no experiment is locked here; run `jetstream sync` first"
        raise ConfigErrors([ConfigError(project / "models/experiments", "", problem)])
    return locks


def _compute_apart(
    project: Path, lock: HeldLock, store: Store, outcome: Outcome, *, anew: bool
) -> None:
    with apart(project, lock.slug, outcome.mistakes), store.of(lock.slug, lock.dataset) as tables:
        inputs = {name: tables.open(name) for name in _inputs(lock.slug)}
        missing = [name for name, table in inputs.items() if table is None]
        if missing:
            build = f"run `dbt build --select tag:experiment:{lock.slug}`"
            outcome.passed_over[lock.slug] = f"not built yet, no table {missing[0]}; {build} first"
            return
        found = {name: table for name, table in inputs.items() if table is not None}
        for name, table in found.items():
            _check_definition(lock, name, table)
        outcome.computed[lock.slug] = _compute(lock, tables, found, anew=anew)


def _inputs(slug: str) -> tuple[str, str, str]:
    return naming.pieces(slug), naming.moments(slug), naming.trust_counts(slug)


def _check_definition(lock: HeldLock, name: str, table: Table) -> None:
    """Refuse what another definition has made: its statistics would be of neither."""
    held = {row[HASH] for row in table.distinct(HASH).to_pylist()}
    if held - set(lock.hashes()[name]):
        problem = (
            f"{name} holds rows of an earlier definition; build the SQL models first, "
            f"`dbt build --select tag:experiment:{lock.slug} --exclude path:python_models+`"
        )
        raise ConfigErrors([ConfigError(None, lock.slug, problem)])


def _compute(lock: HeldLock, tables: Tables, inputs: dict[str, Table], *, anew: bool) -> Computed:
    pieces, moments, counts = inputs.values()
    name, trust = naming.statistics(lock.slug), naming.trust(lock.slug)
    summarised = summarised_windows(moments)
    held = None if anew else _held(lock, tables, name)
    kept = done_windows(held) & summarised.keys() if held else set()
    rows = statistics_of_windows(pieces, moments, _definition(lock, name), kept)
    if held is None:
        tables.replace(name, rows, lock.models[name]["config"]["cluster_by"])
    else:
        stale = _windows(held) - kept
        if stale or len(rows):
            tables.exchange(name, stale, rows)
    statistics = tables.open(name)
    assert statistics is not None
    findings = trust_findings(counts, pieces, statistics, _definition(lock, trust))
    tables.replace(trust, findings, [])
    return Computed(len(summarised) - len(kept), len(kept), len(findings))


def _held(lock: HeldLock, tables: Tables, name: str) -> Table | None:
    """Return the table that rows are added to; None where it is made anew.

    As by macro `grows`; and where it has other columns, which dbt would add.
    """
    held = tables.open(name)
    if held is None or set(tables.columns(name)) != set(SCHEMA.names):
        return None
    hashes = {row[HASH] for row in held.distinct(HASH).to_pylist()}
    return held if hashes and hashes <= set(lock.hashes()[name]) else None


def _definition(lock: HeldLock, name: str) -> dict[str, Any]:
    meta: dict[str, Any] = lock.models[name]["config"]["meta"]
    return meta


def _windows(statistics: Table) -> set[Window]:
    found: pa.Table = statistics.distinct("analysis_period", "window_index")
    return {(row["analysis_period"], row["window_index"]) for row in found.to_pylist()}
