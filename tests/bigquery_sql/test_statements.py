"""What a run asks and ends with, without credentials, and programs for Python models."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlglot import exp

from bigquery_sql.parsing import tree_of
from bigquery_statements import Statements
from dbt_jetstream.lock.expand import LockedExperiment


def test_a_run_asks_for_arrived_telemetry_and_ends_with_the_problems(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    experiment = locked["pip-first-time-hint"]
    statements.create(experiment)
    assert sum("as newest_day" in sql for sql in statements.asked) >= 3
    around = " ".join(statements.around(experiment))
    assert "create table if not exists" in around
    # A grid whose model was skipped.
    assert "create or replace view" in around
    assert r"Database Error: it\'s `lost`\nfor good" in around


def test_every_outer_join_compares_columns(
    experiment: LockedExperiment, statements: Statements
) -> None:
    """BigQuery's engine takes no other; the analyzer would."""
    for name, create in statements.create(experiment).items():
        for join in tree_of(create).find_all(exp.Join):
            if join.side:
                on = join.args.get("on")
                assert join.args.get("using") or (on and on.find(exp.EQ)), (name, join.sql())


def test_a_python_model_becomes_a_program_wherever_dbt_writes_it(statements: Statements) -> None:
    """What dbt's own macros put before it is indented."""
    context = statements.environment.globals
    context["adapter"].export_json = lambda *_: ""
    configured = {"submission_method": "in_process", "cluster_by": ["metric"]}
    context["config"] = SimpleNamespace(get=lambda key, default=None: configured.get(key, default))
    context["resolve_model_name"] = str
    context["model_code"] = '"""A model."""\n\n\ndef model(dbt, session):\n    return session\n'
    call = "{{ table_statement(false, 'p.d.t', model_code, 'python') }}"
    written = statements.environment.from_string(call).render()
    program: dict[str, Any] = {"dbtObj": lambda _: None}
    exec(compile(f"\n  \n    {written}", "model.py", "exec"), program)
    taken: list[tuple[Any, ...]] = []
    session = SimpleNamespace(read_gbq=None, write=lambda *args, **more: taken.append((args, more)))
    program["materialize"](session)
    assert taken == [(("p.d.t", session), {"cluster_by": ["metric"]})]
