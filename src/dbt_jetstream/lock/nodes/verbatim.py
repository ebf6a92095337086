"""Texts in a dbt properties file, which dbt renders as Jinja: written so that nothing changes."""

from __future__ import annotations

import ast
import re
from typing import Any

HAS_JINJA = re.compile(r"\{[{%#]")
# Beside braces, what Jinja changes in a template: line ends, and a last one.
CHANGED = re.compile(r"\{+[%#]?|\r\n?|\n\Z")
EXPRESSION = re.compile(r"\{\{ ('(?:[^'\\]|\\.)*') \}\}")


def verbatim(found: Any) -> Any:
    """Escape the texts in a value of lists and dictionaries; keys are not rendered.

    Plain text stays as it is, so that a lock reads well.
    """
    if isinstance(found, str):
        is_plain = not HAS_JINJA.search(found)
        return found if is_plain else CHANGED.sub(_as_expression, found)
    if isinstance(found, dict):
        return {key: verbatim(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [verbatim(value) for value in found]
    return found


def _as_expression(found: re.Match[str]) -> str:
    return f"{{{{ {found.group()!r} }}}}"


def plain(found: Any) -> Any:
    """Undo `verbatim`: return the texts that dbt renders, without dbt."""
    if isinstance(found, str):
        return EXPRESSION.sub(lambda escaped: ast.literal_eval(escaped[1]), found)
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    return [plain(value) for value in found] if isinstance(found, list) else found
