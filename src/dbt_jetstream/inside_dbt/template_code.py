"""Keeps the code that Jinja makes of macros from one run of dbt to the next.

Every run compiles some 300 macros anew, dbt's and ours. In a project of ten experiments `dbt build`
of one with nothing due takes 7.1 CPU seconds, and 8.0 without this; reading the project anew 9.4
and 9.6. Their code is kept in a file of the project's target folder, by the macros' text, as Python
keeps that of modules; another Jinja, Python or dbt starts another.
"""

from __future__ import annotations

import atexit
import contextlib
import marshal
import os
import re
import sys
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import Any

from dbt.flags import get_flags
from dbt_common.clients.jinja import MACRO_DEBUGGING, MacroFuzzEnvironment

FILE = "jinja_code.marshal"
# What is compiled of models is as varied as they are, and quickly done.
MACRO = re.compile(r"\{%-?\s*(?:macro|materialization|test)\b")
MADE_BY = ":".join(
    [sys.version, *(f"{name}={version(name)}" for name in ("jinja2", "dbt-core", "dbt-common"))]
)

_compile = MacroFuzzEnvironment.compile


class TemplateCode:
    """The code of macros by the digest of their text.

    Attributes:
        path: The file.
        has_more: Whether there is code that the file lacks.
    """

    def __init__(self, path: Path) -> None:
        """Read the file; what cannot be read is compiled anew."""
        self.path = path
        self.has_more = False
        self._code: dict[bytes, CodeType] = {}
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            made_by, code = marshal.loads(path.read_bytes())
            if made_by == MADE_BY:
                self._code = code

    def compile(self, environment: MacroFuzzEnvironment, source: Any) -> Any:
        """Compile a template as Jinja does, macros only once."""
        # A subclass of dbt's makes other code, of values instead of text.
        is_text = type(environment) is MacroFuzzEnvironment and isinstance(source, str)
        if not is_text or not MACRO.search(source):
            return _compile(environment, source)
        key = blake2b(source.encode(), digest_size=16).digest()
        if key not in self._code:
            self._code[key] = _compile(environment, source)
            self.has_more = True
        return self._code[key]

    def save(self) -> None:
        """Write what is new, at once; a folder that cannot be written to is left alone."""
        if not self.has_more:
            return
        beside = self.path.with_name(f"{FILE}.{os.getpid()}")
        with contextlib.suppress(OSError):
            beside.write_bytes(marshal.dumps((MADE_BY, self._code)))
            beside.replace(self.path)


def extend() -> None:
    """Let dbt keep code in its target folder, unless it writes macros down for a debugger."""
    if MACRO_DEBUGGING or MacroFuzzEnvironment.compile is not _compile:
        return
    flags = get_flags()
    target = Path(flags.PROJECT_DIR or ".") / (flags.TARGET_PATH or "target")
    kept = TemplateCode(target / FILE)
    atexit.register(kept.save)

    def compiled(environment: MacroFuzzEnvironment, source: Any, *place: Any, **how: Any) -> Any:
        """Answer as Jinja, which is asked only for text without a place by `from_string`."""
        if any(place) or how:
            return _compile(environment, source, *place, **how)
        return kept.compile(environment, source)

    # Replaced: dbt makes an environment for each template and takes none.
    MacroFuzzEnvironment.compile = compiled  # type: ignore[method-assign, assignment]
