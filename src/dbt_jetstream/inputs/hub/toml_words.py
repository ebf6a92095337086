"""Says what to do about a file that is not TOML: the line, and what is likely meant there."""

from __future__ import annotations

import re
import tomllib

from dbt_jetstream.common.errors import shown

PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
TWICE = re.compile(r"Cannot declare \((?P<names>.*?),?\) twice")
KEY = re.compile(r"\s*(?P<key>[\w.\"'-]+)\s*=")
DATE = re.compile(r"=\s*\d{4}-\d+-\d+\s*$")
TRUTH = re.compile(r"(?:True|False|TRUE|FALSE)\b")
# What Python's parser says, and the way out.
HINTS = {
    "Cannot mutate immutable namespace": "a table of this name stands above; write both as one",
    "Cannot overwrite a value": "the key stands twice in its table; keep one of the two",
    "Expected ']' at the end of a table declaration": "close it, as in [metrics.x]",
    "Expected ']]' at the end of an array": "write it in single brackets, as [metrics.x]",
    "Expected newline or end of document": "a text that holds quotes stands in single ones",
    "Expected '=' after a key": "write `key = value`",
    "Illegal character '\\n'": "close the text with a quote on its line, or write it in three",
    "Invalid date or datetime": "there is no such date; correct it",
    "Invalid statement": "write `key = value`, or a table as [metrics.x]",
    "Unclosed array": "close the list here or above with `]`, and part its items by commas",
    "Unclosed inline table": "close it with `}`",
    "Unescaped '\\\\'": "write the text in single quotes, or the backslash twice",
    "Unterminated string": "close the text with three quotes, as it was opened",
}
# How much of a line is repeated.
MAX_LINE = 80


def toml_problem(text: str, error: tomllib.TOMLDecodeError | UnicodeDecodeError) -> str:
    """Describe in one line what is wrong with a file that `tomllib` refuses."""
    message = str(error)
    place = PLACE.search(message)
    said = message[: place.start()] if place else message
    line = text.splitlines()[int(place["line"]) - 1].strip() if place and place["line"] else ""
    at = f", in `{shown(line, MAX_LINE)}`" if line else ""
    hint = _hint(said, line)
    return f"not valid TOML: {message}{at}{'; ' if hint else ''}{hint}"


def _hint(said: str, line: str) -> str:
    if DATE.search(line):
        return HINTS["Invalid date or datetime"]
    twice = TWICE.match(said)
    if twice:
        name = ".".join(re.findall(r"'([^']*)'", twice["names"]))
        return f"the table [{name}] stands twice; write both as one"
    if said == "Invalid value":
        return _of_value(line)
    return next((hint for start, hint in HINTS.items() if said.startswith(start)), "")


def _of_value(line: str) -> str:
    """Say how a value is written that stands there bare."""
    value = KEY.sub("", line, count=1).strip()
    truth = TRUTH.match(value)
    if truth:
        return f"write `{truth[0].lower()}`"
    return "write texts in quotes, in lists too, and true and false in lower case"
