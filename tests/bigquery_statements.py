"""Everything that dbt would send to BigQuery for an experiment, rendered without BigQuery.

The models come from the renderer of `jetstream validate`; the statements around them from the
macros of dbt and dbt-bigquery, and from the hooks that the lock and dbt_project.yml name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml
from dbt.adapters.bigquery.impl import BigQueryAdapter
from dbt.adapters.bigquery.relation_configs import PartitionConfig

from dbt_jetstream.lock.document import LockedExperiment
from dbt_jetstream.lock.nodes import Node
from dbt_jetstream.render import PACKAGE, SCHEMA, Relation, Renderer, _call, _last_day

BIGQUERY = Path(str(files("dbt.include.bigquery") / "macros"))
GLOBAL = Path(str(files("dbt.include.global_project") / "macros"))
OF_DBT = (
    GLOBAL / "materializations/models/incremental/column_helpers.sql",
    GLOBAL / "materializations/models/incremental/merge.sql",
    BIGQUERY / "adapters.sql",
    BIGQUERY / "relations/partition.sql",
    BIGQUERY / "relations/cluster.sql",
    BIGQUERY / "relations/options.sql",
    BIGQUERY / "relations/table/options.sql",
    BIGQUERY / "relations/view/options.sql",
    BIGQUERY / "materializations/incremental_strategy/merge.sql",
    BIGQUERY / "materializations/incremental_strategy/common.sql",
)


class Config(SimpleNamespace):
    """The configuration of a model, as macros see it."""

    def get(self, key: str, default: Any = None, **_: Any) -> Any:
        """Return a value, or the default."""
        found = vars(self).get(key)
        return default if found is None else found

    def persist_relation_docs(self) -> bool:
        """Whether dbt describes tables itself."""
        return bool(self.get("persist_docs", {}).get("relation"))


class Answer:
    """The rows that a query of a macro gets."""

    def __init__(self, *values: Any) -> None:
        self.rows = [(value,) for value in values]
        self.columns = [SimpleNamespace(values=lambda: list(values))]


class Statements(Renderer):
    """The statements of an experiment's runs.

    Attributes:
        asked: The queries that macros sent.
        answers: What the queries get that contain a text; by default no row.
        is_first: Whether tables are built anew.
    """

    def __init__(self, project: Path) -> None:
        """Load the macros of the project and those of dbt."""
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.is_first = True
        self.dbt: dict[str, Any] = {}
        self.settings = yaml.safe_load((project / "dbt_project.yml").read_text())
        super().__init__(project, "bigquery")
        own = dict(self.macros)
        self.dbt = self._load(OF_DBT)
        self.own_tests = self._load(sorted((project / "tests/generic").glob("*.sql")))
        context = self.environment.globals
        context.update(self.dbt)
        context.update(own)
        vars(context["dbt"]).update(self.dbt)

    def _load(self, paths: Iterable[Path]) -> dict[str, Any]:
        loaded = {}
        for path in paths:
            text = path.read_text().replace("{% test ", "{% macro test_")
            text = text.replace("{% endtest %}", "{% endmacro %}")
            module = self.template(text).make_module(self.environment.globals, shared=True)
            for name, macro in vars(module).items():
                if isinstance(macro, jinja2.runtime.Macro):
                    loaded[name] = _calling(macro)
        return loaded

    def _dispatch(self, name: str, _package: str = PACKAGE) -> Any:
        """Find a macro as dbt does: for the adapter before any other, ours before dbt's."""
        for prefix in ("bigquery", "default"):
            for known in (self.macros, self.dbt):
                if f"{prefix}__{name}" in known:
                    return known[f"{prefix}__{name}"]
        raise LookupError(name)

    def _context(self) -> dict[str, Any]:
        context = super()._context()
        context["adapter"] = SimpleNamespace(
            dispatch=self._dispatch,
            get_columns_in_relation=self._columns,
            parse_partition_by=PartitionConfig.parse,
            get_table_options=_table_options,
            get_view_options=_common_options,
            build_catalog_relation=lambda _: SimpleNamespace(table_format="default"),
            get_relation=Relation,
            behavior=SimpleNamespace(
                enable_truthy_nulls_equals_macro=SimpleNamespace(no_warn=False)
            ),
            quote=lambda name: f"`{name}`",
        )
        variables = self.settings["vars"]
        return {
            **context,
            "var": variables.get,
            "run_query": self._run_query,
            "is_incremental": lambda: not self.is_first,
            "flags": SimpleNamespace(WHICH="build", FULL_REFRESH=False),
            "project_name": PACKAGE,
            "dbt_version": "1",
            "api": SimpleNamespace(Relation=SimpleNamespace(create=self._create)),
        }

    def _answers(self) -> dict[str, Any]:
        """Let macros ask what they ask of telemetry, and take it for all there."""
        ask = self.macros["newest_day"]
        self.answers["as newest_day"] = Answer(None)
        self.answers["max(newest) as newest"] = Answer(8)
        found = super()._answers()
        return {
            **found,
            "newest_day": lambda *asked: (ask(*asked), asked[-1])[1],
            "columns_before": self._columns_before,
        }

    def _columns_before(self) -> list[str]:
        return [column.name for column in self._columns(self.environment.globals["this"])]

    def _run_query(self, sql: str) -> Answer:
        self.asked.append(sql)
        found = [answer for text, answer in self.answers.items() if text in sql]
        return found[0] if found else Answer()

    def _create(self, database: str, schema: str, identifier: str) -> Relation:
        return Relation(f"`{database}`.`{schema}`.`{identifier}`", identifier)

    def create(
        self, locked: LockedExperiment, wanted: Callable[[Node], bool] = lambda _: True
    ) -> dict[str, str]:
        """Render what the first run sends to make each SQL model."""
        self.is_first = True
        found = {}
        for name, sql in self.render(locked, wanted).items():
            node = next(node for node in locked.nodes if node.name == name)
            this = self._configure(node)
            is_view = node.config["materialized"] == "view"
            found[name] = (
                self._dispatch("create_view_as")(this, sql)
                if is_view
                else self._dispatch("create_table_as")(False, this, sql)
            ).strip()
        return found

    def merge(self, locked: LockedExperiment, values: dict[str, list[Any]]) -> dict[str, str]:
        """Render what a later run sends to merge new rows into each incremental table.

        Args:
            locked: The experiment.
            values: The distinct values of the new rows, by column.
        """
        found = {}
        for column, known in values.items():
            self.answers[f"select distinct {column} as value"] = Answer(*known)
        for node in [n for n in locked.nodes if n.config["materialized"] == "incremental"]:
            this = self._configure(node)
            columns = [SimpleNamespace(name=c.name, quoted=f"`{c.name}`") for c in node.columns]
            build = self.dbt["bq_generate_incremental_merge_build_sql"]
            key = node.config["unique_key"]
            new = this.incorporate({"identifier": f"{node.name}__dbt_tmp"})
            found[node.name] = build(new, this, "", key, None, columns, True, None).strip()
        return found

    def hooks(self, locked: LockedExperiment) -> dict[str, list[str]]:
        """Render the hooks of each model, those of a later run; without empty ones."""
        self.is_first = False
        self.environment.globals["env_var"] = _environment(locked)
        found = {}
        for node in locked.nodes:
            self._configure(node)
            found[node.name] = [sql for hook in self._hooks(node) if (sql := self.text(hook))]
        return found

    def _hooks(self, node: Node) -> Iterator[str]:
        yield from _listed(node.config.get("pre_hook"))
        yield self.settings["models"][PACKAGE]["+post-hook"]
        yield from _listed(node.config.get("post_hook"))

    def data_tests(self, locked: LockedExperiment) -> list[str]:
        """Render the project's own dbt tests of each model."""
        context = self.environment.globals
        context["graph"] = SimpleNamespace(nodes={n.name: _graph_node(n) for n in locked.nodes})
        context["ref"] = lambda name: self._create("p", SCHEMA, name)
        found = []
        for node in locked.nodes:
            self._configure(node)
            for test in node.tests:
                name, options = (test, {}) if isinstance(test, str) else next(iter(test.items()))
                given = options.get("arguments", {})
                shown = {key: self._argument(value) for key, value in given.items()}
                found.append(self.own_tests[f"test_{name}"](self._relation(node), **shown))
        return found

    def _argument(self, value: Any) -> Any:
        is_jinja = isinstance(value, str) and value.startswith("ref(")
        return self.environment.compile_expression(value)() if is_jinja else value

    def around(self, locked: LockedExperiment) -> list[str]:
        """Render what a run sends before and after its models: one failed, one was skipped."""
        context = self.environment.globals
        nodes = {f"model.{PACKAGE}.{node.name}": _graph_node(node) for node in locked.nodes}
        seed = f"seed.{PACKAGE}.registry"
        nodes[seed] = SimpleNamespace(
            database="p", schema=SCHEMA, alias="registry", name="registry", unique_id=seed,
            resource_type="seed", attached_node=None, config=SimpleNamespace(meta={}),
        )  # fmt: skip
        self.answers["INFORMATION_SCHEMA.TABLES"] = Answer(*(n.name for n in locked.nodes))
        self.answers["select experiment from"] = Answer("refused-experiment")
        results = [SimpleNamespace(node=n, status="success", message="") for n in nodes.values()]
        for result in results:
            result.status = "skipped" if "completeness_" in result.node.name else "success"
        # The last model, before the seed.
        results[-2].status, results[-2].message = "error", "Database Error: it's `lost`\nfor good"
        context.update(
            env_var=_environment(locked),
            graph=SimpleNamespace(nodes=nodes),
            selected_resources=list(nodes),
            results=results,
        )
        self.asked.clear()
        hooks = [*self.settings["on-run-start"], *_listed(self.settings["on-run-end"])]
        texts = [self.text(hook) for hook in hooks]
        return [text for text in [*texts, *self.asked] if text]

    def text(self, hook: str) -> str:
        """Render a hook."""
        return self.environment.from_string(hook).render().strip()

    def _configure(self, node: Node) -> Relation:
        """Let macros see a node as the one that is being built."""
        meta = {**node.meta, "definition_hash": node.definition_hash}
        config = Config(**{**node.config, "meta": meta})
        relation = self._relation(node)
        model = SimpleNamespace(config=config, language=node.language, description="")
        config.model = model
        self.environment.globals.update(config=config, model=model, this=relation)
        return relation


