"""What nobody foresaw costs one experiment or file: a line about it, and a traceback for us."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt_jetstream.common.database_file import interrupted_queries
from dbt_jetstream.common.errors import ConfigError, ConfigErrors, mistakes_of
from dbt_jetstream.common.journal import STATE
from dbt_jetstream.common.naming import normalise

TRACEBACKS = STATE / "tracebacks"


@contextmanager
def apart(project: Path, slug: str, mistakes: list[ConfigError]) -> Iterator[None]:
    """Keep one experiment's part of a command from the others' parts.

    Args:
        project: The dbt project.
        slug: The experiment.
        mistakes: Gets a line for what was raised.
    """
    try:
        with interrupted_queries():
            yield
    except (ConfigError, ConfigErrors) as error:
        mistakes += mistakes_of(error)
    except Exception as error:  # Whatever it is, the other experiments go on.
        mistakes.append(unexpected(error, project, slug))


def unexpected(
    error: Exception, project: Path, name: str, path: Path | str | None = None
) -> ConfigError:
    """Make a line of an exception that is no user's mistake.

    Its traceback is written below the project's `.jetstream/tracebacks`.

    Args:
        error: What was raised.
        project: The dbt project.
        name: The experiment's slug, or the file's name.
        path: The file that was looked at, where it is one.
    """
    kind = type(error).__name__
    said = f"{kind}: {error}" if str(error) else kind
    problem = f"could not be analysed ({said}); {_kept(error, project, name)}"
    return ConfigError(path, "" if path else name, problem)


def _kept(error: Exception, project: Path, name: str) -> str:
    """Write the traceback, and say where it is."""
    file = project / TRACEBACKS / f"{normalise(name)[:100]}.txt"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError as refused:
        return f"this is our mistake, please report it (no traceback is kept: {refused.strerror})"
    return f"this is our mistake, please report it with {file.relative_to(project)}"
