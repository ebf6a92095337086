"""dbt-centric experiment analysis after Mozilla's Jetstream.

dbt imports every top-level module named `dbt_*` at each start and reads its `plugins`; everything
else in this package is imported where it is used, so that a start stays cheap.
"""

import os
from typing import Any

# Set to 1, this variable leaves dbt as it is: see `inside_dbt`.
PLAIN_DBT = "JETSTREAM_PLAIN_DBT"


def __getattr__(name: str) -> Any:
    if name == "plugins":
        return [] if os.environ.get(PLAIN_DBT) == "1" else _plugins()
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def _plugins() -> Any:
    """Import them; dbt asks by `hasattr`, which takes an AttributeError for having none."""
    try:
        from dbt_jetstream.inside_dbt.plugin import plugins  # noqa: PLC0415
    except (AttributeError, ImportError) as error:
        from importlib.metadata import version  # noqa: PLC0415

        message = (
            f"dbt-core {version('dbt-core')} lacks what dbt-jetstream extends: {error}; "
            f"set {PLAIN_DBT}=1, or install a version that its pyproject.toml allows"
        )
        raise RuntimeError(message) from error
    return plugins
