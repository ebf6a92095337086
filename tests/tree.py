"""The rooms of the package: what imports what, any circle, and how long files are.

As a script it prints the table: `python tests/tree.py [SRC]`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = "dbt_jetstream"
SRC = Path(__file__).resolve().parent.parent / "src" / PACKAGE


def modules(src: Path = SRC) -> dict[str, Path]:
    """The package's modules by their dotted names below it; the package itself has the name ''."""
    return {_name(path.relative_to(src)): path for path in sorted(src.rglob("*.py"))}


def imports(src: Path = SRC) -> dict[str, set[str]]:
    """What each module imports of the package, also inside of functions."""
    known = modules(src)
    return {name: set(_imported(path, known)) - {name} for name, path in known.items()}


def arrows(src: Path = SRC) -> set[tuple[str, str]]:
    """Which room imports something of which other one; a room is a folder or a loose module."""
    found = {(_room(a), _room(b)) for a, names in imports(src).items() for b in names}
    return {(a, b) for a, b in found if a != b and b}


def circle(src: Path = SRC) -> list[str]:
    """Rooms that need each other to be imported, the first one again at the end; or none."""
    needs: dict[str, set[str]] = {}
    for a, b in arrows(src):
        needs.setdefault(a, set()).add(b)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _room(name: str) -> str:
    return name.partition(".")[0]


def _imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            named = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in named:
            if name.startswith(f"{PACKAGE}."):
                below = name.removeprefix(f"{PACKAGE}.")
                # What is imported from a module is no module.
                yield below if below in known else below.rpartition(".")[0]


def main() -> None:
    """Print the table."""
    src = Path(sys.argv[1]) if len(sys.argv) > 1 else SRC
    rooms = sorted({_room(name) for name in modules(src)} - {""})
    loose = [room for room in rooms if (src / f"{room}.py").exists()]
    lengths = {path: len(path.read_text().splitlines()) for path in modules(src).values()}
    print(f"{len(rooms)} rooms, {len(loose)} of them loose modules")
    print(f"{len(arrows(src))} arrows; a circle: {' > '.join(circle(src)) or 'none'}")
    print(f"{sum(n > 300 for n in lengths.values())} files over 300 lines")
    for room in rooms:
        print(f"{room:15} -> {' '.join(sorted(b for a, b in arrows(src) if a == room))}")


if __name__ == "__main__":
    main()