def _calling(macro: Any) -> Any:
    return lambda *arguments, **options: _call(macro, *arguments, **options)


def _listed(hooks: Any) -> list[str]:
    return [hooks] if isinstance(hooks, str) else list(hooks or [])


def _environment(locked: LockedExperiment) -> Any:
    known = {"JETSTREAM_AS_OF": _last_day(locked).isoformat(), "JETSTREAM_EXPORT_URI": "gs://b/p"}
    return lambda name, default="": known.get(name, default)


def _graph_node(node: Node) -> Any:
    meta = {**node.meta, "definition_hash": node.definition_hash}
    return SimpleNamespace(
        name=node.name,
        alias=node.name,
        database="p",
        schema=node.config.get("schema", SCHEMA),
        package_name=PACKAGE,
        unique_id=f"model.{PACKAGE}.{node.name}",
        resource_type="model",
        attached_node=None,
        depends_on=SimpleNamespace(
            nodes=[f"model.{PACKAGE}.{name}" for name in re.findall(r"ref\('(\w+)'\)", node.stub)]
        ),
        original_file_path=f"models/{node.name}.sql",
        config=Config(**{**node.config, "meta": meta}),
    )


def _common_options(config: Config, node: Any, temporary: bool = False) -> dict[str, Any]:
    return BigQueryAdapter.get_common_options(None, config, vars(node), temporary)


def _table_options(config: Config, node: Any, temporary: bool = False) -> dict[str, Any]:
    adapter = SimpleNamespace(
        get_common_options=_common_options, build_catalog_relation=lambda _: None
    )
    return BigQueryAdapter.get_table_options(adapter, config, node, temporary)
