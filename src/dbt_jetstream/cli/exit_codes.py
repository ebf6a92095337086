"""What the exit code of a command says; docs/cli.md has what each command does in which case."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended.

    A doubt about an experiment, such as a sample ratio mismatch, changes no exit code: the analysis
    was done, and says it.
    """

    WELL = 0
    NOT_WELL = 1
    USAGE = 2
    MODERATE_BYTES = 3
    HIGH_BYTES = 4
    INTERRUPTED = 130
    UNREAD = 141

    @classmethod
    def of(cls, is_well: bool) -> ExitCode:
        """Return the code of a command that came to its end."""
        return cls.WELL if is_well else cls.NOT_WELL


# As `--help` lists them.
MEANINGS = {
    ExitCode.WELL: "all is well",
    ExitCode.NOT_WELL: "a mistake in the input, or something failed or was not analysed",
    ExitCode.USAGE: "the command line is wrong; nothing was done",
    ExitCode.MODERATE_BYTES: "validate: a config would read more than --data-threshold",
    ExitCode.HIGH_BYTES: "validate: it would read ten times as much",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
    ExitCode.UNREAD: "the program that reads the output has stopped reading, as `head` does",
}
