"""Finds the bracket, or the quote, that SQL which cannot be parsed opens or closes in vain."""

from __future__ import annotations

import re

PAIRS = {")": "(", "]": "["}
# Texts, names in quotes and comments, in which no bracket counts; a quote alone opens for ever.
SKIPPED = (
    r'"""(?:\\.|.)*?"""',
    r"'''(?:\\.|.)*?'''",
    r'"(?:\\.|[^"\\\n])*"',
    r"'(?:\\.|[^'\\\n])*'",
    r"`[^`]*`",
    r"--[^\n]*|\#[^\n]*|/\*.*?\*/",
)
TOKEN = re.compile(
    rf"(?P<skipped>{'|'.join(SKIPPED)})|(?P<quote>[\"'`])|(?P<bracket>[()\[\]])", re.S
)
# How much of the SQL is repeated from where it goes wrong.
SHOWN = 30


def unbalanced(sql: str) -> str | None:
    """Say which bracket or quote has no other one; None where all have."""
    opened: list[re.Match[str]] = []
    for found in TOKEN.finditer(sql):
        bracket = found["bracket"]
        if found["quote"]:
            return f"the quote before `{_from(sql, found.end())}` is not closed"
        if bracket in PAIRS.values():
            opened.append(found)
        elif bracket and not (opened and opened.pop()[0] == PAIRS[bracket]):
            return f"`{bracket}` after `{_until(sql, found.start())}` closes nothing; remove it"
    if not opened:
        return None
    first = opened[0]
    return (
        f"`{first[0]}` before `{_from(sql, first.end())}` is not closed; add `{_closing(first[0])}`"
    )


def _closing(bracket: str) -> str:
    return next(closing for closing, opening in PAIRS.items() if opening == bracket)


def _from(sql: str, place: int) -> str:
    return " ".join(sql[place:].split())[:SHOWN]


def _until(sql: str, place: int) -> str:
    return " ".join(sql[:place].split())[-SHOWN:]
