"""What macros of the project and of dbt ask while they are rendered, and what they are answered."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from dbt_jetstream.lock.nodes.node import PACKAGE, Node
from dbt_jetstream.project.package import macro_files, package_folder, project_file, test_files
from dbt_jetstream.review.relations import Relation
from dbt_jetstream.review.render import Renderer
from dbt_jetstream.review.statements import dbt_macros
from dbt_jetstream.review.statements.dbt_macros import Stored
from dbt_jetstream.review.statements.types import ColumnTypes
from dbt_jetstream.review.statements.warehouse import Answer, Build

# In place of what `jetstream run` says of a run's inputs.
INPUTS = "inputs-of-the-run"
EXPORT_URI = "gs://bucket"


class Answering(Renderer):
    """Renders macros as a build runs them, with the answers that a warehouse would give.

    Attributes:
        build: The build of which statements are rendered.
        asked: The queries that macros sent.
        exported: What macros ran on BigQuery by way of this package: queries whose rows go to
            storage, and scripts.
        answers: What the queries get that contain a text, whatever the build would answer.
        types: The types of columns, where they can be known.
        exports_json: Whether this package is installed beside dbt, which exports then.
    """

    def __init__(self, project: Path, dialect: str, types: ColumnTypes | None = None) -> None:
        """Load the macros of the project and those of dbt.

        Args:
            project: The dbt project.
            dialect: `bigquery` or `duckdb`.
            types: The types of telemetry's columns.
        """
        self.asked: list[str] = []
        self.exported: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.types = types
        self.exports_json = True
        self.build: Build | None = None
        self.dbt: dict[str, Any] = {}
        self._pending: Callable[[], Answer] | None = None
        self._macro_texts = [path.read_text(encoding="utf-8") for path in macro_files(project)]
        self.settings = project_file(project)
        self.run_settings = project_file(package_folder(project))
        super().__init__(project, dialect)
        own = dict(self.macros)
        self.dbt = self._load(dbt_macros.paths(dialect))
        self.own_tests = self._load(test_files(project))
        context = self.environment.globals
        context.update(self.dbt)
        context.update(own)
        vars(context["dbt"]).update(self.dbt)

    def _load(self, paths: Iterable[Path]) -> dict[str, Any]:
        loaded: dict[str, Any] = {}
        for path in paths:
            text = path.read_text(encoding="utf-8").replace("{% test ", "{% macro test_")
            loaded |= self.load(text.replace("{% endtest %}", "{% endmacro %}"))
        return loaded

    def _dispatch(self, name: str, _package: str = PACKAGE) -> Any:
        """Find a macro as dbt does: for the adapter before any other, ours before dbt's."""
        for prefix in (self.dialect, "default"):
            for known in (self.macros, self.dbt):
                if f"{prefix}__{name}" in known:
                    return known[f"{prefix}__{name}"]
        raise LookupError(name)

    def _context(self) -> dict[str, Any]:
        bigquery = self.dialect == "bigquery"
        adapter = dbt_macros.bigquery_adapter() if bigquery else dbt_macros.duckdb_adapter()
        create = SimpleNamespace(create=self._create)
        return {
            **super()._context(),
            "adapter": _Adapter(self, adapter),
            "var": self.settings.get("vars", {}).get,
            "env_var": self._environment_variable,
            "load_relation": self._present,
            "run_query": self._run_query,
            "should_store_failures": lambda: False,
            "flags": SimpleNamespace(WHICH="build", FULL_REFRESH=False),
            "invocation_id": "render",
            "project_name": PACKAGE,
            "dbt_version": "1",
            "api": SimpleNamespace(Relation=create),
        }

    @property
    def _build(self) -> Build:
        assert self.build is not None, "no build has begun"
        return self.build

    @property
    def _table(self) -> Stored:
        """The table that is being built."""
        found: Any = self.environment.globals["this"]
        return cast(Stored, found)

    def _environment_variable(self, name: str, default: str = "") -> str:
        known = {
            "JETSTREAM_AS_OF": self._build.day.isoformat(),
            "JETSTREAM_INPUTS": json.dumps({self._build.locked.slug: INPUTS}),
            "JETSTREAM_EXPORT_URI": os.environ.get("JETSTREAM_EXPORT_URI", EXPORT_URI),
        }
        return known.get(name, default)

    # What macros ask.

    def _answers(self) -> dict[str, Callable[..., Any]]:
        """Let macros ask what they ask, and answer as the warehouse would in the build."""
        answers: dict[str, Callable[..., Answer]] = {
            "has_rows": lambda *_: Answer(1),
            "is_built_by": lambda hashes: Answer(hashes[0]),
            "merged_partitions": self._merged,
            "newest_day": lambda _relation, _date, _first, last: Answer((last, last)),
            "newest_window": self._newest_window,
            "read_until": self._read_until,
            "series_with_rows": lambda _relation, _condition, among: Answer(
                *((series["metric"], series["series"]) for series in among)
            ),
            "tables_with_column": lambda *_: Answer(*sorted(self._build.present)),
            "tables_of_schema": lambda *_: Answer(*sorted(self._build.present)),
            "untested_days": self._days_computed,
            "untested_windows": self._windows_counted,
            "windows_by_period": self._windows_by_period,
            "windows_missing": lambda *_: Answer(*self._windows_before(self._this)),
        }
        asking = {
            name: partial(self._ask, self.macros[name], answer)
            for name, answer in answers.items()
            if name in self.macros
        }
        grows = {"grows": lambda: not self._build.is_first}
        return {**asking, **grows, "columns_before": self._columns_before}

    def _ask(self, macro: Any, answer: Callable[..., Answer], *arguments: Any) -> Any:
        """Run a macro that asks the warehouse something, and know what it is told."""
        self._pending = partial(answer, *arguments)
        try:
            return macro(*arguments)
        finally:
            self._pending = None

    def _run_query(self, sql: str) -> Answer:
        self.asked.append(sql.strip())
        found = [answer for text, answer in self.answers.items() if text in sql]
        if found:
            return found[0]
        return self._pending() if self._pending else Answer()

    @property
    def _this(self) -> Node:
        node = self._build.node(self._table.identifier)
        assert node is not None
        return node

    def _windows_before(self, node: Node) -> list[int]:
        """List the windows that the table being built holds; of the only period that it has."""
        (found,) = self._build.windows(node, self._day_before).values() or [[]]
        return found

    @property
    def _day_before(self) -> dt.date:
        return self._build.day - dt.timedelta(days=1)

    def _newest_window(self, metrics: Relation) -> Answer:
        node = self._build.node(metrics.identifier)
        found = self._build.windows(node, self._build.day) if node else {}
        return Answer(max((index for held in found.values() for index in held), default=None))

    def _read_until(self, days: Relation) -> Answer:
        is_before = days.identifier == self._table.identifier
        return Answer(self._build.read_until(self._day_before if is_before else self._build.day))

    def _windows_by_period(self, rows: Any) -> Answer:
        """Tell the windows of the table being built, or of those that it is built from."""
        is_before = str(rows) == str(self._table)
        day = self._day_before if is_before else self._build.day
        windows = self._build.windows(self._this, day)
        return Answer(*((period, i, "") for period, found in windows.items() for i in found))

    def _merged(self, _source: str, key: list[str]) -> Answer:
        """Tell the days or windows of new rows; enrollments get none once they are written."""
        node = self._this
        if "submission_date" in key:
            return Answer(*self._build.new_days())
        return Answer(*self._build.new_windows(node)) if "window_index" in key else Answer()

    def _windows_counted(self, relation: Relation) -> Answer:
        node = self._build.node(relation.identifier)
        return Answer(*self._windows_before(node)) if node else Answer()

    def _days_computed(self, _relation: Relation) -> Answer:
        """Tell the last day after enrollment that windows were computed from before."""
        ends = [
            window["end"]
            for node in self._build.locked.nodes
            if "windows" in node.meta and "data_sources" in node.meta
            for window in self._build.due(node.meta["windows"], self._day_before)
        ]
        return Answer(max(ends, default=None))

    def _columns_before(self) -> list[str]:
        return [column.name for column in self._columns(self._table)]

    def _columns(self, relation: Relation) -> list[Any]:
        """Describe a table's columns by the types that are known, else as numbers."""
        types = self.types.of(relation.identifier) if self.types else {}
        if self.dialect != "bigquery" or not types:
            return super()._columns(relation)
        from dbt.adapters.bigquery.column import BigQueryColumn  # noqa: PLC0415 - takes a second

        # As BigQuery's API calls it.
        kinds = {name: "BOOLEAN" if kind == "BOOL" else kind for name, kind in types.items()}
        return [BigQueryColumn(name, kind) for name, kind in kinds.items()]

    def _present(self, relation: Relation) -> Relation | None:
        return relation if relation.identifier in self._build.present else None

    # Tables.

    def _relation(self, node: Node) -> Relation:
        found = super()._relation(node)
        return Stored(found.text, found.identifier, found.columns)

    def _create(self, database: str, schema: str, identifier: str) -> Relation:  # noqa: ARG002
        """Name a table: without its project or database, which a render does not know."""
        node = self._build.node(identifier)
        columns = tuple(column.name for column in node.columns) if node else ()
        return Stored(self._quoted(schema, identifier), identifier, columns)


class _Adapter:
    """The adapter, as macros see it."""

    def __init__(self, statements: Answering, known: dict[str, Any]) -> None:
        vars(self).update(known)
        self.dispatch = statements._dispatch
        self.get_columns_in_relation = statements._columns
        self.get_relation = lambda *path: statements._present(statements._create(*path))
        self._statements = statements

    def __getattr__(self, name: str) -> Any:
        """Have the methods that this package adds to dbt-bigquery, where it is installed."""
        if name in {"export_json", "run_script"} and self._statements.exports_json:
            return self._run
        raise AttributeError(name)

    def _run(self, sql: str, *_: Any) -> str:
        self._statements.exported.append(sql.strip())
        return ""
