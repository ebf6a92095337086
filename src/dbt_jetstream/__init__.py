"""dbt-centric experiment analysis after Mozilla's Jetstream.

dbt imports every top-level module named `dbt_*` at each start and reads its `plugins`; everything
else in this package is imported where it is used, so that a start stays cheap.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "plugins":
        from dbt_jetstream.dbt_plugin import plugins  # noqa: PLC0415

        return plugins
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
