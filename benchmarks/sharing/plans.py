"""Three ways to a day of client days for many experiments, as SQL for DuckDB.

- alone: each experiment reads the telemetry, with the SQL that the project's macros render;
- shared: one query reads it for all, into a table of which each experiment takes its rows;
- copied: the telemetry of all enrolled units is copied, and each experiment reads the copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.render import Renderer
from sharing.hub import DAY, columns_of
from sharing.telemetry import ENROLLED, TABLE

QUOTED_TABLE = ".".join(f'"{part}"' for part in TABLE.split("."))


@dataclass(frozen=True)
class Step:
    """A query of a plan.

    Attributes:
        table: The table that it makes.
        sql: What it selects.
    """

    table: str
    sql: str


class DayRenderer(Renderer):
    """The project's macros on a day on which one day of telemetry is new."""

    def _answers(self) -> dict[str, Callable[..., Any]]:
        days = {"first": DAY, "last": DAY}
        return super()._answers() | {"grows": lambda: True, "unread_days": lambda *_: days}

    def client_days(self, experiment: LockedExperiment) -> str:
        """Render what an experiment keeps of the day."""
        (sql,) = self.render(experiment, lambda node: node is client_days_of(experiment)).values()
        return sql

    def parts(self, experiment: LockedExperiment) -> dict[str, str]:
        """List an experiment's parts by name, with the experiment as a column."""
        parts = client_days_of(experiment).meta["data_source"]["parts"]
        slug = f"'{experiment.slug}'"
        return {
            part["name"]: self.macros["fragment"](part["sql"]).replace(slug, "e.experiment")
            for part in parts
        }


def client_days_of(experiment: LockedExperiment) -> Node:
    """Find the one model that keeps client days."""
    (node,) = (node for node in experiment.nodes if "data_source" in node.meta)
    return node


def alone(renderer: DayRenderer, experiments: list[LockedExperiment]) -> Iterator[Step]:
    """Yield a query per experiment, each over the telemetry."""
    for experiment in experiments:
        name = client_days_of(experiment).name
        yield Step(f"alone.{name}", renderer.client_days(experiment))


def shared(renderer: DayRenderer, experiments: list[LockedExperiment]) -> Iterator[Step]:
    """Yield the one query over the telemetry, and one per experiment over what it has made."""
    parts = {experiment.slug: renderer.parts(experiment) for experiment in experiments}
    distinct = sorted({sql for found in parts.values() for sql in found.values()})
    names = {sql: f"part_{number}" for number, sql in enumerate(distinct)}
    yield Step("shared.client_days", _shared_scan(names))
    for experiment in experiments:
        node = client_days_of(experiment)
        columns = [f"{names[sql]} as {name}" for name, sql in parts[experiment.slug].items()]
        yield Step(f"shared.{node.name}", _of_experiment(experiment, columns))


def copied(renderer: DayRenderer, experiments: list[LockedExperiment]) -> Iterator[Step]:
    """Yield the copy of the telemetry, and one query per experiment over it."""
    columns = ", ".join(
        ("submission_date", "client_id", "experiments", *columns_of(len(experiments)))
    )
    yield Step(
        "copied.telemetry",
        f"select {columns} from {TABLE} where submission_date = date '{DAY}' "
        f"and client_id in (select analysis_id from {ENROLLED})",
    )
    for experiment in experiments:
        sql = renderer.client_days(experiment).replace(QUOTED_TABLE, "copied.telemetry")
        yield Step(f"copied.{client_days_of(experiment).name}", sql)


def _shared_scan(names: dict[str, str]) -> str:
    """Write the scan for all experiments; `names` are those of the parts, by their SQL.

    The order is what a table's clusters are on BigQuery.
    """
    parts = "".join(f",\n    {sql} as {name}" for sql, name in names.items())
    return f"""select
    e.experiment,
    e.analysis_id,
    e.branch,
    ds.submission_date,
    e.enrollment_date,
    e.exposure_date{parts}
from {ENROLLED} as e
inner join {TABLE} as ds
    on ds.client_id = e.analysis_id
    and ds.submission_date between date '{DAY}' and date '{DAY}'
    and ds.submission_date >= e.enrollment_date
    and (
        ds.submission_date != e.enrollment_date
        or mozfun_map_get_key(ds.experiments, e.experiment) is not null
    )
group by 1, 2, 3, 4, 5, 6
order by e.experiment"""


def _of_experiment(experiment: LockedExperiment, columns: list[str]) -> str:
    listed = "".join(f",\n    {column}" for column in columns)
    return f"""select
    analysis_id,
    branch,
    submission_date,
    enrollment_date,
    exposure_date{listed}
from shared.client_days
where experiment = '{experiment.slug}'"""
