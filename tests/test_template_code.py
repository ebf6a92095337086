"""Macros are compiled once for all runs, and anew when they or what compiles them change."""

from __future__ import annotations

import marshal
from pathlib import Path
from types import CodeType

import pytest
from dbt_common.clients.jinja import MacroFuzzEnvironment, get_environment

from dbt_jetstream.inside_dbt import template_code
from dbt_jetstream.inside_dbt.template_code import TemplateCode

GREET = "{% macro greet(name) %}Hello {{ name }}{% endmacro %}"


class Parsed(Exception):
    """Jinja was asked to parse."""


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The file after a run that compiled one macro."""
    code = TemplateCode(tmp_path / template_code.FILE)
    code.compile(get_environment(), GREET)
    code.save()
    return code.path


@pytest.fixture
def no_parser(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Parsed

    monkeypatch.setattr(MacroFuzzEnvironment, "_parse", refuse)


def _greeting(code: CodeType, environment: MacroFuzzEnvironment) -> str:
    template = environment.template_class.from_code(environment, code, {})
    return str(vars(template.module)["dbt_macro__greet"]("Ada"))


def test_what_is_saved_is_not_parsed_again(saved: Path, no_parser: None) -> None:
    environment = get_environment()
    assert _greeting(TemplateCode(saved).compile(environment, GREET), environment) == "Hello Ada"


def test_a_macro_that_changed_is_parsed(saved: Path, no_parser: None) -> None:
    with pytest.raises(Parsed):
        TemplateCode(saved).compile(get_environment(), GREET.replace("Hello", "Bye"))


def test_values_of_expressions_have_code_of_their_own(saved: Path, no_parser: None) -> None:
    """dbt evaluates properties natively: numbers stay numbers."""
    with pytest.raises(Parsed):
        TemplateCode(saved).compile(get_environment(native=True), GREET)


def test_another_version_starts_anew(
    saved: Path, no_parser: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_code, "MADE_BY", "a later version")
    with pytest.raises(Parsed):
        TemplateCode(saved).compile(get_environment(), GREET)


@pytest.mark.parametrize(
    "content", [b"", b"cut off", marshal.dumps(3), marshal.dumps(("1", {}))[:-2]]
)
def test_a_file_that_cannot_be_read_starts_anew(saved: Path, content: bytes) -> None:
    saved.write_bytes(content)
    code = TemplateCode(saved)
    environment = get_environment()
    assert _greeting(code.compile(environment, GREET), environment) == "Hello Ada"
    code.save()
    assert not TemplateCode(saved).has_more
    assert marshal.loads(saved.read_bytes())[0] == template_code.MADE_BY


def test_nothing_new_writes_nothing(saved: Path) -> None:
    before = saved.stat().st_mtime_ns
    code = TemplateCode(saved)
    code.compile(get_environment(), GREET)
    code.compile(get_environment(), "select {{ 1 }}")
    code.save()
    assert saved.stat().st_mtime_ns == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_folder_that_is_gone_is_left_alone(tmp_path: Path) -> None:
    code = TemplateCode(tmp_path / "gone" / template_code.FILE)
    code.compile(get_environment(), GREET)
    code.save()
    assert list(tmp_path.iterdir()) == []
