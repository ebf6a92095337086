"""What a user's mistake looks like: one line that names the file, the key and the way out."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass
class ConfigError(Exception):
    """A mistake in a file that a user wrote.

    Attributes:
        path: The file, as the user named it, or its URL; None where no single file is to blame.
        key: The dotted key inside the file, or an empty string for the file as a whole.
        problem: What was found and what was expected, and the fix.
    """

    path: Path | str | None
    key: str
    problem: str

    def __str__(self) -> str:
        where = ": ".join(part for part in (str(self.path or ""), self.key) if part)
        line = " ".join(self.problem.split())
        return f"{where}: {line}" if where else line


class ConfigErrors(Exception):
    """Several mistakes, found in one go so that they can be mended in one go."""

    def __init__(self, errors: list[ConfigError]) -> None:
        # One mistake in a shared file shows in every experiment that uses it.
        self.errors = distinct(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


def distinct(errors: Iterable[ConfigError]) -> list[ConfigError]:
    """List each line once, in its first place."""
    return list({str(error): error for error in errors}.values())


def mistakes_of(error: ConfigError | ConfigErrors) -> list[ConfigError]:
    """List the mistakes that an exception stands for."""
    return error.errors if isinstance(error, ConfigErrors) else [error]
