"""Renders an experiment's models as SQL without dbt and without a warehouse.

dbt takes seconds to start and asks the warehouse what it holds. A check of a config needs neither:
the project's own macros, in plain Jinja, with the few things of dbt's that they use, give what a
first build would run.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, MutableMapping
from functools import cache, partial
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import jinja2
from dbt_common.utils.encoding import md5

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import PACKAGE, Node
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.project.package import macro_files
from dbt_jetstream.review.relations import Column, Relation

PROJECT, SCHEMA = "warehouse", "analysis"
# An experiment without an end is rendered as of this many days after enrollment.
OPEN_ENDED_DAYS = 56
# Windows of a period differ in their numbers alone, and a period may have a hundred.
MOST_WINDOWS = 2
STRING = {"bigquery": "string", "duckdb": "varchar"}
INTEGER = {"bigquery": "int64", "duckdb": "bigint"}
FLOAT = {"bigquery": "FLOAT64", "duckdb": "DOUBLE"}


class RenderError(ValueError):
    """A macro refuses what a definition asks for."""


class _ReturnError(Exception):
    """Carries what a macro returns that returns no text, as dbt's `return` does."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Names:
    """The macros by the name of their package: what stands in for one is found as well."""

    def __init__(self, known: MutableMapping[str, Any]) -> None:
        self._known = known

    def __getattr__(self, name: str) -> Any:
        try:
            return self._known[name]
        except KeyError:
            raise AttributeError(name) from None


class Renderer:
    """The macros of a project for one dialect."""

    def __init__(self, project: Path, dialect: str) -> None:
        """Load the macros.

        Args:
            project: The dbt project.
            dialect: `bigquery` or `duckdb`.
        """
        self.dialect = dialect
        self.macros: dict[str, Callable[..., Any]] = {}
        self.environment = _environment()
        self.environment.globals.update(self._context())
        for path in macro_files(project):
            self.macros |= self.load(path.read_text(encoding="utf-8"))
        self.macros |= self._answers()
        self.environment.globals.update(self.macros)
        self.environment.globals[PACKAGE] = _Names(self.environment.globals)

    def load(self, source: str) -> dict[str, Callable[..., Any]]:
        """Return the macros of a file, by their names."""
        # Shared: macros see those that are loaded after them, and the model being rendered.
        module = self.template(source).make_module(self.environment.globals, shared=True)
        return {
            name: partial(_call, macro)
            for name, macro in vars(module).items()
            if isinstance(macro, jinja2.runtime.Macro)
        }

    def template(self, source: str) -> jinja2.Template:
        """Make a template whose names are this renderer's."""
        names = self.environment.make_globals(None)
        return jinja2.Template.from_code(self.environment, _compiled(source), names)

    def _context(self) -> dict[str, Any]:
        """Return what the macros use of dbt's."""
        return {
            "return": _return,
            "execute": True,
            # What macros of earlier versions ask, which a review compares with these.
            "is_incremental": lambda: False,
            "run_started_at": dt.datetime.now(dt.UTC),
            "tojson": json.dumps,
            "local_md5": md5,
            "var": lambda _, default=None: default,
            "fromjson": json.loads,
            "log": lambda *_, **__: "",
            "load_relation": lambda relation: relation,
            "modules": SimpleNamespace(datetime=dt, re=re),
            "target": SimpleNamespace(
                type=self.dialect, database=PROJECT, schema=SCHEMA, plugins=["dbt_jetstream"]
            ),
            "dbt": SimpleNamespace(type_string=lambda: STRING[self.dialect]),
            "exceptions": SimpleNamespace(raise_compiler_error=_refuse, warn=lambda _: ""),
            "adapter": SimpleNamespace(
                dispatch=self._dispatch, get_columns_in_relation=self._columns
            ),
        }

    def _answers(self) -> dict[str, Callable[..., Any]]:
        """Return what stands in for the macros that ask the warehouse: all telemetry is there."""
        due = self.macros["windows_due"]
        return {
            "grows": lambda: False,
            "has_rows": lambda _: True,
            "late_in_run": lambda *_: {"windows": [], "enrollments": None},
            "newest_window": lambda _: 1,
            "node_of": lambda _: None,
            "newest_day": lambda _relation, _date, _first, last: last,
            "read_until": lambda _: dt.date.max,
            "series_with_rows": lambda _relation, _condition, among: among,
            "windows_by_period": lambda _: {},
            "windows_missing": lambda *arguments: due(*arguments)[:MOST_WINDOWS],
            "windows_missing_by_period": partial(_first_by_period, due),
        }

    def _dispatch(self, name: str, _package: str = PACKAGE) -> Callable[..., Any]:
        for prefix in (self.dialect, "default"):
            if f"{prefix}__{name}" in self.macros:
                return self.macros[f"{prefix}__{name}"]
        message = f"no macro {name} for {self.dialect}"
        raise RenderError(message)

    def _columns(self, relation: Relation) -> list[Any]:
        return [Column(name, name, FLOAT[self.dialect]) for name in relation.columns]

    def render(
        self, locked: LockedExperiment, wanted: Callable[[Node], bool] = lambda _: True
    ) -> dict[str, str]:
        """Render the SQL models of an experiment, as of a day on which every window is due.

        Args:
            locked: The experiment.
            wanted: Which of its models to render.

        Returns:
            The SQL of each model, by its name.

        Raises:
            RenderError: If a macro refuses what the definition asks for.
        """
        models = {node.name: self._relation(node) for node in locked.nodes}
        context = {
            "env_var": partial(_environment_variable, as_of=last_day(locked)),
            "ref": lambda name: models[name],
            "source": partial(self._source, locked.tables),
        }
        return {
            node.name: self._model(node, models[node.name], context)
            for node in locked.nodes
            if node.language == "sql" and wanted(node)
        }

    def render_inlined(
        self, locked: LockedExperiment, wanted: Callable[[Node], bool]
    ) -> dict[str, str]:
        """Render models as queries over telemetry alone, before any model has been built.

        What a model reads of another stands in it as a subquery; of the enrollments, as an empty
        one with their columns' types, so that a dry run's bytes are the model's own. Segments are
        there as they are written, so that it tells their types.

        Args:
            locked: The experiment.
            wanted: Which of its models to render.
        """
        texts: dict[str, str] = {}
        context = {
            "as_flag": lambda sql: sql,
            "env_var": partial(_environment_variable, as_of=last_day(locked)),
            "ref": lambda name: Relation(f"(\n{texts[name]}\n)", name),
            "source": partial(self._source, locked.tables),
        }
        found = {}
        (enrollments, *others) = locked.nodes
        if wanted(enrollments):
            found[enrollments.name] = self._model(enrollments, self._relation(enrollments), context)
        texts[enrollments.name] = self._no_enrollments(enrollments)
        for node in others:
            if any(key in node.meta for key in ("data_source", "data_sources", "exposure_signal")):
                texts[node.name] = self._model(node, self._relation(node), context)
                found |= {node.name: texts[node.name]} if wanted(node) else {}
        return found

    def _no_enrollments(self, node: Node) -> str:
        types = {
            "enrollment_date": "date",
            "exposure_date": "date",
            "num_enrollment_events": INTEGER[self.dialect],
            "num_exposure_events": INTEGER[self.dialect],
            **dict.fromkeys(node.meta["segments"], "boolean"),
        }
        columns = [
            f"cast(null as {types.get(c.name, STRING[self.dialect])}) as {c.name}"
            for c in node.columns
        ]
        return f"select {', '.join(columns)} from (select 1 as one) as nobody where false"

    def create_functions(self) -> str:
        """Render what a run does first: the functions that the target lacks."""
        return str(self.macros["create_functions"]()).strip()

    def _model(self, node: Node, this: Relation, context: dict[str, Any]) -> str:
        meta = described(node)
        config = SimpleNamespace(meta=meta, get=meta.get)
        self.environment.globals.update(
            self.macros | context, model=SimpleNamespace(config=config), this=this, config=config
        )
        template = self.environment.from_string(node.stub)
        return template.render().strip()

    def _relation(self, node: Node) -> Relation:
        schema = node.config.get("schema", SCHEMA)
        columns = tuple(column.name for column in node.columns)
        return Relation(self._quoted(schema, node.name), node.name, columns)

    def _source(self, tables: Iterable[Table], source: str, name: str) -> Relation:
        table = next(t for t in tables if (t.source, t.name) == (source, name))
        parts = (table.project, table.dataset) if self.dialect == "bigquery" else (table.dataset,)
        return Relation(self._quoted(*parts, name), name)

    def _quoted(self, *parts: str) -> str:
        quote = "`" if self.dialect == "bigquery" else '"'
        return ".".join(f"{quote}{part}{quote}" for part in parts if part)


