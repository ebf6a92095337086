"""Where the types of telemetry come from: a file beside the hub, or dbt's own sources."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.platforms import Platform
from dbt_jetstream.review.types.check import TypeChecker
from dbt_jetstream.review.types.sources import declared_columns
from dbt_jetstream.review.types.tables import tables_of
from dbt_jetstream.review.types.telemetry import FILE, Telemetry, read_types

NO_ANALYZER = (
    "types were not checked: install `dbt-jetstream[types]`, which brings Google's analyzer"
)
NO_COLUMNS = (
    f"types were not checked: no {FILE} lies beside the hub; `jetstream columns --write` makes it "
    "from the target"
)


def known_types(hub: Hub, project: Path, platforms: dict[str, Platform]) -> Telemetry:
    """Gather what is known of the columns of telemetry that a hub reads.

    Raises:
        ConfigErrors: If a file beside a hub is none of types.
    """
    found = dict(declared_columns(project, tables_of(hub, platforms)))
    for checkout in hub.checkouts:
        path = checkout.folder / FILE
        if path.exists():
            found |= read_types(path)
    return found


def checker_of(telemetry: Telemetry) -> tuple[TypeChecker | None, str]:
    """Return what checks types, or why nothing does."""
    if not telemetry:
        return None, NO_COLUMNS
    if find_spec("zetasql") is None:
        return None, NO_ANALYZER
    return TypeChecker(telemetry), ""
