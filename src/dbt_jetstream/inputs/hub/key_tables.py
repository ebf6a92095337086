"""Which keys metric-config-parser reads in each kind of a hub's files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import attr
from metric_config_parser.alert import AlertDefinition
from metric_config_parser.analysis import AnalysisSpec
from metric_config_parser.config import DEFAULTS_DIR, DEFINITIONS_DIR, FUNCTIONS_FILE, OUTCOMES_DIR
from metric_config_parser.data_source import DataSourceDefinition, DataSourceJoin
from metric_config_parser.definition import DefinitionSpec
from metric_config_parser.dimension import DimensionDefinition
from metric_config_parser.experiment import ExperimentSpec
from metric_config_parser.exposure_signal import ExposureSignalDefinition
from metric_config_parser.function import Function, FunctionsSpec
from metric_config_parser.metric import AnalysisPeriod, MetricDefinition, MetricsSpec
from metric_config_parser.monitoring import MonitoringSpec
from metric_config_parser.outcome import OutcomeSpec
from metric_config_parser.parameter import ParameterDefinition
from metric_config_parser.segment import SegmentDataSourceDefinition, SegmentDefinition

# In a place, any name that the user chose.
NAME = "<name>"
METRIC = f"metrics.{NAME}"
FOLDED = ("joins", "statistics")


@dataclass(frozen=True)
class Table:
    """A table in a hub's file.

    Attributes:
        place: Its dotted key in the file, with `<name>` for names that users choose.
        keys: The keys that have an effect in it.
        folds_case: Whether the parser accepts its keys in upper case.
        taken: Names beside it that are no such table, as `data_sources` beside segments.
        spec: The parser's class of it.
    """

    place: str
    keys: frozenset[str]
    folds_case: bool = False
    taken: frozenset[str] = frozenset()
    spec: type = object

    def knows(self, key: str) -> bool:
        """Whether the parser reads the key."""
        return (key.lower() if self.folds_case else key) in self.keys


@dataclass(frozen=True)
class Kind:
    """A kind of file in a hub: what it is called, its root and the tables that it may hold."""

    title: str
    root: Table
    tables: tuple[Table, ...] = ()


@attr.s(auto_attribs=True)
class CovariateAdjustment:
    """What the parser passes on as a table of its own: the statistics read it."""

    metric: str
    period: str


def _fields(spec: type, *without: str) -> frozenset[str]:
    names = (field.name for field in attr.fields(spec))
    return frozenset(name for name in names if not name.startswith("_") and name not in without)


# Every spelling of a period in the parser or in Jetstream's tables, and its key in a file.
PERIODS = {
    **{period.value: period.mozanalysis_label for period in AnalysisPeriod},
    **{period.table_suffix: period.mozanalysis_label for period in AnalysisPeriod},
    **{period.mozanalysis_label: period.mozanalysis_label for period in AnalysisPeriod},
    "28day": AnalysisPeriod.DAYS_28.mozanalysis_label,
    "28_days": AnalysisPeriod.DAYS_28.mozanalysis_label,
    "preenrollment_28_day": AnalysisPeriod.PREENROLLMENT_DAYS_28.mozanalysis_label,
}
LABELS = frozenset(PERIODS.values())
# The fields of [metrics] that are no key in a file: the parser passes over tables of this name.
SHADOWED = _fields(MetricsSpec) - LABELS


def _table(
    place: str, spec: type, *, folds_case: bool = False, taken: frozenset[str] = frozenset()
) -> Table:
    return Table(place, _fields(spec), folds_case, taken, spec)


_METRICS_BESIDE_PERIODS = _table(METRIC, MetricDefinition, folds_case=True, taken=LABELS | SHADOWED)
_TABLES = (
    _table(f"{METRIC}.statistics.{NAME}.covariate_adjustment", CovariateAdjustment),
    _table("experiment", ExperimentSpec),
    _table("experiment.exposure_signal", ExposureSignalDefinition),
    _table(f"data_sources.{NAME}", DataSourceDefinition, folds_case=True),
    Table(
        f"data_sources.{NAME}.joins.{NAME}",
        _fields(DataSourceJoin, "data_source"),
        spec=DataSourceJoin,
    ),
    _table(
        f"segments.{NAME}", SegmentDefinition, folds_case=True, taken=frozenset({"data_sources"})
    ),
    _table(f"segments.data_sources.{NAME}", SegmentDataSourceDefinition, folds_case=True),
    _table(f"parameters.{NAME}", ParameterDefinition, folds_case=True),
    _table(f"dimensions.{NAME}", DimensionDefinition),
    _table(f"alerts.{NAME}", AlertDefinition),
    Table(f"functions.{NAME}", _fields(Function, "slug"), spec=Function),
)


def _kind(title: str, root: Table, metrics: Table = _METRICS_BESIDE_PERIODS) -> Kind:
    tables = (metrics, *_TABLES)
    return Kind(title, root, tuple(t for t in tables if _top(t) in root.keys))


def _top(table: Table) -> str:
    return table.place.split(".")[0]


EXPERIMENT = _kind("an experiment", _table("", AnalysisSpec))
DEFAULT = _kind("a default", _table("", AnalysisSpec))
DEFINITION = _kind("a definition", _table("", DefinitionSpec))
# Its period lists stand at its root, and beside its metrics no name is taken.
OUTCOME = _kind(
    "an outcome",
    Table(
        "", frozenset(PERIODS.get(name, name) for name in _fields(OutcomeSpec)), spec=OutcomeSpec
    ),
    _table(METRIC, MetricDefinition, folds_case=True),
)
FUNCTIONS = _kind("functions.toml", _table("", FunctionsSpec))
OPMON = _kind("an OpMon project", _table("", MonitoringSpec))
KINDS = (EXPERIMENT, DEFAULT, OUTCOME, DEFINITION, FUNCTIONS, OPMON)


def kind_of(path: Path) -> Kind:
    """Tell the kind from the folder, as the parser does."""
    if path.parent.parent.name == OUTCOMES_DIR:
        return OUTCOME
    if path.parent.name == DEFAULTS_DIR:
        return DEFAULT
    if path.parent.name == DEFINITIONS_DIR:
        return FUNCTIONS if path.name == FUNCTIONS_FILE else DEFINITION
    return EXPERIMENT
