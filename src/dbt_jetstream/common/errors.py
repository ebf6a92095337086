"""What a user's mistake looks like: one line that names the file, the key and the way out."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

# Of what a user wrote, no more than this is repeated.
MAX_PATH = 1000
MAX_KEY = 200
MAX_PROBLEM = 1000


@dataclass
class ConfigError(Exception):
    """A mistake in a file that a user wrote.

    Attributes:
        path: The file, as the user named it, or its URL; None where no single file is to blame.
        key: The dotted key inside the file, or an empty string for the file as a whole.
        problem: What was found and what was expected, and the fix.
        is_error: Whether it is a mistake to be exported, or only a state of the experiment.
    """

    is_error: ClassVar[bool] = True

    path: Path | str | None
    key: str
    problem: str

    def __str__(self) -> str:
        parts = (shown(str(self.path or ""), MAX_PATH), shown(self.key, MAX_KEY))
        where = ": ".join(part for part in parts if part)
        return f"{where}: {self.line}" if where else self.line

    @property
    def line(self) -> str:
        """The problem in one line."""
        return shown(" ".join(self.problem.split()), MAX_PROBLEM)

    def located(self, path: Path | str) -> "ConfigError":
        """Name the file to blame where none is named yet; the kind of mistake stays."""
        return self if self.path else type(self)(path, self.key, self.problem)


class RefusedByValidate(ConfigError):
    """A mistake that its author is to mend, and that a run does without: it warns."""


class SeenInSql(RefusedByValidate):
    """A mistake that an expression shows by itself; who knows the types of columns tells it too."""


class WithoutEffect(ConfigError):
    """A key or a definition that changes nothing."""


class ConfigErrors(Exception):
    """Several mistakes, found in one go so that they can be mended in one go."""

    def __init__(self, errors: list[ConfigError]) -> None:
        # One mistake in a shared file shows in every experiment that uses it.
        self.errors = distinct(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


def shown(text: str, length: int) -> str:
    """Make a text that may hold anything fit for a line of a message."""
    start = text[: length + 1]
    printable = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in start)
    return printable if len(printable) <= length else f"{printable[:length]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Ask for the known name that is nearest to one that is not known; empty if none is near."""
    nearest = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean `{nearest[0]}`?" if nearest else ""


def distinct(errors: Iterable[ConfigError]) -> list[ConfigError]:
    """List each line once, in its first place."""
    return list({str(error): error for error in errors}.values())


def mistakes_of(error: ConfigError | ConfigErrors) -> list[ConfigError]:
    """List the mistakes that an exception stands for."""
    return error.errors if isinstance(error, ConfigErrors) else [error]
