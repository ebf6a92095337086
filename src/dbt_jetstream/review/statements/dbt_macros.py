"""dbt's own macros: the parts of them that write the statements around a model."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dbt_jetstream.lock.nodes.node import PACKAGE, Node
from dbt_jetstream.review.relations import Relation
from dbt_jetstream.review.render import described

SHARED = (
    "generic_test_sql/accepted_values.sql",
    "generic_test_sql/not_null.sql",
    "materializations/models/incremental/column_helpers.sql",
    "materializations/models/incremental/merge.sql",
    "materializations/tests/helpers.sql",
    "relations/table/create.sql",
)
OF_ADAPTER = {
    "bigquery": (
        "adapters.sql",
        "relations/partition.sql",
        "relations/cluster.sql",
        "relations/options.sql",
        "relations/table/options.sql",
        "relations/view/options.sql",
    ),
    "duckdb": ("adapters.sql",),
}


def paths(dialect: str) -> list[Path]:
    """List the files of dbt's macros for a dialect."""
    shared = Path(str(files("dbt.include.global_project") / "macros"))
    own = Path(str(files(f"dbt.include.{dialect}") / "macros"))
    return [*(shared / name for name in SHARED), *(own / name for name in OF_ADAPTER[dialect])]


class Config(SimpleNamespace):
    """The configuration of a model, as macros see it."""

    def get(self, key: str, default: Any = None, **_: Any) -> Any:
        """Return a value, or the default."""
        found = vars(self).get(key)
        return default if found is None else found

    def persist_relation_docs(self) -> bool:
        """Whether dbt describes tables itself."""
        return bool(self.get("persist_docs", {}).get("relation"))


def config_of(node: Node) -> Config:
    """Return the configuration of a node."""
    return Config(**{**node.config, "meta": described(node)})


class Stored(Relation):
    """A table of the project, as macros of dbt see one."""

    is_table = True
    type = "table"

    def include(self, database: bool = True, schema: bool = True) -> Stored:  # noqa: ARG002
        """Leave parts of the name away; the database is in none."""
        last = self.text.split(".")[-1]
        return self if schema else Stored(last, self.identifier, self.columns)


def bigquery_adapter() -> dict[str, Any]:
    """Return what macros ask of dbt-bigquery's adapter, from the adapter itself."""
    from dbt.adapters.bigquery.impl import BigQueryAdapter  # noqa: PLC0415 - takes a second
    from dbt.adapters.bigquery.relation_configs._partition import PartitionConfig  # noqa: PLC0415

    def common(config: Config, node: Any, temporary: bool = False) -> Any:
        return BigQueryAdapter.get_common_options(None, config, vars(node), temporary)

    def table(config: Config, node: Any, temporary: bool = False) -> Any:
        adapter: Any = SimpleNamespace(
            get_common_options=common, build_catalog_relation=lambda _: None
        )
        return BigQueryAdapter.get_table_options(adapter, config, node, temporary)

    return {
        "parse_partition_by": PartitionConfig.parse,
        "get_table_options": table,
        "get_view_options": common,
        "build_catalog_relation": lambda _: SimpleNamespace(table_format="default"),
        "behavior": SimpleNamespace(
            enable_truthy_nulls_equals_macro=SimpleNamespace(no_warn=False)
        ),
        "quote": lambda name: f"`{name}`",
    }


def duckdb_adapter() -> dict[str, Any]:
    """Return what macros ask of dbt-duckdb's adapter."""
    return {
        "is_ducklake": lambda _: False,
        "parse_partition_by": lambda _: None,
        "quote": lambda name: f'"{name}"',
    }


class GraphNode(SimpleNamespace):
    """A model as dbt's graph holds it: a dict, which macros note things in."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or the default."""
        return vars(self).get(key, default)

    def update(self, more: dict[str, Any]) -> None:
        """Note something."""
        vars(self).update(more)


def graph_node(node: Node, database: str, schema: str, upstream: list[str]) -> GraphNode:
    """Return a model as dbt's graph holds it."""
    return GraphNode(
        name=node.name,
        alias=node.name,
        database=database,
        schema=node.config.get("schema", schema),
        package_name=PACKAGE,
        unique_id=model_id(node.name),
        resource_type="model",
        attached_node=None,
        depends_on=SimpleNamespace(nodes=[model_id(name) for name in upstream]),
        original_file_path=f"models/{node.name}.sql",
        config=config_of(node),
    )


def model_id(name: str) -> str:
    """Return dbt's name of a model of this project."""
    return f"model.{PACKAGE}.{name}"
