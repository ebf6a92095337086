"""Compiles each macro once for all tests of a process, however many renderers load it.

What Jinja makes of a macro depends on its text and on the environment's syntax alone, and takes
nearly all of the time in which a renderer is made. Renderers keep their own names and answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType
from typing import Any

import jinja2
import pytest

_compile = jinja2.Environment.compile
# As the renderer of `jetstream validate` makes its environment.
EXTENSIONS = {"jinja2.ext.ExprStmtExtension"}


@cache
def _compiled(source: str) -> CodeType:
    return _compile(jinja2.Environment(extensions=["jinja2.ext.do"]), source)


def _compile_once(environment: jinja2.Environment, source: Any, *more: Any, **options: Any) -> Any:
    is_plain = type(environment) is jinja2.Environment and not environment.autoescape
    if more or options or not is_plain or {*environment.extensions} != EXTENSIONS:
        return _compile(environment, source, *more, **options)
    return _compiled(source) if isinstance(source, str) else _compile(environment, source)


@contextmanager
def macros_compiled_once() -> Iterator[None]:
    """Let renderers share what they compile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", _compile_once)
        yield
