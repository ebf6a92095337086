"""What replaces functions of dbt's does what they do, and one variable leaves dbt as it is."""

import importlib
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.cache import RelationsCache
from dbt.adapters.duckdb import DuckDBAdapter
from dbt.adapters.duckdb.relation import DuckDBRelation
from dbt.adapters.exceptions import ApproximateMatchError
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser import manifest as parser

import dbt_jetstream
from conftest import Project
from dbt_jetstream import PLAIN_DBT, inside_dbt
from dbt_jetstream.inside_dbt import column_context, doc_blocks, relations
from dbt_jetstream.inside_dbt.template_code import FILE as CODE

TABLES = [("db", "analysis", "daily"), ("db", "analysis", "Weekly"), ("db", "other", "daily")]
QUOTING = {"database": True, "schema": True, "identifier": True}


@pytest.fixture(params=[True, False], ids=["quoted", "not quoted"])
def adapter(request: pytest.FixtureRequest) -> DuckDBAdapter:
    """An adapter that has cached two schemas, without a database behind it."""
    adapter = DuckDBAdapter.__new__(DuckDBAdapter)
    adapter.config = SimpleNamespace(quoting=dict.fromkeys(QUOTING, request.param))
    adapter.connections = SimpleNamespace(get_if_exists=lambda: None)
    adapter.cache = RelationsCache()
    adapter.cache.update_schemas([("db", "analysis"), ("db", "other")])
    for database, schema, identifier in TABLES:
        relation = DuckDBRelation.create(
            database=database, schema=schema, identifier=identifier, quote_policy=QUOTING
        )
        adapter.cache.add(relation)
    return adapter


@pytest.mark.parametrize("schema", ["analysis", "ANALYSIS", "other"])
@pytest.mark.parametrize("name", ["daily", "Daily", "Weekly", "weekly", "monthly", '"daily"', ""])
def test_a_table_is_found_or_refused_as_by_dbt(
    adapter: DuckDBAdapter, schema: str, name: str
) -> None:
    try:
        expected = relations._searched(adapter, "db", schema, name)
    except ApproximateMatchError:
        with pytest.raises(ApproximateMatchError):
            relations._get_relation(adapter, "db", schema, name)
    else:
        assert relations._get_relation(adapter, "db", schema, name) == expected


def test_dbt_searches_schemas_that_it_has_not_cached(
    adapter: DuckDBAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []
    monkeypatch.setattr(relations, "_searched", lambda _, *name: searched.append(name))
    assert relations._get_relation(adapter, "db", "third", "daily") is None
    assert searched == [("db", "third", "daily")]


def test_a_context_is_kept_for_its_macro_thread_and_project(adapter: DuckDBAdapter) -> None:
    """What a macro stores in its context, such as a query's result, no other thread may find."""
    column_context._set_kept(adapter, lambda *about: {"about": about})
    generate = adapter._macro_context_generator
    columns, own, tables = (
        SimpleNamespace(unique_id=f"macro.{package}.{name}", name=name)
        for package, name in (
            ("dbt", column_context.COLUMNS),
            ("own", column_context.COLUMNS),
            ("dbt", "list_relations_without_caching"),
        )
    )
    first, second = Manifest(), Manifest()

    def context(*about: object) -> dict:
        return generate(about[0], "config", *about[1:])

    kept = context(columns, first, "dbt")
    assert kept["about"] == (columns, "config", first, "dbt")
    assert context(columns, first, "dbt") is kept
    others = [(own, first, "dbt"), (columns, second, "dbt"), (columns, first, None)]
    assert all(context(*other) is not kept for other in others)
    assert context(tables, first, "dbt") is not context(tables, first, "dbt")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(context, columns, first, "dbt").result() is not kept


@pytest.mark.parametrize("text", ["", "plain", "a } brace", "{{ doc('absent') }}"])
def test_descriptions_have_the_blocks_that_dbt_finds(text: str) -> None:
    manifest = Manifest()
    expected = doc_blocks._doc_blocks_of_template(text, manifest, "jetstream")
    assert doc_blocks._doc_blocks(text, manifest, "jetstream") == expected


REPLACED = [
    (BaseAdapter, "get_relation", relations, "_get_relation"),
    (BaseAdapter, "set_macro_context_generator", column_context, "_set_kept"),
    (parser, "_get_doc_blocks", doc_blocks, "_doc_blocks"),
]


def test_dbt_calls_what_replaces_its_functions(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later dbt may keep a function and call another."""
    called = set()

    def noted(name: str, function: Callable) -> Callable:
        def note(*arguments: Any, **named: Any) -> Any:
            called.add(name)
            return function(*arguments, **named)

        return note

    for owner, replaced, module, name in REPLACED:
        # Put back afterwards; extending dbt writes over it.
        monkeypatch.setattr(owner, replaced, getattr(owner, replaced))
        monkeypatch.setattr(module, name, noted(name, getattr(module, name)))
    monkeypatch.chdir(project.path)
    (project.path / "models/one.sql").write_text("select 1 as x")
    described = "models: [{name: one, description: One., config: {materialized: incremental}}]"
    (project.path / "models/one.yml").write_text(described)
    done = dbtRunner().invoke(["--quiet", "run", "--profiles-dir", ".", "--select", "one"])
    assert done.success, done.exception
    assert called == {name for *_, name in REPLACED}


def test_a_run_keeps_the_code_of_macros(project: Project) -> None:
    (project.path / "target" / CODE).unlink(missing_ok=True)
    assert project.run("dbt", "compile").returncode == 0
    assert (project.path / "target" / CODE).exists()


@pytest.mark.parametrize(("owner", "replaced", "module"), [found[:3] for found in REPLACED])
def test_a_dbt_without_a_function_to_replace_is_refused(
    owner: Any, replaced: str, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt asks by `hasattr` for plugins, and would go on without ours."""
    monkeypatch.delattr(owner, replaced)
    for name in (module.__name__, f"{inside_dbt.__name__}.plugin"):
        importlib.import_module(name)
        monkeypatch.delitem(sys.modules, name)
        monkeypatch.delattr(inside_dbt, name.rpartition(".")[2])
    with pytest.raises(RuntimeError, match=rf"dbt-core \S+ .*{replaced}.*{PLAIN_DBT}=1"):
        hasattr(dbt_jetstream, "plugins")


def test_a_variable_leaves_dbt_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dbt_jetstream.plugins
    monkeypatch.setenv(PLAIN_DBT, "1")
    assert dbt_jetstream.plugins == []
