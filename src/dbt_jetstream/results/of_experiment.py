"""An experiment's results as DataFrames, from either target: for notebooks, tables and pages.

>>> from dbt_jetstream import results
>>> frame = results.statistics("pip-first-time-hint", period="overall")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.periods import PERIODS
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.results.warehouse import MissingTableError, Warehouse, open_warehouse
from dbt_jetstream.trust.finding import CHECKS, KEY

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "analysis_period",
    "window_index",
    "analysis_basis",
    "segment",
    "metric",
    "statistic",
    "parameter",
    "branch",
    "comparison",
    "comparison_to_branch",
    "ci_width",
    "point",
    "lower",
    "upper",
)
NUMBERS = ("parameter", "ci_width", "point", "lower", "upper")
KEYS = COLUMNS[: COLUMNS.index("ci_width")]


@dataclass(frozen=True)
class Tables:
    """The result tables of one experiment.

    Attributes:
        lock: What the experiment is locked with.
        warehouse: The open target.
    """

    lock: HeldLock
    warehouse: Warehouse

    @property
    def slug(self) -> str:
        """The experiment."""
        return self.lock.slug

    def statistics(self, period: str | None = None) -> pd.DataFrame:
        """Return statistics rows; see the function of this name."""
        columns = ", ".join(COLUMNS)
        found = self._read(naming.statistics(self.slug), columns, period, "problem is null")
        found[list(NUMBERS)] = found[list(NUMBERS)].astype(float)
        return _text_nulls(found).sort_values(list(KEYS), ignore_index=True)

    def problems(self) -> pd.DataFrame:
        """Return what is remarked on results: a row per cell, with its `problem`."""
        columns = ", ".join([*COLUMNS[:6], "problem"])
        return self._read(naming.statistics(self.slug), columns, None, "problem is not null")

    def absent_sources(self) -> pd.DataFrame:
        """Return the windows that data sources were absent from: period, window, sources."""
        columns = "distinct analysis_period, window_index, absent_sources"
        return self._read(naming.statistics(self.slug), columns, None, "absent_sources <> ''")

    def late_telemetry(self) -> pd.DataFrame:
        """Return what waits for telemetry or was computed without: period (or null), message."""
        where = "experiment = @slug and func_name = 'late_telemetry'"
        columns = "analysis_period, message"
        found = self._read("logs", columns, None, where, slug=self.slug)
        return _text_nulls(found).sort_values(columns.split(", "), ignore_index=True)

    def completeness(self) -> pd.DataFrame:
        """Return the completeness grid; see the function of this name."""
        return _text_nulls(self._read(naming.completeness(self.slug)))

    def trust(self) -> pd.DataFrame:
        """Return the trust checks; see the function of this name."""
        found = _text_nulls(self._read(naming.trust(self.slug)))
        # A table has no order of its own: what is about all comes before what is about a part.
        return found.sort_values(list(KEY), key=_rank, na_position="first", ignore_index=True)

    def _read(
        self,
        table: str,
        columns: str = "*",
        period: str | None = None,
        where: str = "true",
        **values: Any,
    ) -> pd.DataFrame:
        name = self.warehouse.table(table, self.lock.dataset)
        # Names of tables and columns come from the lock, values go as parameters.
        sql = f"select {columns} from {name} where {where}"
        if period is not None:
            sql += " and analysis_period = @period"
            values["period"] = period
        try:
            return self.warehouse.query(sql, **values)
        except MissingTableError as error:
            problem = f"no table {table}; run `dbt build --select experiment:{self.slug}` first"
            raise ConfigErrors([ConfigError(self.warehouse.name, self.slug, problem)]) from error


@contextmanager
def open_tables(
    slug: str, project: Path | str = ".", target: str | None = None
) -> Iterator[Tables]:
    """Open the result tables of an experiment; others cannot write to a DuckDB meanwhile.

    Args:
        slug: The experiment, as Experimenter names it.
        project: The folder of the dbt project.
        target: dbt's target; None for the profile's default.

    Raises:
        ConfigErrors: If the experiment is not locked here, or the target cannot be opened.
    """
    folder = Path(project).resolve()
    lock = lock_of(folder, slug)
    with open_warehouse(folder, target) as warehouse:
        yield Tables(lock, warehouse)


def lock_of(project: Path, slug: str) -> HeldLock:
    """Return the lock of an experiment.

    Raises:
        ConfigErrors: If there is none in the project.
    """
    (found,) = locks_of(project, [slug])
    return found


def locks_of(project: Path, slugs: Iterable[str]) -> list[HeldLock]:
    """Return the locks of experiments, each once, in the order in which they are named.

    Raises:
        ConfigErrors: If one has none in the project.
    """
    locks = held_locks(project)
    wanted = dict.fromkeys(slugs)
    missing = next((slug for slug in wanted if slug not in locks), None)
    if missing is None:
        return [locks[slug] for slug in wanted]
    if not project.is_dir():
        raise ConfigErrors(
            [ConfigError(project, "", "there is no such folder; name the project's")]
        )
    known = ", ".join(sorted(locks)[:10]) or "none"
    problem = f"no such experiment in this project (known: {known}); run `jetstream sync` first"
    raise ConfigErrors([ConfigError(project / "models/experiments", missing, problem)])


def statistics(
    slug: str, *, period: str | None = None, project: Path | str = ".", target: str | None = None
) -> pd.DataFrame:
    """Return the statistics of an experiment, as they are exported.

    Args:
        slug: The experiment, as Experimenter names it.
        period: An analysis period by its table suffix, such as `overall`; None for all.
        project: The folder of the dbt project.
        target: dbt's target; None for the profile's default.

    Returns:
        A row per analysis_period, window_index, analysis_basis, segment, metric, statistic,
        parameter, branch, comparison and comparison_to_branch, in that order, with ci_width,
        point, lower and upper as floats. Absent texts are None, absent numbers NaN.

    Raises:
        ConfigErrors: If the experiment is not locked or not built, or the period is unknown.
    """
    if period is not None and period not in PERIODS:
        problem = f"no such period; known are {', '.join(PERIODS)}"
        raise ConfigErrors([ConfigError(None, period, problem)])
    with open_tables(slug, project, target) as tables:
        return tables.statistics(period)


def completeness(
    slug: str, *, project: Path | str = ".", target: str | None = None
) -> pd.DataFrame:
    """Return what became of every declared result: a row each, with `state` and `reason`."""
    with open_tables(slug, project, target) as tables:
        return tables.completeness()


def trust(slug: str, *, project: Path | str = ".", target: str | None = None) -> pd.DataFrame:
    """Return the trust checks of an experiment: a row per finding, with `state` and `message`."""
    with open_tables(slug, project, target) as tables:
        return tables.trust()


def newest_window(frame: pd.DataFrame, period: str | None = None) -> tuple[str, int] | None:
    """Return the newest window of the longest period that has results, or of a given period.

    Args:
        frame: Rows with analysis_period and window_index.
        period: The period, by its table suffix; None for the longest.
    """
    for candidate in PERIODS if period is None else (period,):
        windows = frame.loc[frame["analysis_period"] == candidate, "window_index"]
        if len(windows):
            return candidate, int(windows.max())
    return None


def _rank(column: pd.Series) -> pd.Series:
    return column.map(CHECKS.index) if column.name == "check" else column


def _text_nulls(frame: pd.DataFrame) -> pd.DataFrame:
    """Write absent texts as None, whatever the target and the version of pandas gives."""
    for name in frame.columns:
        if frame[name].dtype.kind not in "iufbM":
            values = frame[name].astype(object)
            frame[name] = values.where(values.notna(), None)
    return frame
