"""What replaces functions of dbt's is called by it, and one variable leaves dbt as it is."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from dbt.task.base import BaseRunner
from dbt.task.run import ModelRunner

import dbt_jetstream
from conftest import Project
from dbt_jetstream import PLAIN_DBT, inside_dbt
from dbt_jetstream.inside_dbt import leaving_out, plugin
from dbt_jetstream.inside_dbt.template_code import FILE as CODE


def test_dbt_calls_what_replaces_its_functions(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later dbt may keep a function and call another."""
    called = []
    build = leaving_out._build

    def noted(*arguments: Any) -> Any:
        called.append(arguments[0].node.name)
        return build(*arguments)

    # Put back afterwards; extending dbt writes over it.
    monkeypatch.setattr(ModelRunner, "compile_and_execute", ModelRunner.compile_and_execute)
    monkeypatch.setattr(leaving_out, "_build", noted)
    monkeypatch.chdir(project.path)
    (project.path / "models/one.sql").write_text("select 1 as x")
    done = dbtRunner().invoke(["--quiet", "run", "--profiles-dir", ".", "--select", "one"])
    assert done.success, done.exception
    assert called == ["one"]


def test_a_run_keeps_the_code_of_macros(project: Project) -> None:
    (project.path / "target" / CODE).unlink(missing_ok=True)
    assert project.run("dbt", "compile").returncode == 0
    assert (project.path / "target" / CODE).exists()


def test_a_dbt_without_a_function_to_replace_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt asks by `hasattr` for plugins, and would go on without ours."""
    for owner in (BaseRunner, ModelRunner):
        monkeypatch.delattr(owner, "compile_and_execute", raising=False)
    for module in (leaving_out, plugin):
        monkeypatch.delitem(sys.modules, module.__name__)
        monkeypatch.delattr(inside_dbt, module.__name__.rpartition(".")[2])
    refusal = rf"dbt-core \S+ .*compile_and_execute.*{PLAIN_DBT}=1"
    with pytest.raises(RuntimeError, match=refusal):
        hasattr(dbt_jetstream, "plugins")


def test_a_variable_leaves_dbt_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dbt_jetstream.plugins
    monkeypatch.setenv(PLAIN_DBT, "1")
    assert dbt_jetstream.plugins == []
