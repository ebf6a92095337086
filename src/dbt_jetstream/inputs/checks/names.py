"""Which names can be written into SQL, Jinja, YAML and file names as they are."""

from __future__ import annotations

import re
import unicodedata

from sqlglot.dialects.bigquery import BigQuery
from sqlglot.dialects.duckdb import DuckDB

from dbt_jetstream.common import errors

# The longest table of an experiment, `<slug>_<data source>_client_days`, is also a file, and file
# systems take names of 255 bytes: 120 + 100 and what stands around them fit.
MAX_SLUG = 120
MAX_DATA_SOURCE = 100
MAX_COLUMN = 200
MAX_BRANCH = 200
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A project and a dataset together name a file.
TABLE = re.compile(r"([A-Za-z0-9_*$-]{1,100}\.){1,2}[A-Za-z0-9_*$-]{1,200}")
BRANCH_MARKS = " -_./:"
RESERVED = frozenset(
    word.lower() for dialect in (BigQuery, DuckDB) for word in dialect.Generator.RESERVED_KEYWORDS
)


def is_safe_table(dotted: str) -> bool:
    """Whether a table's name can stand in a stub: `project.dataset.table` or `dataset.table`."""
    return TABLE.fullmatch(dotted) is not None


def is_identifier(name: str) -> bool:
    """Whether a name can be a column's, or a dataset's, without quotes."""
    return IDENTIFIER.fullmatch(name) is not None


def shown(name: str, length: int = MAX_SLUG) -> str:
    """Make a name that may hold anything fit for one line of a message."""
    return errors.shown(name, length)


def unsafe_slug(slug: str) -> str | None:
    """Say why an experiment's name cannot be a folder's and part of a table's."""
    if len(slug) > MAX_SLUG:
        return (
            f"the slug has {len(slug)} characters, too many for the names of files and tables; "
            f"shorten it to {MAX_SLUG}"
        )
    if ".." in slug:
        return "the slug names a folder and must not hold `..`; write one dot"
    if not SLUG.fullmatch(slug):
        return (
            f"the slug {_unsafe_part(slug, r'[A-Za-z0-9_.-]')}; use letters, digits, `-`, `_` and "
            "`.`, and start with a letter or digit"
        )
    return None


def unsafe_branch(name: str) -> str | None:
    """Say why a branch's name cannot stand between quotes in SQL, Jinja and YAML alike."""
    if not name:
        return "a branch has no name; set its `slug`"
    if len(name) > MAX_BRANCH:
        return f"a branch's name has {len(name)} characters; shorten it to {MAX_BRANCH}"
    for character in name:
        # Letters, the marks that some scripts write them with, and numbers.
        if unicodedata.category(character)[0] not in "LMN" and character not in BRANCH_MARKS:
            return (
                f"the branch `{shown(name)}` holds {_character(character)}; use letters, digits, "
                f"spaces and {' '.join(f'`{mark}`' for mark in BRANCH_MARKS.strip())}"
            )
    return None


def unsafe_identifier(kind: str, name: str, longest: int) -> str | None:
    """Say why a name cannot be a column's, or a table's, without quotes."""
    if len(name) > longest:
        return f"the {kind} `{shown(name, 40)}` has {len(name)} characters; shorten it to {longest}"
    if not is_identifier(name):
        return (
            f"the {kind} `{shown(name)}` {_unsafe_part(name, '[A-Za-z0-9_]')}; use letters, digits "
            "and `_`, and start with a letter"
        )
    if name.lower() in RESERVED:
        return f"the {kind} `{name}` has the name of a reserved word of SQL; choose another"
    return None


def _unsafe_part(name: str, allowed: str) -> str:
    """Say what is wrong with a name: a character that is not allowed, or else its first one."""
    if not name:
        return "is empty"
    found = next((character for character in name if not re.fullmatch(allowed, character)), None)
    return f"holds {_character(found)}" if found else f"starts with {_character(name[0])}"


def _character(character: str) -> str:
    """Show a character that may not be printable."""
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    return f"`{character}`" if character.isprintable() and character not in " `" else name
