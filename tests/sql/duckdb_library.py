"""The functions that runs create on DuckDB, for tests that evaluate without dbt."""

from __future__ import annotations

from functools import cache

import jinja2

from conftest import REPOSITORY

MACROS = REPOSITORY / "macros/dialect"


@cache
def library() -> str:
    """Render the statements that `create_functions` runs on DuckDB."""
    environment = jinja2.Environment()
    # Macros call each other by their package's name.
    own = environment.globals["dbt_jetstream"] = {}
    for path in sorted((MACROS / "duckdb_functions").glob("*.sql")):
        module = environment.from_string(path.read_text()).module
        own[path.stem] = getattr(module, path.stem)
    front = environment.from_string((MACROS / "create_functions.sql").read_text()).module
    return str(front.duckdb__create_functions())