def described(node: Node) -> dict[str, Any]:
    """Return what dbt would know of a node; a committed lock says its hash itself."""
    return {"definition_hash": node.definition_hash, **node.meta}


def _environment() -> jinja2.Environment:
    return jinja2.Environment(autoescape=False, extensions=["jinja2.ext.do"])


@cache
def _compiled(source: str) -> CodeType:
    """Compile a macro once for all renderers: most of the time in which one is made."""
    return _environment().compile(source)


def _call(macro: jinja2.runtime.Macro, *arguments: Any, **options: Any) -> Any:
    try:
        return macro(*arguments, **options)
    except _ReturnError as returned:
        return returned.value


def _first_by_period(windows_due: Callable[..., Any], _: Any, lock: dict[str, Any]) -> Any:
    windows = {
        period: windows_due(described["windows"])[:MOST_WINDOWS]
        for period, described in lock["periods"].items()
    }
    return {period: found for period, found in windows.items() if found}


def _return(value: Any) -> None:
    raise _ReturnError(value)


def _refuse(message: str) -> None:
    raise RenderError(message)


def _environment_variable(name: str, default: str = "", *, as_of: dt.date) -> str:
    return as_of.isoformat() if name == "JETSTREAM_AS_OF" else default


def last_day(locked: LockedExperiment) -> dt.date:
    """Return the day on which every window of an experiment is due; a guess where it has no end."""
    experiment = locked.nodes[0].meta["experiment"]
    if experiment["end_date"]:
        return dt.date.fromisoformat(experiment["end_date"])
    last_enrollment = dt.date.fromisoformat(experiment["last_enrollment_date"])
    return last_enrollment + dt.timedelta(days=OPEN_ENDED_DAYS)
