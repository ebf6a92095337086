"""What a sync is asked, and what it did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from dbt_jetstream.common.errors import (
    ConfigError,
    ConfigErrors,
)
from dbt_jetstream.common.journal import STATE
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.held import HeldLock

# New experiments that ended longer ago are not added by themselves: Experimenter lists thousands.
ENDED_RECENTLY = dt.timedelta(days=28)
SYNC_LOCK = STATE / "sync.lock"
# A sync of hundreds of experiments takes less.
SYNC_SECONDS = 60


class UnknownSlugs(ConfigErrors):
    """Experiments were named that are not in the list.

    Attributes:
        is_any_locked: Whether any of those that were named is locked, so that it can be built.
    """

    def __init__(self, errors: list[ConfigError], *, is_any_locked: bool) -> None:
        super().__init__(errors)
        self.is_any_locked = is_any_locked


class Relock(Enum):
    """What a new lock of an experiment that has one does to its windows."""

    EVERYTHING = "rerun"
    WINDOWS_TO_COME = "rerun-skip"


@dataclass(frozen=True)
class Request:
    """What to sync.

    Attributes:
        hubs: Hubs in metric-hub's layout; where two define a thing, the later one wins.
        experiments: A JSON array of experiments, as Experimenter's v8 API returns it: a file or
            URL.
        project: The dbt project.
        slugs: The experiments to sync; all in the array where empty.
        as_of: The last day with complete telemetry: experiments that ended before and are finished
            are retired. None: none is.
        with_ended: Whether to add new experiments that ended long ago, too.
        is_finished: Tells which of the experiments that ended have been analysed to the end.
        relock: Experiments that take the newest definitions although they have a lock.
        relock_changed: The same, for all whose own config changed since their lock.
    """

    hubs: Sequence[HubAddress]
    experiments: Path | str
    project: Path
    slugs: Sequence[str] = ()
    as_of: dt.date | None = None
    with_ended: bool = False
    is_finished: Callable[[Collection[HeldLock]], Collection[str]] = lambda _: ()
    relock: Mapping[str, Relock] = field(default_factory=dict)
    relock_changed: bool = False

    def ended_before(self, slug: str) -> dt.date | None:
        """Return the date before which a new experiment must not have ended; None for any."""
        if self.as_of is None or self.with_ended or slug in self.slugs:
            return None
        return self.as_of - ENDED_RECENTLY


@dataclass
class SyncReport:
    """What a sync did.

    Attributes:
        experiments: The experiments that were locked.
        kept: The slugs of those whose lock was kept.
        moved: The slugs of those whose lock was an earlier version's.
        finished: Of those, the ones that were retired.
        config_changed: Of those, the ones whose own config changed since.
        reruns_asked: Those that are computed anew since Experimenter asks for it.
        reruns_over: Those whose lock is of such a rerun that is not asked for any more.
        skipped: Why others are not analysed, by slug; nothing is wrong with them.
        refused: What is wrong with others, by slug.
        warnings: What the authors of the configs should know.
        changed: The files that were written or removed, relative to the project.
    """

    experiments: list[LockedExperiment] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    config_changed: list[str] = field(default_factory=list)
    reruns_asked: list[str] = field(default_factory=list)
    reruns_over: list[str] = field(default_factory=list)
    skipped: dict[str, ConfigError] = field(default_factory=dict)
    refused: dict[str, list[ConfigError]] = field(default_factory=dict)
    warnings: list[ConfigError] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)
