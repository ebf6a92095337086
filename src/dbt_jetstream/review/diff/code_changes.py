"""Whether the code differs that computes numbers beside SQL: Python, and dbt's settings."""

from __future__ import annotations

import ast
from pathlib import Path

from dbt_jetstream.inputs.settings import FILE
from dbt_jetstream.review.diff.resolved import macro_texts

PACKAGE = Path("src/dbt_jetstream")
# Of the package: what computes no number.
OTHER = ("cli", "diff", "validation")


def changed_code(base: Path, head: Path) -> list[str]:
    """Name what differs between two projects and may make other numbers of equal definitions."""
    before, after = _modules(base / PACKAGE), _modules(head / PACKAGE)
    names = dict.fromkeys([*before, *after])
    found = [
        f"{PACKAGE}/{name}" for name in names if not _is_same(before.get(name), after.get(name))
    ]
    if macro_texts(base) != macro_texts(head):
        found.append("macros")
    files = (FILE, "seeds/platforms.csv", "seeds/enrollment_tables.csv", "requirements.lock")
    return found + [name for name in files if _text(base / name) != _text(head / name)]


def _modules(package: Path) -> dict[str, str]:
    paths = [path for path in sorted(package.rglob("*.py")) if path.relative_to(package).parts]
    return {
        str(path.relative_to(package)): path.read_text(encoding="utf-8")
        for path in paths
        if path.relative_to(package).parts[0] not in OTHER
    }


def _is_same(old: str | None, new: str | None) -> bool:
    """Whether two modules do the same; comments and blank lines do nothing."""
    if old == new or old is None or new is None:
        return old == new
    try:
        return ast.dump(ast.parse(old)) == ast.dump(ast.parse(new))
    except SyntaxError:
        return False


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
