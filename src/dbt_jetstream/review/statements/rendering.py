"""Runs the macros of the project and of dbt, as a build of an experiment runs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

from dbt_jetstream.lock.nodes.node import Node, own_test
from dbt_jetstream.review.relations import Relation
from dbt_jetstream.review.render import PROJECT, SCHEMA, described
from dbt_jetstream.review.statements.answers import Answering
from dbt_jetstream.review.statements.dbt_macros import Stored, config_of, graph_node, model_id
from dbt_jetstream.review.statements.warehouse import Build

WORD = re.compile(r"\w+")
REF = re.compile(r"ref\('(\w+)'\)")
# What dbt adds to a table's name for that of its new rows.
NEW_ROWS = "__dbt_tmp"
# What is being built between models.
NO_TABLE = Stored("", "")


class Statements(Answering):
    """The statements of builds."""

    def begin(self, build: Build) -> None:
        """Let macros see a build."""
        self.build = build
        self.asked.clear()
        self.exported.clear()
        nodes = build.locked.nodes
        if self.types:
            tables = [table.dotted for table in build.locked.tables]
            self.types.read(tables, self._words(nodes))
            for dataset in {SCHEMA, *(node.config.get("schema", SCHEMA) for node in nodes)}:
                self.types.know(dataset)
        models = {node.name: self._relation(node) for node in nodes}
        self.environment.globals.update(
            graph=SimpleNamespace(nodes=self._graph(build)),
            ref=lambda name: models[name],
            source=partial(self._source, build.locked.tables),
            selected_resources=[model_id(node.name) for node in nodes],
        )

    def _words(self, nodes: Iterable[Node]) -> set[str]:
        """List the words of an experiment's SQL, in lower case."""
        texts = [json.dumps(node.meta, default=str) for node in nodes]
        return set(WORD.findall(" ".join([*texts, *self._macro_texts]).lower()))

    def _graph(self, build: Build) -> dict[str, Any]:
        found = {}
        for node in build.locked.nodes:
            upstream = REF.findall(node.stub)
            found[model_id(node.name)] = graph_node(node, PROJECT, SCHEMA, upstream)
        return found

    def query(self, node: Node) -> str:
        """Render a SQL model's query."""
        return self.text(node.stub, node)

    def create(self, node: Node, query: str) -> str:
        """Render the statement that makes a model's table or view."""
        this = self._configure(node)
        if node.config["materialized"] == "view":
            text = self._dispatch("create_view_as")(this, query)
        else:
            text = self._dispatch("create_table_as")(False, this, query)
        return str(text).strip()

    def stage(self, node: Node, query: str) -> str:
        """Render the statement that gives a model's new rows a name."""
        new = self._new_rows(self._configure(node))
        return str(self._dispatch("staged_rows")(new, query)).strip()

    def merge(self, node: Node) -> str:
        """Render the statement that adds new rows to a model's table."""
        this = self._configure(node)
        columns = [SimpleNamespace(name=c.name, quoted=c.quoted) for c in self._columns(this)]
        return str(self._dispatch("add_rows")(this, self._new_rows(this), columns)).strip()

    def _new_rows(self, this: Relation) -> Relation:
        return this.incorporate({"identifier": f"{this.identifier}{NEW_ROWS}"})

    def look_for_rows(self, node: Node) -> None:
        """Ask, as dbt does first of all, whether a table was made by the model's definition."""
        self._configure(node)
        self.macros["is_built_by"]([described(node)["definition_hash"]])

    def pre_hooks(self, node: Node) -> Iterator[str]:
        """Render what runs before a model's statement."""
        yield from self._rendered(_listed(node.config.get("pre_hook")), node)

    def post_hooks(self, node: Node) -> Iterator[str]:
        """Render what runs after a model's statement."""
        models = self.settings["models"][self.settings["name"]]
        # In other projects, what is configured is the folder of experiments.
        shared = models.get("experiments", models).get("+post-hook")
        yield from self._rendered(_listed(shared) + _listed(node.config.get("post_hook")), node)

    def run_hooks(self, when: str) -> Iterator[str]:
        """Render what runs before (`on-run-start`) or after (`on-run-end`) all models."""
        self.environment.globals["this"] = NO_TABLE
        yield from self._rendered(_listed(self.run_settings.get(when)), None)

    def _rendered(self, hooks: Iterable[str], node: Node | None) -> Iterator[str]:
        texts = (self.text(hook, node) for hook in hooks)
        yield from (text for text in texts if text)

    def succeed(self) -> None:
        """Let the end of a run see that all models were built."""
        nodes = self._graph(self._build).values()
        results = [SimpleNamespace(node=node, status="success", message="") for node in nodes]
        self.environment.globals["results"] = results

    def text(self, template: str, node: Node | None = None) -> str:
        """Render a text, as a part of a model where there is one."""
        if node is not None:
            self._configure(node)
        return self.environment.from_string(template).render().strip()

    def data_tests(self, node: Node) -> Iterator[str]:
        """Render the dbt tests of a model and of its columns."""
        self._configure(node)
        yield from (self._test(node, test) for test in node.tests)
        for column in node.columns:
            for test in column.tests:
                yield self._test(node, test, column_name=column.name)

    def _test(self, node: Node, test: Any, **more: Any) -> str:
        name, options = (test, {}) if isinstance(test, str) else next(iter(test.items()))
        given = {key: self._argument(value) for key, value in options.get("arguments", {}).items()}
        macro = (
            self.own_tests.get(f"test_{name.removeprefix(own_test(''))}")
            or self.dbt[f"default__test_{name}"]
        )
        query = str(macro(self._relation(node), **given, **more)).strip()
        configured = options.get("config", {})
        wrap = self.dbt["default__get_test_sql"]
        conditions = (configured.get(key, "!= 0") for key in ("warn_if", "error_if"))
        return str(wrap(query, configured.get("fail_calc", "count(*)"), *conditions, None)).strip()

    def _argument(self, value: Any) -> Any:
        is_jinja = isinstance(value, str) and value.startswith("ref(")
        return self.environment.compile_expression(value)() if is_jinja else value

    def _configure(self, node: Node) -> Relation:
        """Let macros see a node as the one that is being built."""
        relation = self._relation(node)
        config = config_of(node)
        model = SimpleNamespace(
            config=config,
            language=node.language,
            description="",
            resource_type="model",
            unique_id=model_id(node.name),
        )
        config.model = model
        self.environment.globals.update(config=config, model=model, this=relation)
        return relation


def _listed(hooks: Any) -> list[str]:
    return [hooks] if isinstance(hooks, str) else list(hooks or [])
